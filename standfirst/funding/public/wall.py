"""The names of those who gave in a month and let them be shown. Never what they wrote, never how much."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

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
    shown = Q(anonymous=False) & ~Q(display_name="")
    found = gifts.aggregate(
        every=Count("pk"), named=Count("pk", filter=shown), names=Count("display_name", distinct=True, filter=shown)
    )
    # Sorted by the database as far as it knows the letters, so that a month of any size brings no more than a page.
    first = gifts.filter(shown).order_by(Lower("display_name")).values_list("display_name", flat=True).distinct()
    names = sorted(set(first[:NAMES_SHOWN_MAX]), key=str.casefold)
    return Wall(tuple(names), found["every"] - found["named"] + max(found["names"] - NAMES_SHOWN_MAX, 0))
