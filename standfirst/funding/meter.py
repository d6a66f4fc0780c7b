"""The meter: what has been raised this month, of what, and how long is left. Defined here and nowhere else.

Raised is what the ledger booked as given in the period of now, less refunds, in the mode of
this site; a negative sum is shown as zero. A campaign may count what is left after fees
instead, and then says so. Read from the sums that are kept beside the ledger.

Beside the sum, and never in it, may stand what is on its way, what is promised for the rest of
the month, and what sponsors added.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_percent
from django.utils.translation import gettext

from standfirst.funding import campaigns, expected, periods, pools
from standfirst.funding.books import ledger, totals
from standfirst.funding.models import Campaign, Mode, Total
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.locale import current_locale, shown
from standfirst.kit.money import Money

KEYS = frozenset({ledger.METER_KEY})  # whatever changes a campaign touches it, too
PERCENT_FULL = 100


@dataclass(frozen=True, slots=True)
class Note:
    """A sum beside the one that counts, in words; ``kind`` is ``on-its-way``, ``promised`` or ``matched``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Meter:
    """The figures, true until ``expires_at``. Texts are in the language of the page unless a locale is given.

    ``on_its_way`` and ``promised`` are None where the campaign does not show them, ``matched`` where no
    sponsor has promised anything for this month.
    """

    campaign: str
    slug: str
    raised: Money
    goal: Money | None
    first_day: date
    days_left: int | None
    monthly: bool
    rehearsal: bool
    tz: str
    expires_at: datetime
    net_of_fees: bool = False
    on_its_way: Money | None = None
    promised: Money | None = None
    matched: Money | None = None
    sponsors: tuple[str, ...] = ()
    takes_gifts: bool = True
    featured: bool = False

    @property
    def currency(self) -> str:
        """The currency of all figures."""
        return self.raised.currency

    @property
    def half(self) -> Money | None:
        """The middle of the scale."""
        return Money(self.goal.minor // 2, self.currency) if self.goal else None

    @property
    def percent(self) -> int | None:
        """How much of the goal is raised, floored: 99.6 % is not 100 %."""
        return self.raised.minor * PERCENT_FULL // self.goal.minor if self.goal else None

    @property
    def percent_capped(self) -> int:
        """How full the bar is, 0 to 100."""
        return min(self.percent or 0, PERCENT_FULL)

    @property
    def over_by(self) -> Money | None:
        """By how much the goal is exceeded, or None."""
        return self.raised - self.goal if self.goal and self.raised.minor > self.goal.minor else None

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.goal is not None and self.raised.minor >= self.goal.minor

    @property
    def last_day(self) -> bool:
        """Whether the month ends tonight."""
        return self.days_left == 1

    @property
    def bar_max(self) -> int:
        """The scale's end, in minor units."""
        return self.goal.minor if self.goal else 0

    @property
    def bar_value(self) -> int:
        """How far the bar reaches, in minor units; never past the end."""
        return min(self.raised.minor, self.bar_max)

    @property
    def bar_on_its_way(self) -> int:
        """Where the part that is on its way ends, in minor units; never past the end."""
        return min(self.raised.minor + _minor(self.on_its_way), self.bar_max)

    @property
    def bar_promised(self) -> int:
        """Where the mark of what is promised stands, in minor units; never past the end."""
        return min(self.raised.minor + _minor(self.on_its_way) + _minor(self.promised), self.bar_max)

    @property
    def notes(self) -> list[Note]:
        """What stands beside the sum, as far as it is above zero."""
        notes = []
        if _minor(self.on_its_way):
            notes.append(Note("on-its-way", gettext("%(sum)s on its way") % {"sum": _shown(self.on_its_way)}))
        if _minor(self.promised):
            said = gettext("%(sum)s more promised by regular supporters")
            notes.append(Note("promised", said % {"sum": _shown(self.promised)}))
        if _minor(self.matched):
            said = gettext("plus %(sum)s matched by %(sponsors)s")
            names = format_list(self.sponsors, locale=current_locale())
            notes.append(Note("matched", said % {"sum": _shown(self.matched), "sponsors": names}))
        return notes

    @property
    def notes_max(self) -> int:
        """How many notes there may be: room is kept for them, so that a note that comes moves nothing."""
        return sum(each is not None for each in (self.on_its_way, self.promised, self.matched))

    @property
    def sentence(self) -> str:
        """The sum, of what, and what it counts, in the fewest words."""
        return " ".join(filter(None, (self._sum_text, self.counts_text if self.net_of_fees else "")))

    @property
    def whole_text(self) -> str:
        """All that the bar shows, as one text for those who do not see it."""
        said = self.sentence
        if self.goal:
            said = gettext("%(sentence)s (%(percent)s)") % {"sentence": said, "percent": self.percent_text()}
        if self.over_by:
            over = gettext("%(over)s over the goal") % {"over": self.over_text()}
            said = f"{said}, {over}"
        return ", ".join([said, *(note.text for note in self.notes)])

    @property
    def _sum_text(self) -> str:
        if self.goal is None:
            return gettext("%(raised)s given") % {"raised": self.raised_text()}
        return gettext("%(raised)s of %(goal)s") % {"raised": self.raised_text(), "goal": self.goal_text()}

    def raised_text(self, locale: str = "") -> str:
        """Return what has been raised."""
        return shown(self.raised, locale)

    @property
    def counts_text(self) -> str:
        """What the sum is: all that was given, or what is left of it."""
        return gettext("after fees") if self.net_of_fees else gettext("given")

    def goal_text(self, locale: str = "") -> str:
        """Return the goal, or nothing."""
        return shown(self.goal, locale) if self.goal else ""

    def half_text(self, locale: str = "") -> str:
        """Return half of the goal, or nothing."""
        return shown(self.half, locale) if self.half else ""

    def zero_text(self, locale: str = "") -> str:
        """Return the beginning of the scale."""
        return shown(Money(0, self.currency), locale)

    def over_text(self, locale: str = "") -> str:
        """Return by how much the goal is exceeded, or nothing."""
        return shown(self.over_by, locale) if self.over_by else ""

    def percent_text(self, locale: str = "") -> str:
        """Return the percentage as the language writes it, or nothing."""
        if self.percent is None:
            return ""
        return str(format_percent(Decimal(self.percent).scaleb(-2), locale=locale or current_locale()))

    def month_name(self, locale: str = "") -> str:
        """Return the name of the month, such as November."""
        return str(format_date(self.first_day, "LLLL", locale=locale or current_locale()))


def read(at: datetime | None = None) -> Meter | None:
    """Return the meter at the moment ``at`` (default: now); None if no campaign takes gifts. Reads only."""
    campaign = campaigns.current()
    return None if campaign is None else of(campaign, at or clock.now(), registry.mode())


def named(slugs: Iterable[str]) -> dict[str, Meter]:
    """Return the meters of now of the campaigns of these short names, as far as there are such. Reads only."""
    at, mode = clock.now(), registry.mode()
    found = Campaign.objects.filter(slug__in=set(slugs))
    return {campaign.slug: of(campaign, at, mode) for campaign in found}


def of(campaign: Campaign, at: datetime, mode: Mode) -> Meter:
    """Return the meter of ``campaign`` at ``at``. Reads only."""
    first_day = periods.first_day(campaign, at)
    rows = Total.objects.filter(
        period__campaign=campaign, period__first_day=first_day, mode=mode, currency=campaign.currency
    )
    sums = dict(rows.values_list("account", "minor"))
    goal = campaigns.goal_minor(campaign)
    coming = expected.of(campaign, first_day, mode)
    sponsors = pools.sponsors(campaign, first_day, sums) if campaign.has_sponsors else None
    added = max(-sums.get(pools.income(campaign), 0), 0)

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, campaign.currency)

    return Meter(
        campaign=campaign.name,
        slug=campaign.slug,
        raised=Money(max(totals.given(campaign, sums), 0), campaign.currency),
        goal=money(goal),
        first_day=first_day,
        days_left=periods.days_left(campaign, at),
        monthly=campaign.kind == Campaign.Kind.MONTHLY,
        rehearsal=mode is Mode.REHEARSAL,
        tz=campaign.tz,
        expires_at=clock.next_midnight(campaign.zone, at),
        net_of_fees=campaign.net_of_fees,
        on_its_way=money(coming.on_its_way),
        promised=money(coming.promised),
        matched=money(added if added or sponsors is not None else None),
        sponsors=sponsors or (),
        takes_gifts=campaign.active,
        featured=campaign.featured,
    )


def as_data(meter: Meter | None) -> dict[str, Any]:
    """Return the meter as plain data, for machines: amounts in minor units beside their text."""
    if meter is None:
        return {"campaign": None}
    return {
        "campaign": meter.campaign,
        "currency": meter.currency,
        "month": f"{meter.first_day:%Y-%m}" if meter.monthly else None,
        "raised_minor": meter.raised.minor,
        "goal_minor": meter.goal.minor if meter.goal else None,
        "percent": meter.percent,
        "days_left": meter.days_left,
        "raised": meter.raised_text(),
        "goal": meter.goal_text() or None,
        "net_of_fees": meter.net_of_fees,
        "counts": meter.counts_text,
        "over_minor": meter.over_by.minor if meter.over_by else 0,
        "on_its_way_minor": meter.on_its_way.minor if meter.on_its_way else None,
        "promised_minor": meter.promised.minor if meter.promised else None,
        "matched_minor": meter.matched.minor if meter.matched else None,
        "matched_by": list(meter.sponsors),
        "text": meter.whole_text,
        "rehearsal": meter.rehearsal,
        "valid_until": meter.expires_at.isoformat(),
    }


def _minor(amount: Money | None) -> int:
    return amount.minor if amount else 0


def _shown(amount: Money | None) -> str:
    return shown(amount) if amount else ""
