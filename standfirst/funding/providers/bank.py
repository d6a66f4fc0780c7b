"""Gifts by bank transfer: the supporter is told where to and under which reference; the bank's statement confirms.

A transfer is no promise: the gift stays open until a statement's line is matched with it, and
lapses when none comes.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from segno.helpers import make_epc_qr

from standfirst.funding.providers.protocol import (
    EventRef,
    EventRefused,
    Facts,
    GivenOnce,
    Intent,
    NotSetUp,
    Redirect,
    RefundFacts,
)
from standfirst.kit import clock, iban
from standfirst.kit.money import Money

EPC_CURRENCY = "EUR"  # the code that banking apps scan is made for SEPA transfers only
EPC_NAME_LENGTH_MAX = 70  # characters; the guideline's limit
QUIET_ZONE_MODULES = 4  # of empty paper around the code; scanners want it


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where transfers go. ``iban`` without spaces; ``bic`` may be empty within SEPA."""

    name: str
    iban: str
    bic: str

    @property
    def ready(self) -> bool:
        """Whether a transfer can be made to it."""
        return bool(self.name) and bool(self.iban)

    @property
    def iban_shown(self) -> str:
        """The IBAN in groups of four."""
        return iban.shown(self.iban)


class BankTransfer(GivenOnce):
    """Money that a supporter sends from their own bank."""

    name: ClassVar[str] = "bank"
    refundable: ClassVar[bool] = True
    asynchronous: ClassVar[bool] = True

    def __init__(self, account: BankAccount) -> None:
        self.account = account

    def start(self, intent: Intent) -> Redirect:
        """Lead to the page that says where to transfer; nothing is asked of anybody."""
        if not self.account.ready:
            raise NotSetUp
        return Redirect(url=intent.success_url, session_ref="")

    def fetch(self, ref: str) -> Facts:
        """Refuse: the bank's statement alone knows, and staff bring it."""
        raise NotSetUp

    def verify(self, body: bytes, headers: Mapping[str, str]) -> list[EventRef]:
        """Refuse: no bank sends us messages."""
        raise EventRefused

    def refund(self, charge_ref: str, amount: Money, asked_as: uuid.UUID) -> RefundFacts:
        """Say that staff transferred ``amount`` back by hand."""
        return RefundFacts(f"bank_{asked_as.hex}", amount, "done", clock.now(), asked_as)


def epc_code(account: BankAccount, amount: Money, text: str) -> str:
    """Return the code that banking apps scan (EPC069-12), as inline SVG; "" for a currency that it is not made for."""
    if amount.currency != EPC_CURRENCY:
        return ""
    code = make_epc_qr(
        name=account.name[:EPC_NAME_LENGTH_MAX],
        iban=account.iban,
        amount=amount.major,
        text=text,
        bic=account.bic or None,
        encoding="utf-8",
    )
    return str(
        code.svg_inline(border=QUIET_ZONE_MODULES, omitsize=True, dark="#000", light="#fff", svgclass="bank-code")
    )
