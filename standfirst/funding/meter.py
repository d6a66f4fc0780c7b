"""The meter: what has been raised this month, of what, and how long is left. Defined here and nowhere else.

Raised is what the ledger booked as given in the period of now, less refunds, in the mode of
this site; a negative sum is shown as zero. A campaign may count what is left after fees
instead, and then says so. Read from the sums that are kept beside the ledger.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_percent
from django.db import connection
from django.utils.translation import gettext

from standfirst.funding import campaigns, periods
from standfirst.funding.books import ledger, totals
from standfirst.funding.models import Campaign, Mode
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

KEYS = frozenset({ledger.METER_KEY})  # whatever changes a campaign touches it, too
PERCENT_FULL = 100


@dataclass(frozen=True, slots=True)
class Meter:
    """The figures, true until ``expires_at``. Texts are in the language of the page unless a locale is given."""

    campaign: str
    raised: Money
    goal: Money | None
    first_day: date
    days_left: int | None
    monthly: bool
    rehearsal: bool
    tz: str
    expires_at: datetime
    net_of_fees: bool = False

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

    def raised_text(self, locale: str = "") -> str:
        """Return what has been raised."""
        return self.raised.show(locale or current_locale())

    @property
    def counts_text(self) -> str:
        """What the sum is: all that was given, or what is left of it."""
        return gettext("after fees") if self.net_of_fees else gettext("given")

    def goal_text(self, locale: str = "") -> str:
        """Return the goal, or nothing."""
        return self.goal.show(locale or current_locale()) if self.goal else ""

    def half_text(self, locale: str = "") -> str:
        """Return half of the goal, or nothing."""
        return self.half.show(locale or current_locale()) if self.half else ""

    def zero_text(self, locale: str = "") -> str:
        """Return the beginning of the scale."""
        return Money(0, self.currency).show(locale or current_locale())

    def over_text(self, locale: str = "") -> str:
        """Return by how much the goal is exceeded, or nothing."""
        return self.over_by.show(locale or current_locale()) if self.over_by else ""

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


def of(campaign: Campaign, at: datetime, mode: Mode) -> Meter:
    """Return the meter of ``campaign`` at ``at``. Reads only."""
    first_day = periods.first_day(campaign, at)
    sums = _sums_and_goal(campaign, first_day, mode)
    goal = sums.pop(_GOAL)
    given = totals.given(campaign, {account: minor or 0 for account, minor in sums.items()})
    return Meter(
        campaign=campaign.name,
        raised=Money(max(given, 0), campaign.currency),
        goal=None if goal is None else Money(goal, campaign.currency),
        first_day=first_day,
        days_left=periods.days_left(campaign, at),
        monthly=campaign.kind == Campaign.Kind.MONTHLY,
        rehearsal=mode is Mode.REHEARSAL,
        tz=campaign.tz,
        expires_at=clock.next_midnight(campaign.zone, at),
        net_of_fees=campaign.net_of_fees,
    )


_GOAL = ""  # no account is called so
# Written out, as every page waits for it: letting Django write it takes longer than both queries.
_SUMS_AND_GOAL = """
SELECT total.account, total.minor FROM funding_total total JOIN funding_period period ON period.id = total.period_id
 WHERE period.campaign_id = %s AND period.first_day = %s AND total.mode = %s AND total.currency = %s
UNION ALL SELECT '', (SELECT goal_minor FROM funding_goalversion WHERE campaign_id = %s ORDER BY id DESC LIMIT 1)
"""


def _sums_and_goal(campaign: Campaign, first_day: date, mode: Mode) -> dict[str, int | None]:
    """Return the sum of each account of the period, and under ``_GOAL`` the goal that counts now. One query."""
    day = connection.ops.adapt_datefield_value(first_day)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS_AND_GOAL, [campaign.pk, day, str(mode), campaign.currency, campaign.pk])
        return dict(cursor.fetchall())


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
        "rehearsal": meter.rehearsal,
        "valid_until": meter.expires_at.isoformat(),
    }
