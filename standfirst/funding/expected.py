"""What may still come: gifts on their way, and renewals that fall due. Shown beside the sum, never in it.

All sums are in minor units of the campaign's currency; gifts in another are left out, as
what they will count as is known only when they are paid.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from standfirst.funding.models import Campaign, Gift, Interval, Subscription, Terms
from standfirst.kit import clock

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Expected:
    """Paid but not arrived, and promised to come again before the month ends; None: the campaign does not show it."""

    on_its_way: int | None
    promised: int | None


def of(campaign: Campaign, first_day: date, mode: str) -> Expected:
    """Return what ``campaign`` shows beside the sum of the month that begins on ``first_day``. Reads only."""
    # A campaign without months has no month for which something could be promised.
    promises = campaign.shows_promised and campaign.kind == Campaign.Kind.MONTHLY
    return Expected(
        on_its_way=on_its_way(campaign, mode) if campaign.shows_on_its_way else None,
        promised=promised(campaign, first_day, mode) if promises else None,
    )


def on_its_way(campaign: Campaign, mode: str) -> int:
    """Return what a bank debit or the like has begun to bring. A transfer that somebody means to make is not in it."""
    under_way = Gift.objects.filter(
        campaign=campaign, mode=mode, currency=campaign.currency, status=Gift.Status.PENDING
    )
    return int(under_way.aggregate(minor=Coalesce(Sum("amount_minor"), 0))["minor"])


def promised(campaign: Campaign, first_day: date, mode: str) -> int:
    """Return what falls due again in the month from ``first_day`` on and has not been paid yet.

    Without gifts that are paused, being tried again after a failure, or ending before then.
    """
    start = clock.midnight(first_day, campaign.zone)
    end = clock.midnight(clock.first_of_next_month(first_day), campaign.zone)
    due = agreed_by(
        Subscription.objects.filter(
            Q(ends_at=None) | Q(ends_at__gt=F("next_at")),
            gift__campaign=campaign,
            gift__mode=mode,
            gift__currency=campaign.currency,
            status=Subscription.Status.ACTIVE,
            next_at__gte=start,
            next_at__lt=end,
        )
    )
    first_part = F("agreed") / (MONTHS_OF_A_YEAR if campaign.spreads_yearly else 1)
    counts = Case(
        When(gift__interval=Interval.YEAR, then=first_part), default=F("agreed"), output_field=BigIntegerField()
    )
    return int(due.aggregate(minor=Coalesce(Sum(counts), 0))["minor"])


def agreed_by(subscriptions: QuerySet[Subscription]) -> QuerySet[Any]:
    """Add to each row, as ``agreed``, how much it gives by the newest terms, without what is added for the fees."""
    newest = Terms.objects.filter(subscription=OuterRef("pk")).order_by("-id").values("amount_minor")[:1]
    return subscriptions.annotate(agreed=Coalesce(Subquery(newest), "gift__amount_minor"))
