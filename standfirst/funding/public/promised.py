"""What supporters who give again and again have promised for a month. Shown beside the sum, never in it."""

from dataclasses import dataclass

from standfirst.funding.expected import MONTHS_OF_A_YEAR, agreed_by
from standfirst.funding.models import Campaign, Interval, Mode, Subscription
from standfirst.kit.money import Money


@dataclass(frozen=True, slots=True)
class Promised:
    """From how many supporters, and how much a month; a yearly gift counts a twelfth, rounded down."""

    supporters: int
    a_month: Money


def of(campaign: Campaign, mode: Mode) -> Promised:
    """Return what comes again to ``campaign``. Gifts in other currencies count as supporters, not in the sum."""
    rows = agreed_by(
        Subscription.objects.filter(gift__campaign=campaign, gift__mode=mode, status=Subscription.Status.ACTIVE)
    ).values_list("agreed", "gift__interval", "gift__currency")
    minor = count = 0
    for agreed, interval, currency in rows:
        count += 1
        if currency == campaign.currency:
            minor += agreed // MONTHS_OF_A_YEAR if interval == Interval.YEAR else agreed
    return Promised(count, Money(minor, campaign.currency))
