"""What a supporter wishes to give, checked before anything is written: how much, how often, how paid, which words."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding import amounts, campaigns
from standfirst.funding.giving import covering, methods
from standfirst.funding.giving.methods import Method
from standfirst.funding.models import (
    DEDICATION_LENGTH_MAX,
    MESSAGE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Campaign,
    Gift,
    Interval,
)
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money
from standfirst.kit.text import clean_line, clean_text

STORY_KEY = re.compile(r"[a-z]{1,20}:[0-9]{1,18}")
AGAIN_AFTER = timedelta(minutes=10)  # the same gift within them may be a mistake, and is asked about


class NoCampaign(Refusal):
    """No campaign takes gifts."""

    code = "funding.no_campaign"
    status = 409
    message = _("No campaign takes gifts at the moment. Nothing was charged.")


class NameTooLong(Refusal):
    """The name does not fit."""

    code = "funding.name_too_long"
    status = 422
    message = _("Please keep the name within {most} characters.")
    field = "name"


class MessageTooLong(Refusal):
    """The message does not fit."""

    code = "funding.message_too_long"
    status = 422
    message = _("Please keep the message within {most} characters.")
    field = "message"


class DedicationTooLong(Refusal):
    """The dedication does not fit."""

    code = "funding.dedication_too_long"
    status = 422
    message = _("Please keep the dedication within {most} characters.")
    field = "dedication"


class EmailNotUnderstood(Refusal):
    """What was typed is no e-mail address."""

    code = "funding.email_not_understood"
    status = 422
    message = _("This is no e-mail address that a receipt could be sent to. Correct it, or leave it empty.")
    field = "email"


@dataclass(frozen=True, slots=True)
class Words:
    """What a supporter says with a gift, as it was typed."""

    display_name: str = ""
    message: str = ""
    dedication: str = ""
    anonymous: bool = False
    story_key: str = ""

    def checked(self) -> dict[str, object]:
        """Return the columns of a gift. Refusals: NameTooLong, MessageTooLong, DedicationTooLong."""
        name, dedication = clean_line(self.display_name), clean_line(self.dedication)
        text = clean_text(self.message).strip()
        if len(name) > NAME_LENGTH_MAX:
            raise NameTooLong(most=NAME_LENGTH_MAX)
        if len(text) > MESSAGE_LENGTH_MAX:
            raise MessageTooLong(most=MESSAGE_LENGTH_MAX)
        if len(dedication) > DEDICATION_LENGTH_MAX:
            raise DedicationTooLong(most=DEDICATION_LENGTH_MAX)
        return {
            "display_name": name,
            "message": text,
            "dedication": dedication,
            "anonymous": self.anonymous,
            "story_key": self.story_key if STORY_KEY.fullmatch(self.story_key) else "",
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """What a gift shall be, all of it checked: which campaign, how much, how often, paid how."""

    campaign: Campaign
    amount: Money
    interval: Interval
    cover: Money
    method: Method

    @property
    def charged(self) -> Money:
        """What the supporter is charged each time."""
        return self.amount + self.cover

    def same(self) -> dict[str, object]:
        """Return the columns in which two gifts of one wish agree."""
        return {
            "campaign": self.campaign,
            "interval": self.interval,
            "amount_minor": self.amount.minor,
            "cover_minor": self.cover.minor,
            "currency": self.amount.currency,
            "provider": self.method.name,
            "mode": registry.mode(),
        }


def wish(
    *,
    amount: Money,
    interval: str = Interval.ONCE,
    cover: bool = False,
    campaign: Campaign | None = None,
    method: str = "",
) -> Wish:
    """Return the gift that is meant, checked. ``method`` is a provider's name; "" is the first that is set up.

    ``cover``: the supporter adds the usual fee, if this way of paying has one. Reads only.
    Refusals: NoCampaign, NotSetUp, MethodNotOffered, CannotComeAgain, AmountOutOfRange.
    """
    campaign = campaign or campaigns.current()
    if campaign is None or not campaign.active or amount.currency not in currencies(campaign):
        raise NoCampaign
    if interval not in Interval.values:
        raise methods.CannotComeAgain
    often = Interval(interval)
    paid_by = methods.chosen(method, campaign=campaign, currency=amount.currency, interval=often)
    amounts.checked(amount, locale=current_locale())
    covered = cover and paid_by.has_fees
    added = covering.part(campaign, amount) if covered else Money(0, amount.currency)
    return Wish(campaign, amount, often, added, paid_by)


def currencies(campaign: Campaign) -> tuple[str, ...]:
    """Return the currencies in which ``campaign`` takes gifts, its own first."""
    others = settings.STANDFIRST.currencies
    return (campaign.currency, *(each for each in others if each != campaign.currency))


def given_lately(meant: Wish, *, browser_key: str, household: str = "", email: str = "") -> bool:
    """Say whether the same supporter gave the same within ``AGAIN_AFTER``: perhaps by mistake. Reads only.

    The same: the same browser, or the same e-mail address from the same household; an address
    alone would let strangers find out who gives.
    """
    since = clock.now() - AGAIN_AFTER
    who, browser = Q(pk__in=[]), hash_of_browser(browser_key)
    if browser:
        who |= Q(browser=browser)
    if email.strip() and household:
        by_mail = Q(donor__email=email.strip().lower(), household=household)
        who |= by_mail & ~Q(browser=browser) if browser else by_mail
    given = Q(payments__recorded_at__gte=since) | Q(status=Gift.Status.PENDING, started_at__gte=since)
    announced = Q(provider=methods.TRANSFER.name, status=Gift.Status.OPEN, started_at__gte=since)
    # An open transfer of this browser is found again by ``start``: that one is no second gift.
    given |= announced & ~Q(browser=browser) if browser else announced
    same = {name: value for name, value in meant.same().items() if name not in {"provider", "cover_minor"}}
    return Gift.objects.filter(who, given, **same).exists()


def hash_of_browser(browser_key: str) -> str:
    """Return what stands for a browser's key in the database, "" for none."""
    return hashlib.sha256(browser_key.encode()).hexdigest() if browser_key else ""
