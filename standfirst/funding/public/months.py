"""The months of a campaign as everybody may see them: what was given, what went back, from how many. No names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Count, Q, Sum

from standfirst.funding import periods
from standfirst.funding.books import ledger, totals
from standfirst.funding.books.ledger import COVER
from standfirst.funding.models import Campaign, Closing, GoalVersion, Mode, Payment, Period, Total, Transfer
from standfirst.funding.pools import income as matching
from standfirst.kit import clock
from standfirst.kit.locale import shown
from standfirst.kit.money import Money

MONTHS_SHOWN_MAX = 60  # five years on one page; older ones are reached by their address
PERCENT_FULL = 100


@dataclass(frozen=True, slots=True)
class Month:
    """One month's figure. ``as_closed`` is what it showed when it ended; None while it runs or was never closed."""

    first_day: date
    raised: Money
    goal: Money | None
    as_closed: Money | None
    gifts: int
    current: bool
    monthly: bool = True

    @property
    def address(self) -> str:
        """The month as addresses write it."""
        return f"{self.first_day:%Y-%m}"

    @property
    def percent(self) -> int | None:
        """How much of the goal was raised, floored; None without a goal."""
        return self.raised.minor * PERCENT_FULL // self.goal.minor if self.goal else None

    @property
    def over_by(self) -> Money | None:
        """By how much the goal is exceeded, or None."""
        return self.raised - self.goal if self.goal and self.raised.minor > self.goal.minor else None

    @property
    def restated(self) -> bool:
        """Whether the month moved after it had ended."""
        return self.as_closed is not None and self.as_closed != self.raised

    def raised_text(self) -> str:
        """Return what was raised."""
        return shown(self.raised)

    def goal_text(self) -> str:
        """Return the goal of that month, or nothing."""
        return shown(self.goal) if self.goal else ""

    def as_closed_text(self) -> str:
        """Return what the month showed when it ended, or nothing."""
        return shown(self.as_closed) if self.as_closed else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A month, part by part, in the campaign's currency. ``carried`` came from or went to other months (below zero)."""

    month: Month
    given: Money
    back: Money
    cover: Money
    fees: Money
    disputes: Money
    matched: Money
    carried: Money
    supporters: int
    after_fees: bool

    @property
    def set_aside(self) -> Money:
        """What yearly gifts of this month leave to other months."""
        return Money(max(-self.carried.minor, 0), self.carried.currency)

    @property
    def below(self) -> Money:
        """By how much more went back than came; the month's sum is shown as zero then."""
        total = self.given - self.back + self.carried
        if self.after_fees:
            total = total + self.cover - self.fees
        return Money(max(-total.minor, 0), self.given.currency)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The parts by name, as texts; what is zero and says nothing is left out."""
        parts = [("given", self.given), ("back", self.back), ("carried", self.carried)]
        parts += [("matched", self.matched), ("cover", self.cover), ("fees", self.fees), ("disputes", self.disputes)]
        return [(name, shown(amount)) for name, amount in parts if amount.minor or name == "given"]


def of(campaign: Campaign, mode: Mode, at: datetime | None = None, *, only: date | None = None) -> list[Month]:
    """Return the months of ``campaign``, the newest first; the running one is there even before its first gift.

    ``only``: no other month but the running one; it may be older than those that are shown.
    """
    now = at or clock.now()
    running = periods.first_day(campaign, now)
    periods_here = Period.objects.filter(campaign=campaign, first_day__lte=running)
    stored = list(periods_here.filter(first_day=only) if only else periods_here[:MONTHS_SHOWN_MAX])
    given = totals.given_by_month(campaign, mode=mode)
    closed = dict(Closing.objects.filter(period__in=stored, mode=mode).values_list("period__first_day", "given_minor"))
    gifts = dict(
        Payment.objects.filter(period__in=stored, mode=mode)
        .order_by()
        .values_list("period__first_day")
        .annotate(payments=Count("id"))
    )
    goals = list(GoalVersion.objects.filter(campaign=campaign).order_by("pk").values_list("set_at", "goal_minor"))
    days = sorted({running, *(period.first_day for period in stored)}, reverse=True)
    return [
        Month(
            first_day=day,
            raised=Money(max(given.get(day, 0), 0), campaign.currency),
            goal=_goal(campaign, goals, day, now),
            as_closed=Money(max(closed[day], 0), campaign.currency) if day in closed else None,
            gifts=gifts.get(day, 0),
            current=day == running,
            monthly=campaign.kind == Campaign.Kind.MONTHLY,
        )
        for day in days
    ]


def statement(campaign: Campaign, first_day: date, mode: Mode) -> Statement | None:
    """Return one month of ``campaign`` part by part; None if there is no such month."""
    month = next((each for each in of(campaign, mode, only=first_day) if each.first_day == first_day), None)
    if month is None:
        return None
    kept = Total.objects.filter(
        period__campaign=campaign, period__first_day=first_day, mode=mode, currency=campaign.currency
    )
    sums = dict(kept.values_list("account", "minor"))
    back = _back(campaign, first_day, mode)
    carried = sums.get(f"{ledger.DEFERRED}{campaign.slug}", 0)

    def money(minor: int) -> Money:
        return Money(minor, campaign.currency)

    return Statement(
        month=month,
        given=money(back - carried - sums.get(ledger.income(campaign), 0)),
        back=money(back),
        cover=money(-sums.get(COVER, 0)),
        fees=money(sums.get(ledger.FEES, 0)),
        disputes=money(sums.get(ledger.DISPUTES, 0)),
        matched=money(-sums.get(matching(campaign), 0)),
        carried=money(carried),
        supporters=supporters(campaign, [first_day], mode),
        after_fees=campaign.net_of_fees,
    )


def _back(campaign: Campaign, first_day: date, mode: Mode) -> int:
    """Return what left the gifts of a month: sent back, disputed, corrected; less what came back of that.

    Only rows of such kinds are read, which the keys' own index finds, however many gifts there were.
    """
    income = ledger.income(campaign)
    # Letters alone, so that every collation of a database sorts them alike.
    kinds = [Q(key__gte=kind, key__lt=kind[:-1] + chr(ord(kind[-1]) + 1)) for kind in ("adjust", "dispute", "refund")]
    rows = Transfer.objects.filter(
        reduce(or_, kinds),
        period__campaign=campaign,
        period__first_day=first_day,
        mode=mode,
        currency=campaign.currency,
    )
    left = Sum("amount_minor", filter=Q(debit=income))
    again = Sum("amount_minor", filter=Q(credit=income) & ~Q(key__startswith="adjust"))
    found = rows.aggregate(left=left, again=again)
    return int(found["left"] or 0) - int(found["again"] or 0)


def supporters(campaign: Campaign, first_days: Sequence[date], mode: Mode) -> int:
    """Return from how many people the payments of these months came; a gift without a person counts as one."""
    found = Payment.objects.filter(period__campaign=campaign, period__first_day__in=first_days, mode=mode).aggregate(
        known=Count("gift__donor", distinct=True), others=Count("gift", distinct=True, filter=Q(gift__donor=None))
    )
    return int(found["known"] + found["others"])


def _goal(
    campaign: Campaign, versions: Sequence[tuple[datetime, int | None]], first_day: date, now: datetime
) -> Money | None:
    """The goal as it stood when the month ended, or stands now."""
    ended = clock.midnight(clock.first_of_next_month(first_day), campaign.zone)
    running = campaign.kind == Campaign.Kind.FIXED or now < ended
    minor = next((goal for set_at, goal in reversed(versions) if running or set_at < ended), None)
    return Money(minor, campaign.currency) if minor else None
