"""What the months came to, and who stayed: sums and counts, never a name.

Every figure is taken from the ledger's rows or the payments by a handful of queries, however many
gifts there are; what follows is arithmetic on months. Supporters are told apart by their row in
``Donor``; gifts of people who told us nothing count in the sums only.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, DateField, F, Max, Min, Q, Sum, When
from django.db.models.functions import TruncMonth

from standfirst.funding import campaigns, periods
from standfirst.funding.books import ledger, totals
from standfirst.funding.models import Campaign, Closing, Interval, Payment, Subscription, Terms, Transfer
from standfirst.funding.payments import subscriptions
from standfirst.kit import clock
from standfirst.kit.money import Money

MONTHS_SHOWN = 24  # two years show a season twice
COHORT_MONTHS = 12  # how long a month's new supporters are followed
STORY_GIFTS_LEAST = 6  # gifts; of fewer, a story's author could guess who gave
STORIES_SHOWN = 50
MONTHS_A_YEAR = 12
PATIENCE = {Interval.MONTH: 2, Interval.ONCE: 12, Interval.YEAR: 13}  # months without a gift before one counts as gone

type StoryNames = Callable[[Sequence[str]], Mapping[str, tuple[str, str]]]

_story_names: list[StoryNames] = []


def name_stories(names: StoryNames) -> None:
    """Have ``names`` say title and address of stories by their keys: funding itself does not know them."""
    if names not in _story_names:
        _story_names.append(names)


@dataclass(frozen=True, slots=True)
class Month:
    """What a month came to. ``closed`` is what it showed when it ended; ``given`` what the books say today."""

    first_day: date
    given: Money
    closed: Money | None
    goal: Money | None

    @property
    def restated(self) -> bool:
        """Whether something moved after the month had ended."""
        return self.closed is not None and self.closed != self.given


@dataclass(frozen=True, slots=True)
class Comings:
    """Who came and went in a month, in people."""

    first_day: date
    gave: int
    new: int
    regained: int
    lapsed: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """The people who gave first in a month, and how many of them still gave, month by month from then on."""

    first_day: date
    stayed: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many they were."""
        return self.stayed[0]

    @property
    def percents(self) -> list[int]:
        """Return how many of a hundred stayed, rounded down."""
        return [number * 100 // self.size for number in self.stayed]


@dataclass(frozen=True, slots=True)
class Story:
    """How many gifts began at a story, and what is left of them after refunds."""

    key: str
    title: str
    url: str
    gifts: int
    given: Money


def number_of(day: date) -> int:
    """Return a month as a number that can be counted on."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def month_of(number: int) -> date:
    """Return the first day of a numbered month."""
    return date(number // MONTHS_A_YEAR, number % MONTHS_A_YEAR + 1, 1)


def _last_months(campaign: Campaign) -> list[date]:
    this = number_of(clock.local_date(campaign.zone))
    return [month_of(number) for number in range(this - MONTHS_SHOWN + 1, this + 1)]


def raised(campaign: Campaign, *, mode: str) -> list[Month]:
    """Return the months that had a gift, the latest ``MONTHS_SHOWN`` of them, oldest first. Three queries.

    They are counted as the meter counts them, after fees if the campaign says so; below zero as they are.
    """
    running = periods.first_day(campaign, clock.now())
    given = totals.given_by_month(campaign, mode=mode)
    closings = {
        closing.period.first_day: closing
        for closing in Closing.objects.filter(period__campaign=campaign, mode=mode).select_related("period")
    }
    aims = {day: closing.goal_minor for day, closing in closings.items()}
    aims.setdefault(running, campaigns.goal_minor(campaign))
    days = sorted(day for day in given if day <= running)[-MONTHS_SHOWN:]
    return [_month(campaign, day, given[day], closings.get(day), aims.get(day)) for day in days]


def _month(campaign: Campaign, day: date, given_minor: int, closing: Closing | None, goal_minor: int | None) -> Month:
    currency = campaign.currency
    return Month(
        first_day=day,
        given=Money(given_minor, currency),
        closed=Money(closing.given_minor, currency) if closing else None,
        goal=Money(goal_minor, currency) if goal_minor else None,
    )


def recurring(campaign: Campaign, *, mode: str) -> list[tuple[date, Money]]:
    """Return what was promised to come again each month, at the end of each of the last months. Two queries.

    A yearly gift counts a twelfth. Gifts in other currencies than the campaign's are left out. A gift that
    is paused or unpaid now is left out of the newest month, which is ``subscriptions.monthly_recurring``; when it
    was paused before is not known.
    """
    rows = Subscription.objects.filter(
        gift__campaign=campaign, gift__mode=mode, gift__currency=campaign.currency
    ).values_list("pk", "started_at", "ended_at", "status", "gift__interval", "gift__amount_minor")
    terms: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    said = Terms.objects.filter(subscription__gift__campaign=campaign, subscription__gift__mode=mode)
    for pk, set_at, minor in said.order_by("pk").values_list("subscription_id", "set_at", "amount_minor"):
        terms[pk].append((set_at, minor))
    months = _last_months(campaign)
    now = clock.now()
    ends = [min(clock.midnight(clock.first_of_next_month(day), campaign.zone), now) for day in months]
    twelfths = [0] * len(months)
    for pk, started_at, ended_at, status, interval, first_minor in rows:
        for place, end in enumerate(ends):
            gone = ended_at is not None and ended_at <= end
            resting = end == now and status not in subscriptions.GIVING
            if started_at <= end and not gone and not resting:
                minor = next((minor for set_at, minor in reversed(terms[pk]) if set_at <= end), first_minor)
                twelfths[place] += minor * (1 if interval == Interval.YEAR else MONTHS_A_YEAR)
    return [
        (day, Money(subscriptions.a_month(sum_), campaign.currency)) for day, sum_ in zip(months, twelfths, strict=True)
    ]


type History = Mapping[int, int]  # the month in which somebody gave, and until which that gift lasts


def histories(campaign: Campaign, *, mode: str) -> list[History]:
    """Return for each supporter the numbers of the months in which they gave to ``campaign``. One query."""
    by_period = campaign.kind == Campaign.Kind.MONTHLY
    month_given = F("period__first_day") if by_period else TruncMonth("paid_at", DateField(), tzinfo=campaign.zone)
    rows = (
        Payment.objects.filter(gift__campaign=campaign, mode=mode, gift__donor__isnull=False)
        .order_by()
        .values_list("gift__donor_id", month_given, "gift__interval")
        .distinct()
    )
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for donor, day, interval in rows:
        month = number_of(day)
        lasts = month + PATIENCE[Interval(interval)]
        found[donor][month] = max(lasts, found[donor].get(month, 0))
    return list(found.values())


def comings(people: Sequence[History], months: Sequence[date]) -> list[Comings]:
    """Return who came, came back and went in each of ``months``.

    Somebody lapses in the first month in which none of their gifts lasts any more, and is regained
    by a gift after that.
    """
    gave: Counter[int] = Counter()
    new: Counter[int] = Counter()
    regained: Counter[int] = Counter()
    lapsed: Counter[int] = Counter()
    for history in people:
        lasts = None
        for month in sorted(history):
            gave[month] += 1
            if lasts is None:
                new[month] += 1
            elif month > lasts:
                lapsed[lasts + 1] += 1
                regained[month] += 1
            lasts = max(history[month], lasts or 0)
        if lasts is not None:
            lapsed[lasts + 1] += 1
    numbers = [number_of(day) for day in months]
    return [
        Comings(month_of(number), gave[number], new[number], regained[number], lapsed[number]) for number in numbers
    ]


def cohorts(people: Sequence[History], months: Sequence[date]) -> list[Cohort]:
    """Return the people who gave first in each of ``months``, and how many of them a gift still covered later."""
    if not months:
        return []
    latest = number_of(months[-1])
    stayed: dict[int, list[int]] = {}
    for history in people:
        first = min(history)
        row = stayed.setdefault(first, [0] * (min(COHORT_MONTHS, latest - first) + 1 if first <= latest else 0))
        for place in range(len(row)):
            if any(month <= first + place <= lasts for month, lasts in history.items()):
                row[place] += 1
    numbers = [number_of(day) for day in months]
    return [Cohort(month_of(number), tuple(stayed[number])) for number in numbers if number in stayed]


def stories(campaign: Campaign, *, mode: str) -> list[Story]:
    """Return the stories at which gifts to ``campaign`` began, most given first; none with few gifts. One query."""
    account = ledger.income(campaign)
    rows = (
        Transfer.objects.filter(period__campaign=campaign, mode=mode, payment__gift__story_key__gt="")
        .filter(Q(credit=account) | Q(debit=account))
        .order_by()
        .values_list("payment__gift__story_key")
        .annotate(
            gifts=Count("payment__gift", distinct=True),
            net=Sum(Case(When(credit=account, then=F("amount_minor")), default=-F("amount_minor"))),
        )
        .filter(gifts__gte=STORY_GIFTS_LEAST)
        .order_by("-net")[:STORIES_SHOWN]
    )
    found = list(rows)
    names = {key: name for ask in _story_names for key, name in ask([row[0] for row in found]).items()}
    told = [(*names.get(key, (key, "")), key, gifts, net) for key, gifts, net in found]
    return [
        Story(key=key, title=title, url=url, gifts=gifts, given=Money(int(net), campaign.currency))
        for title, url, key, gifts, net in told
    ]


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, for one campaign."""

    campaign: Campaign
    months: list[Month]
    recurring: list[tuple[date, Money]]
    comings: list[Comings]
    cohorts: list[Cohort]
    stories: list[Story]
    people: int
    known_until: date | None


def of(campaign: Campaign, *, mode: str) -> Report:
    """Return the report of ``campaign``, from the month of its first gift on: eight queries."""
    people = histories(campaign, mode=mode)
    paid = Payment.objects.filter(gift__campaign=campaign, mode=mode).aggregate(
        first=Min("paid_at"), last=Max("paid_at")
    )
    last = paid["last"]
    begun = clock.first_of_month(clock.local_date(campaign.zone, paid["first"]))  # without any gift: this month
    months = [day for day in _last_months(campaign) if day >= begun]
    return Report(
        campaign=campaign,
        months=raised(campaign, mode=mode),
        recurring=[(day, sum_) for day, sum_ in recurring(campaign, mode=mode) if day >= begun],
        comings=comings(people, months),
        cohorts=cohorts(people, months[-COHORT_MONTHS - 1 :]),
        stories=stories(campaign, mode=mode),
        people=len(people),
        known_until=last.astimezone(campaign.zone).date() if last else None,
    )
