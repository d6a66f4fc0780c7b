"""What a gift in another currency counts as in its campaign's: converted once, by a rate that is kept with it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from standfirst.funding.models import Rate
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money, exponent

RATE_AGE_MAX = timedelta(days=7)  # the longest that markets are closed, and some days for whoever enters rates
PLACES = Decimal("0.0000000001")  # as the column


class RateMissing(Refusal):
    """No rate is known for the day; it is never guessed."""

    code = "funding.rate_missing"
    status = 409
    message = _("No exchange rate from {base} to {quote} is known for {day}. Enter one; the gift is counted then.")


@dataclass(frozen=True, slots=True)
class Counted:
    """A payment in the campaign's currency, and by which rate. No rate: it was given in that currency."""

    amount_minor: int
    cover_minor: int
    rate: Decimal | None = None
    source: str = ""

    @property
    def total_minor(self) -> int:
        """The gift and what came on top for the fees."""
        return self.amount_minor + self.cover_minor


def counted(amount: Money, cover_minor: int, *, into: str, settled: Money | None, on: date, provider: str) -> Counted:
    """Return what ``amount`` and ``cover_minor`` (of the same currency) count as in the currency ``into``.

    What the provider settled in that currency decides; else the stored rate of the day ``on`` or
    the last one before. Refusal: RateMissing.
    """
    if amount.currency == into:
        return Counted(amount.minor, cover_minor)
    charged = Money(amount.minor + cover_minor, amount.currency)
    if settled is not None and settled.currency == into:
        total, rate, source = settled.minor, settled.major / charged.major, provider
    else:
        found = _rate(amount.currency, into, on)
        total, rate, source = _converted(charged, found, into), found.rate, f"{found.source} {found.day}"
    part = shared(total, amount.minor, charged.minor)
    return Counted(part, total - part, rate.quantize(PLACES, ROUND_HALF_UP), source)


def shared(total: int, part: int, whole: int) -> int:
    """Return ``total`` × ``part`` / ``whole``, rounded half up, in whole units; all are zero or more."""
    return (2 * total * part + whole) // (2 * whole)


@dataclass(frozen=True, slots=True)
class _Found:
    rate: Decimal
    source: str
    day: date


def _rate(base: str, quote: str, day: date) -> _Found:
    fresh = Rate.objects.filter(day__lte=day, day__gte=day - RATE_AGE_MAX).order_by("-day")
    direct = fresh.filter(base=base, quote=quote).first()
    inverse = fresh.filter(base=quote, quote=base).first()
    if direct is not None and (inverse is None or direct.day >= inverse.day):
        return _Found(direct.rate, direct.source, direct.day)
    if inverse is not None:
        return _Found((1 / inverse.rate).quantize(PLACES, ROUND_HALF_UP), inverse.source, inverse.day)
    raise RateMissing(base=base, quote=quote, day=day)


def _converted(amount: Money, found: _Found, into: str) -> int:
    return int((amount.major * found.rate).scaleb(exponent(into)).quantize(Decimal(1), ROUND_HALF_UP))
