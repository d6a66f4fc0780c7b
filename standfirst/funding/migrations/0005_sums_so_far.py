"""Fill what 0004 added: what payments counted, the campaign on every page, and the sums of the ledger.

Locks: rows of payments and campaigns, for as long as one statement takes. Undo: nothing to undo.
"""

from django.db import migrations
from django.db.models import F, Sum


def fill(apps, schema_editor):
    Payment = apps.get_model("funding", "Payment")
    Campaign = apps.get_model("funding", "Campaign")
    Payment.objects.update(counted_minor=F("amount_minor"))
    Campaign.objects.filter(active=True).update(featured=True)
    _sum_up(apps)


def _sum_up(apps):
    Transfer = apps.get_model("funding", "Transfer")
    Total = apps.get_model("funding", "Total")
    sums = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        rows = (
            Transfer.objects.filter(period__isnull=False)
            .order_by()
            .values_list("period_id", "mode", side, "currency")
            .annotate(minor=Sum("amount_minor"))
        )
        for *place, minor in rows:
            sums[tuple(place)] = sums.get(tuple(place), 0) + sign * int(minor)
    Total.objects.bulk_create(
        [
            Total(period_id=period_id, mode=mode, account=account, currency=currency, minor=minor)
            for (period_id, mode, account, currency), minor in sums.items()
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("funding", "0004_real_money")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
