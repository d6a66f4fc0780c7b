"""What a supporter's page shows: gifts that come again, what was paid, receipts, years. Reads only."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from babel.dates import format_date
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models import Donor, Gift, Interval, Payment, Subscription
from standfirst.funding.payments.subscriptions import GOING_ON
from standfirst.funding.supporters import letterhead, receipts, roster, statements
from standfirst.funding.supporters.acts import PAUSES_MONTHS
from standfirst.funding.supporters.statements import Year
from standfirst.kit import clock
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

MONTHS_A_YEAR = 12
PAYMENTS_SHOWN_MAX = 50  # on one page; older ones are a link further
DONE = {
    "amount": _("From the next payment on, you give the new amount."),
    "skip": _("The next payment is left out. After that, your gift goes on as before."),
    "pause": _("Your gift is paused. It goes on by itself; you can also resume it here."),
    "resume": _("Your gift goes on. Thank you."),
    "cancel": _("Your regular gift is cancelled. Nothing more is charged. Thank you for all you gave."),
    "name": _("Saved: how your name is shown with that gift."),
}


@dataclass(frozen=True, slots=True)
class Regular:
    """A gift that comes again, in words."""

    gift: Gift
    subscription: Subscription
    amount: str
    cover: str
    next_day: str
    resumes_day: str
    ended_day: str
    card: str
    typed: str = ""

    @property
    def monthly(self) -> bool:
        """Whether it is given each month; else each year."""
        return self.gift.interval == Interval.MONTH

    @property
    def live(self) -> bool:
        """Whether money may still be taken."""
        return self.subscription.status in GOING_ON

    @property
    def active(self) -> bool:
        """Whether all is well."""
        return self.subscription.status == Subscription.Status.ACTIVE

    @property
    def paused(self) -> bool:
        """Whether it rests."""
        return self.subscription.status == Subscription.Status.PAUSED

    @property
    def failing(self) -> bool:
        """Whether the last payment failed."""
        return self.subscription.status == Subscription.Status.PAST_DUE


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, in words."""

    payment: Payment
    day: str
    amount: str
    back: str
    receipt: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the template shows."""

    donor: Donor
    regular: list[Regular] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    years: list[Year] = field(default_factory=list)
    gifts: list[Gift] = field(default_factory=list)
    older: int | None = None
    pauses: tuple[int, ...] = PAUSES_MONTHS


def build(donor: Donor, *, typed: Mapping[uuid.UUID, str], before: int | None = None) -> Page:
    """Return the page of ``donor``. ``typed`` is what stood in a field that was refused; ``before`` pages back."""
    payments = statements.payments_of(donor).order_by("-id")
    if before is not None:
        payments = payments.filter(pk__lt=before)
    found = list(payments[: PAYMENTS_SHOWN_MAX + 1])
    shown = found[:PAYMENTS_SHOWN_MAX]
    subscriptions = sorted(roster.subscriptions_of(donor), key=lambda each: each.status not in GOING_ON)
    named = Gift.objects.filter(donor=donor, status=Gift.Status.PAID).exclude(display_name="")
    return Page(
        donor=donor,
        regular=[regular(each, typed=typed.get(each.gift.public_id, "")) for each in subscriptions],
        paid=[_paid(payment) for payment in shown],
        years=statements.years_of(donor),
        gifts=list(named[:PAYMENTS_SHOWN_MAX]),
        older=shown[-1].pk if len(found) > len(shown) else None,
    )


def regular(subscription: Subscription, *, typed: str = "") -> Regular:
    """Return a subscription in words."""
    terms = next(iter(subscription.terms.all()), None)
    gift = subscription.gift
    amount_minor, cover_minor = (terms or gift).amount_minor, (terms or gift).cover_minor
    return Regular(
        gift=gift,
        subscription=subscription,
        amount=Money(amount_minor + cover_minor, gift.currency).show(current_locale()),
        cover=Money(cover_minor, gift.currency).show(current_locale()) if cover_minor else "",
        next_day=_day(_next_at(subscription)),
        resumes_day=_day(subscription.resumes_at),
        ended_day=_day(subscription.ended_at or subscription.ends_at),
        card=f"{subscription.card_brand.title()} ···· {subscription.card_last4}" if subscription.card_last4 else "",
        typed=typed,
    )


def _next_at(subscription: Subscription) -> datetime | None:
    """Return when something is taken next: what a pause leaves out is not."""
    at, resumes_at = subscription.next_at, subscription.resumes_at
    if at is None or resumes_at is None or subscription.status != Subscription.Status.PAUSED:
        return at
    step = MONTHS_A_YEAR if subscription.gift.interval == Interval.YEAR else 1
    return next(found for number in count() if (found := clock.months_after(at, number * step)) >= resumes_at)


def _paid(payment: Payment) -> Paid:
    receipt = getattr(payment, "receipt", None)
    went_back = receipts.went_back(payment)
    return Paid(
        payment=payment,
        day=_day(payment.paid_at),
        amount=payment.charged.show(current_locale()),
        back="; ".join(f"{label}: {amount}" for label, amount in went_back),
        receipt=str(receipt) if receipt else "",
    )


def _day(at: datetime | None) -> str:
    return format_date(at.astimezone(letterhead.zone()), "long", locale=current_locale()) if at else ""
