"""What the money leaves behind: campaigns, gifts, payments, refunds, the inbox, and the ledger.

A ``Transfer``, its ``Link``, a ``Payment`` and a ``Period`` are facts: triggers in the database
refuse to change or delete them. Who somebody is stands in ``Donor`` and in the words of a
``Gift`` and of a bank line only; all of it can be erased without moving a sum.
"""

from standfirst.funding.models.bank import BankLine, BankStatement, ColumnMapping
from standfirst.funding.models.books import Link, ProviderEvent, Reconciliation, Total, Transfer, VerifiedHead
from standfirst.funding.models.campaigns import (
    Campaign,
    Closing,
    GoalVersion,
    Interval,
    MatchingPool,
    Milestone,
    Mode,
    Period,
    Preset,
    Rate,
)
from standfirst.funding.models.corrections import Correction
from standfirst.funding.models.gifts import Allowance, Gift, Subscription, Terms
from standfirst.funding.models.issuer import Issuer
from standfirst.funding.models.limits import (
    ACCOUNT_LENGTH_MAX,
    BROWSER_KEPT_FOR,
    DEDICATION_LENGTH_MAX,
    DIGEST_LENGTH,
    GIFT_OPEN_AGE_MAX,
    GIFT_UNOPENED_AGE_MAX,
    MESSAGE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    NOTE_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    STORY_KEY_LENGTH_MAX,
    TRANSFER_OPEN_AGE_MAX,
)
from standfirst.funding.models.payments import Dispute, DisputeStep, Payment, Receipt, Refund, YearStatement
from standfirst.funding.models.supporters import Donor, SupporterAct, SupporterLink

__all__ = [
    "ACCOUNT_LENGTH_MAX",
    "BROWSER_KEPT_FOR",
    "DEDICATION_LENGTH_MAX",
    "DIGEST_LENGTH",
    "GIFT_OPEN_AGE_MAX",
    "GIFT_UNOPENED_AGE_MAX",
    "MESSAGE_LENGTH_MAX",
    "NAME_LENGTH_MAX",
    "NOTE_LENGTH_MAX",
    "REFERENCE_LENGTH_MAX",
    "STORY_KEY_LENGTH_MAX",
    "TRANSFER_OPEN_AGE_MAX",
    "Allowance",
    "BankLine",
    "BankStatement",
    "Campaign",
    "Closing",
    "ColumnMapping",
    "Correction",
    "Dispute",
    "DisputeStep",
    "Donor",
    "Gift",
    "GoalVersion",
    "Interval",
    "Issuer",
    "Link",
    "MatchingPool",
    "Milestone",
    "Mode",
    "Payment",
    "Period",
    "Preset",
    "ProviderEvent",
    "Rate",
    "Receipt",
    "Reconciliation",
    "Refund",
    "Subscription",
    "SupporterAct",
    "SupporterLink",
    "Terms",
    "Total",
    "Transfer",
    "VerifiedHead",
    "YearStatement",
]
