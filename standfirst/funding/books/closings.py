"""What a month showed when it ended, written down once; what came later shows beside it as restated."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from standfirst.delivery.changes import touch, verb
from standfirst.funding import periods
from standfirst.funding.books import totals
from standfirst.funding.books.ledger import METER_KEY
from standfirst.funding.models import Campaign, Closing, GoalVersion, Mode, Period, Transfer
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.money import Money

SETTLING_TIME = timedelta(minutes=2)  # what was recorded in the last second is committed by then
CLOSED_AT_ONCE_MAX = 200  # months in one round of the scheduler


@dataclass(frozen=True, slots=True)
class Month:
    """A period's sums: as it closed (None: it has not yet, or it ended before its campaign was here) and as of now."""

    period: Period
    now: Money
    as_closed: Money | None
    goal_minor: int | None
    closed_at: datetime | None

    @property
    def restated(self) -> bool:
        """Whether something came or went after the month was closed."""
        return self.as_closed is not None and self.as_closed != self.now


def of(period: Period, *, mode: Mode | None = None) -> Month:
    """Return what ``period`` came to, as closed and as it stands. Sums below zero are shown as they are. Reads only."""
    wanted = mode or registry.mode()
    closing = Closing.objects.filter(period=period, mode=wanted).first()
    currency = period.campaign.currency
    return Month(
        period=period,
        now=Money(totals.given(period.campaign, totals.of(period, mode=wanted)), currency),
        as_closed=None if closing is None else Money(closing.given_minor, currency),
        goal_minor=None if closing is None else closing.goal_minor,
        closed_at=None if closing is None else closing.closed_at,
    )


def due(at: datetime, *, mode: Mode) -> list[Period]:
    """Return the months that have ended and are not closed yet. Reads only."""
    # The first day is at most a day off in any zone; the exact end is asked below.
    begun = clock.first_of_month((at + timedelta(days=1)).date())
    waiting = Period.objects.filter(campaign__kind=Campaign.Kind.MONTHLY, first_day__lt=begun)
    waiting = waiting.exclude(closings__mode=mode).select_related("campaign").order_by("first_day")
    return [period for period in waiting if _may_close(period, at)][:CLOSED_AT_ONCE_MAX]


def close_due() -> int:
    """Close every month that has ended; return how many. Scheduled; harmless when there is none."""
    at, mode = clock.now(), registry.mode()
    ended = due(at, mode=mode)
    for period in ended:
        close(period=period, mode=mode)
    return len(ended)


@verb
def close(*, period: Period, mode: Mode) -> Closing:
    """Write down what ``period`` came to when it ended, from the transfers that were recorded by then.

    Closed again it is the same row. ValueError for a period that never ends. No lock: a unique constraint decides.
    """
    ended_at = periods.end_of(period)
    if ended_at is None:
        raise ValueError(f"{period} has no end")
    campaign = period.campaign
    sums = _sums(
        Transfer.objects.filter(period=period, mode=mode, recorded_at__lt=ended_at, currency=campaign.currency)
    )
    goals = GoalVersion.objects.filter(campaign=campaign, set_at__lt=ended_at).order_by("-pk")
    closing, made = Closing.objects.get_or_create(
        period=period,
        mode=mode,
        defaults={
            "given_minor": totals.given(campaign, sums),
            "goal_minor": goals.values_list("goal_minor", flat=True).first(),
            "ended_at": ended_at,
            "closed_at": clock.now(),
        },
    )
    if made:
        touch(METER_KEY)
    return closing


def _may_close(period: Period, at: datetime) -> bool:
    ended_at = periods.end_of(period)
    # A month from before the campaign was made here was never shown: what is recorded of it is no restatement.
    return ended_at is not None and period.campaign.created_at < ended_at <= at - SETTLING_TIME


def _sums(rows: QuerySet[Transfer]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for side, sign in (("debit", 1), ("credit", -1)):
        for account, minor in rows.order_by().values_list(side).annotate(minor=Sum("amount_minor")):
            sums[account] += sign * int(minor)
    return dict(sums)
