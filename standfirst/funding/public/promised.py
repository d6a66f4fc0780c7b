"""What supporters who give again and again have promised for a month. Shown beside the sum, never in it."""

from dataclasses import dataclass

from standfirst.funding.models import Campaign, Mode
from standfirst.funding.payments import subscriptions
from standfirst.kit.money import Money


@dataclass(frozen=True, slots=True)
class Promised:
    """From how many people, and how much a month; a yearly gift counts a twelfth."""

    supporters: int
    a_month: Money


def of(campaign: Campaign, mode: Mode) -> Promised:
    """Return what comes again to ``campaign``. Gifts in other currencies count as supporters, not in the sum."""
    by_currency = subscriptions.monthly_recurring(campaign, mode=mode)
    return Promised(
        supporters=subscriptions.active_supporters(campaign, mode=mode),
        a_month=by_currency.get(campaign.currency, Money(0, campaign.currency)),
    )
