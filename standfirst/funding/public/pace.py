"""Pace: where this month should be today, judged by how the months before it went.

For each earlier month its payments up to the same part of the month are set against all of
its payments; the median of these shares, and the middle half of them, times the goal is what
would be usual today. Refunds are left out: they come at any time and say nothing about pace.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncDate

from standfirst.funding import periods
from standfirst.funding.books import ledger, spreading
from standfirst.funding.meter import Meter
from standfirst.funding.models import Campaign, Mode, Payment, Period, Transfer
from standfirst.kit import clock
from standfirst.kit.locale import shown
from standfirst.kit.money import Money, exponent

MONTHS_MIN = 3  # fewer say nothing about what is usual
MONTHS_MAX = 12  # a year: what happened before says little about today


@dataclass(frozen=True, slots=True)
class Pace:
    """What would be usual by now, and how many days ahead of it the month is; negative: behind."""

    usual: Money
    low: Money
    high: Money
    days_ahead: int
    months: int

    @property
    def days_behind(self) -> int:
        """By how many days the month is behind, 0 if it is not."""
        return max(-self.days_ahead, 0)

    def usual_text(self) -> str:
        """Return the usual sum of today."""
        return shown(self.usual)

    def range_text(self) -> tuple[str, str]:
        """Return between which sums half of the earlier months were."""
        return shown(self.low), shown(self.high)


def read(campaign: Campaign, meter: Meter, mode: Mode, at: datetime | None = None) -> Pace | None:
    """Return the pace at ``at`` (default: now).

    None without a goal, for a campaign without months, and until MONTHS_MIN earlier months have had gifts.
    """
    if meter.goal is None or not meter.monthly:
        return None
    today = clock.local_date(campaign.zone, at)
    curves = _curves(campaign, mode, periods.first_day(campaign, at or clock.now()))
    if len(curves) < MONTHS_MIN:
        return None
    length = _length(meter.first_day)
    shares = [[_share(curve, Fraction(day, length)) for curve in curves] for day in range(length + 1)]
    low, usual, high = (_quantile(shares[today.day], part) for part in _QUARTERS)
    goal = meter.goal.minor
    reached = Fraction(meter.raised.minor, goal)
    # The day on which an ordinary month stands where this one stands now.
    like_day = next((day for day in range(length + 1) if _quantile(shares[day], _MEDIAN) >= reached), length)
    return Pace(
        usual=_whole(usual * goal, meter.currency),
        low=_whole(low * goal, meter.currency),
        high=_whole(high * goal, meter.currency),
        days_ahead=like_day - today.day,
        months=len(curves),
    )


_MEDIAN = Fraction(1, 2)
_QUARTERS = (Fraction(1, 4), _MEDIAN, Fraction(3, 4))

type Curve = list[Fraction]  # the share of the month's sum that was there at the end of day 0, 1, 2 …


def _curves(campaign: Campaign, mode: Mode, before: date) -> list[Curve]:
    earlier = list(Period.objects.filter(campaign=campaign, first_day__lt=before)[:MONTHS_MAX])
    days: dict[date, dict[int, int]] = defaultdict(dict)
    rows = (
        Payment.objects.filter(period__in=earlier, mode=mode)
        .order_by()
        .annotate(day=TruncDate("paid_at", tzinfo=campaign.zone))
        .values_list("period__first_day", "day")
        .annotate(minor=Sum(F("counted_minor") / F("counts_over")))
    )
    for first_day, minor in _carried(campaign, earlier, mode):
        days[first_day][1] = int(minor)
    for first_day, day, minor in rows:
        # A campaign that moved its zone has payments a few hours outside of their month.
        number = min(max((day - first_day).days + 1, 1), _length(first_day))
        days[first_day][number] = days[first_day].get(number, 0) + int(minor)
    return [_curve(found, _length(first_day)) for first_day, found in days.items() if sum(found.values()) > 0]


def _carried(campaign: Campaign, earlier: list[Period], mode: Mode) -> QuerySet[Any, Any]:
    """What yearly gifts of months before brought to each month: it is there when the month begins."""
    brought = Transfer.objects.filter(period__in=earlier, mode=mode, credit=ledger.income(campaign))
    brought = brought.filter(key__startswith=spreading.KEY).exclude(period=F("payment__period"))
    return brought.order_by().values_list("period__first_day").annotate(minor=Sum("amount_minor"))


def _curve(days: dict[int, int], length: int) -> Curve:
    whole, so_far, curve = sum(days.values()), 0, [Fraction(0)]
    for day in range(1, length + 1):
        so_far += days.get(day, 0)
        curve.append(Fraction(so_far, whole))
    return curve


def _share(curve: Curve, part: Fraction) -> Fraction:
    """The share at ``part`` of the month, straight between two days: months differ in length."""
    at = part * (len(curve) - 1)
    day = int(at)
    if day == len(curve) - 1:
        return curve[day]
    return curve[day] + (curve[day + 1] - curve[day]) * (at - day)


def _quantile(values: list[Fraction], part: Fraction) -> Fraction:
    """The quantile between the nearest ranks, as in Hyndman and Fan's definition 7."""
    ordered = sorted(values)
    at = part * (len(ordered) - 1)
    rank = int(at)
    above = ordered[min(rank + 1, len(ordered) - 1)]
    return ordered[rank] + (above - ordered[rank]) * (at - rank)


def _whole(minor: Fraction, currency: str) -> Money:
    """An estimate to the cent would say more than is known."""
    unit = 10 ** exponent(currency)
    return Money(int(minor / unit) * unit, currency)


def _length(first_day: date) -> int:
    return (clock.first_of_next_month(first_day) - first_day).days
