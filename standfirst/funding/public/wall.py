"""The names of those who gave in a month and let them be shown. Never what they wrote, never how much."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from standfirst.funding.models import Campaign, Gift, Mode, Payment

NAMES_SHOWN_MAX = 500  # a page, not a telephone book; the others are counted


@dataclass(frozen=True, slots=True)
class Wall:
    """Names in alphabetical order, each once, and how many gifts came without a name to show."""

    names: tuple[str, ...]
    others: int


def of(campaign: Campaign, first_day: date, mode: Mode) -> Wall:
    """Return who gave to ``campaign`` in that month."""
    paid = Payment.objects.filter(
        gift=OuterRef("pk"), period__first_day=first_day, period__campaign=campaign, mode=mode
    )
    gifts = Gift.objects.filter(Exists(paid), campaign=campaign)
    named = gifts.filter(anonymous=False).exclude(display_name="")
    names = sorted(set(named.values_list("display_name", flat=True)), key=str.casefold)
    return Wall(tuple(names[:NAMES_SHOWN_MAX]), gifts.count() - named.count() + max(len(names) - NAMES_SHOWN_MAX, 0))
