"""The time, asked in one place so that tests can pin it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(tz=UTC)


def local_date(zone: ZoneInfo, at: datetime | None = None) -> date:
    """Return the calendar date in ``zone`` at the moment ``at`` (default: now)."""
    return (at or now()).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of ``day`` in ``zone``, in UTC.

    Where a clock change skips midnight, ``fold=0`` reads the gap with the offset before it,
    which is exactly the first moment that exists; where midnight comes twice, the first counts.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def next_midnight(zone: ZoneInfo, at: datetime | None = None) -> datetime:
    """Return the moment at which the calendar date in ``zone`` changes next, in UTC."""
    return midnight(local_date(zone, at) + timedelta(days=1), zone)


def first_of_month(day: date) -> date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def first_of_next_month(day: date) -> date:
    """Return the first day of the month after that of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
