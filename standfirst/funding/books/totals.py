"""The sums that the meter reads, kept as transfers are added.

A sum is what came into an account of a period less what left it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import connection
from django.db.models import Sum

from standfirst.funding.models import Campaign, Period, Total, Transfer

type Place = tuple[int, str, str, str]  # period, mode, account, currency


def add(transfers: Iterable[Transfer]) -> None:
    """Add new transfers to the sums. Call it where one writer is at a time: it is read, added, and written."""
    sums: Counter[Place] = Counter()
    for row in transfers:
        if row.period_id is not None:
            sums[row.period_id, row.mode, row.debit, row.currency] += row.amount_minor
            sums[row.period_id, row.mode, row.credit, row.currency] -= row.amount_minor
    if not sums:
        return
    places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(sums))
    values = [value for place, minor in sums.items() for value in (*place, minor)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO funding_total (period_id, mode, account, currency, minor) "  # noqa: S608 - places only
            f"VALUES {places} ON CONFLICT (period_id, mode, account, currency) "
            "DO UPDATE SET minor = funding_total.minor + excluded.minor",
            values,
        )


def of(period: Period, *, mode: str) -> dict[str, int]:
    """Return each account's sum in ``period``, in minor units of the campaign's currency."""
    found = Total.objects.filter(period=period, mode=mode, currency=period.campaign.currency)
    return dict(found.values_list("account", "minor"))


def given(campaign: Campaign, sums: Mapping[str, int]) -> int:
    """Return what ``sums`` say was given, in minor units: gross, or what is left after fees if the campaign says so.

    After fees means: gifts, and what supporters added for the fees, less the fees. Disputes' costs
    are never taken off. May be negative.
    """
    gross = -sums.get(f"income:gifts:{campaign.slug}", 0)
    if not campaign.net_of_fees:
        return gross
    return gross - sums.get("income:fee_cover", 0) - sums.get("expense:fees", 0)


def given_by_month(campaign: Campaign, *, mode: str) -> dict[date, int]:
    """Return what ``given`` says of each period of ``campaign``, by its first day. One query."""
    sums: defaultdict[date, dict[str, int]] = defaultdict(dict)
    found = Total.objects.filter(period__campaign=campaign, mode=mode, currency=campaign.currency)
    for day, account, minor in found.values_list("period__first_day", "account", "minor"):
        sums[day][account] = minor
    return {day: given(campaign, accounts) for day, accounts in sums.items()}


def counted_again() -> dict[Place, int]:
    """Return all sums as the transfers say, for the self-check. Reads every transfer that counts in a period."""
    sums: Counter[Place] = Counter()
    for side, sign in (("debit", 1), ("credit", -1)):
        rows = (
            Transfer.objects.filter(period__isnull=False)
            .order_by()
            .values_list("period_id", "mode", side, "currency")
            .annotate(minor=Sum("amount_minor"))
        )
        for period_id, mode, account, currency, minor in rows.iterator():
            sums[period_id, mode, account, currency] += sign * int(minor)
    return dict(sums)


def kept() -> dict[Place, int]:
    """Return all sums as they are kept."""
    found = Total.objects.values_list("period_id", "mode", "account", "currency", "minor")
    return {(period_id, mode, account, currency): minor for period_id, mode, account, currency, minor in found}
