"""Which names supporters let be shown with gifts that still hold, for whoever says elsewhere that they support us.

Never how much, never a gift without a name, nothing of what went back.
"""

from collections import defaultdict

from django.db.models import F, Q

from standfirst.funding.books import returned
from standfirst.funding.models import Payment
from standfirst.funding.providers import registry
from standfirst.funding.reports import PATIENCE
from standfirst.kit import clock


def by_address() -> dict[str, frozenset[str]]:
    """Return the names by the supporters' addresses. A gift holds until the reports count its giver as gone."""
    now, holds = clock.now(), Q()
    for interval, months in PATIENCE.items():
        holds |= Q(gift__interval=interval, paid_at__gte=clock.months_after(now, -months - 1))
    named = Q(gift__anonymous=False, gift__donor__erased_at=None, gift__donor__email__isnull=False)
    paid = Payment.objects.filter(holds, named, mode=registry.mode()).exclude(gift__display_name="")
    back = F("refunded_minor") + F("taken_minor") - F("reinstated_minor")
    found: dict[str, set[str]] = defaultdict(set)
    rows = returned.with_back(paid).filter(amount_minor__gt=back).order_by()
    for email, name in rows.values_list("gift__donor__email", "gift__display_name").distinct():
        found[(email or "").lower()].add(name)
    return {email: frozenset(names) for email, names in found.items() if email}
