"""In which month a gift counts: the campaign's local calendar, computed once and stored."""

from datetime import date, datetime

from standfirst.funding.models import Campaign, Period
from standfirst.kit import clock

EARLIEST = date(1970, 1, 1)  # the clock's own beginning; before it lie only slips of the finger, such as the year 26


def first_day(campaign: Campaign, at: datetime) -> date:
    """Return the first day of the period of ``campaign`` that the moment ``at`` lies in.

    Months are half-open: local midnight of the 1st belongs to the new month.
    """
    if campaign.kind == Campaign.Kind.FIXED:
        return clock.local_date(campaign.zone, campaign.created_at)
    return clock.first_of_month(clock.local_date(campaign.zone, at))


def period_at(campaign: Campaign, at: datetime) -> Period:
    """Return the period of ``campaign`` at ``at``, made if it is needed for the first time. Call inside a verb."""
    day = first_day(campaign, at)
    return Period.objects.get_or_create(campaign=campaign, first_day=day)[0]


def find(campaign: Campaign, at: datetime) -> Period | None:
    """Return the period of ``campaign`` at ``at`` if a gift has needed it yet. Reads only."""
    return Period.objects.filter(campaign=campaign, first_day=first_day(campaign, at)).first()


def days_left(campaign: Campaign, at: datetime) -> int | None:
    """Return the days from the local date at ``at`` to the first of the next month: 1 on the last day, never 0.

    Dates are subtracted, not moments, so a clock change takes or adds nothing.
    None for a campaign that has no end.
    """
    if campaign.kind == Campaign.Kind.FIXED:
        return None
    today = clock.local_date(campaign.zone, at)
    return (clock.first_of_next_month(today) - today).days


def end_of(period: Period) -> datetime | None:
    """Return the moment at which ``period`` ends, in UTC, by the zone that its campaign has now; None: never."""
    if period.campaign.kind == Campaign.Kind.FIXED:
        return None
    return clock.midnight(clock.first_of_next_month(period.first_day), period.campaign.zone)
