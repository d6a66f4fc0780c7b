"""The letterhead of receipts and statements, and the fiscal year by which statements go."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from standfirst.funding.models import Issuer
from standfirst.kit import clock
from standfirst.mail.house import house


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues, under which address and number, and what is said at the foot."""

    name: str
    lines: tuple[str, ...] = ()
    closing: str = ""
    fiscal_first_month: int = 1


def current() -> Letterhead:
    """Return the letterhead as it stands now. About two queries."""
    found = Issuer.objects.filter(site__is_default_site=True).first() or Issuer()
    lines = [line.strip() for line in found.address.splitlines() if line.strip()]
    return Letterhead(
        name=found.legal_name or house().name,
        lines=(*lines, *([found.registration] if found.registration else [])),
        closing=found.closing,
        fiscal_first_month=found.fiscal_first_month,
    )


def zone() -> ZoneInfo:
    """Return the publication's time zone: a receipt's dates and years are those of its clock."""
    return ZoneInfo(settings.TIME_ZONE)


def fiscal_year_of(at: datetime, first_month: int) -> date:
    """Return the first day of the fiscal year in which the moment ``at`` lies."""
    day = clock.local_date(zone(), at)
    return date(day.year if day.month >= first_month else day.year - 1, first_month, 1)


def fiscal_year_after(first_day: date) -> date:
    """Return the first day of the fiscal year after the one that begins on ``first_day``."""
    return first_day.replace(year=first_day.year + 1)
