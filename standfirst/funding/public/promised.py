"""What supporters who give again and again have promised for a month. Shown beside the sum, never in it."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from standfirst.funding.models import Campaign, Interval, Mode, Subscription, Terms
from standfirst.kit.money import Money

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Promised:
    """From how many supporters, and how much a month; a yearly gift counts a twelfth, rounded down."""

    supporters: int
    a_month: Money


def of(campaign: Campaign, mode: Mode) -> Promised:
    """Return what comes again to ``campaign``. Gifts in other currencies count as supporters, not in the sum."""
    newest = Terms.objects.filter(subscription=OuterRef("pk")).order_by("-id")
    rows = (
        Subscription.objects.filter(gift__campaign=campaign, gift__mode=mode, status=Subscription.Status.ACTIVE)
        .annotate(agreed=Subquery(newest.values("amount_minor")[:1]))
        .values_list("agreed", "gift__amount_minor", "gift__interval", "gift__currency")
    )
    minor = count = 0
    for agreed, first, interval, currency in rows:
        count += 1
        if currency == campaign.currency:
            amount = first if agreed is None else agreed
            minor += amount // MONTHS_OF_A_YEAR if interval == Interval.YEAR else amount
    return Promised(count, Money(minor, campaign.currency))
