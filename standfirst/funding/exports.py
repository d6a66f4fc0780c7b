"""Tables to take away: gifts, payments, supporters, and a month of the books for the accountant.

Written row by row, however many there are. A cell that a spreadsheet would run as a formula is
made harmless. Only what happened in this site's mode: real and rehearsed money never meet.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from standfirst.funding.books import returned
from standfirst.funding.models import Gift, Payment, Subscription, Transfer
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.money import Money

type Cell = str | int | Decimal | date | None

BYTE_ORDER_MARK = "\ufeff"  # without it, the commonest spreadsheet reads UTF-8 as something else
ROWS_AT_ONCE = 2_000  # fetched and written together
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones run in Japanese locales
_WHAT = {
    "pay": "Gift",
    "cover": "Added for the fees",
    "fee": "Fee of the payment service",
    "refund": "Sent back",
    "spread": "Part of a yearly gift, from month to month",
    "refund_failed": "Did not go back after all",
    "dispute": "Disputed",
    "dispute_fee": "Fee of a dispute",
    "fx": "Difference of exchange rates",
    "payout": "Paid out to the bank",
    "match": "Added by a matching promise",
    "match_back": "Taken back of a matching promise",
    "adjust": "Correction",
}


def safe(cell: Cell) -> str:
    """Return what stands in the file. Numbers and dates are ours; words may be anybody's."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    return cell.isoformat() if isinstance(cell, date) else str(cell)


class _Line:
    """What ``csv.writer`` writes to: hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def written(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Return the lines of a CSV file, one by one."""
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow(heading)
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def gifts(*, since: date | None = None, until: date | None = None) -> Iterator[str]:
    """Return the gifts that were started from ``since`` to ``until`` (UTC days, both included)."""
    rows = Gift.objects.filter(_between("started_at", since, until), mode=registry.mode()).select_related(
        "campaign", "donor", "thanked_by"
    )
    heading = ["id", "started", "campaign", "state", "how often", "amount", "for the fees", "currency", "paid through"]
    heading += ["reference", "name", "name hidden", "e-mail", "dedication", "message", "came from", "thanked"]
    return written(heading, (_gift_row(gift) for gift in _each(rows)))


def _gift_row(gift: Gift) -> Sequence[Cell]:
    return (
        str(gift.public_id),
        _moment(gift.started_at),
        gift.campaign.slug,
        gift.status,
        gift.interval,
        gift.money.major,
        Money(gift.cover_minor, gift.currency).major,
        gift.currency,
        gift.provider,
        gift.reference,
        gift.display_name,
        _yes(gift.anonymous),
        gift.donor.email if gift.donor else None,
        gift.dedication,
        gift.message,
        gift.story_key,
        _moment(gift.thanked_at) if gift.thanked_at else None,
    )


def payments(*, since: date | None = None, until: date | None = None) -> Iterator[str]:
    """Return the payments from ``since`` to ``until`` (UTC days, both included), with what went back of each.

    What is ``still counted``, added up by month, is what every page says was raised in it.
    """
    found = Payment.objects.filter(_between("paid_at", since, until), mode=registry.mode())
    rows = returned.with_back(found.select_related("gift__donor", "period__campaign", "receipt"))
    heading = ["paid", "month", "campaign", "amount", "for the fees", "currency", "counted", "counted for the fees"]
    heading += ["counted in", "rate", "sent back", "taken back by banks", "still counted", "paid through", "charge"]
    heading += ["receipt", "gift", "name", "e-mail"]
    return written(heading, (_payment_row(payment) for payment in _each(rows)))


def _payment_row(payment: Any) -> Sequence[Cell]:
    campaign, gift = payment.period.campaign, payment.gift
    receipt = getattr(payment, "receipt", None)
    gone = returned.shares(returned.parts_of(payment), returned.back_minor(payment))
    return (
        _moment(payment.paid_at),
        f"{payment.period.first_day:%Y-%m}",
        campaign.slug,
        payment.money.major,
        Money(payment.cover_minor, payment.currency).major,
        payment.currency,
        Money(payment.counted_minor, campaign.currency).major,
        Money(payment.counted_cover_minor, campaign.currency).major,
        campaign.currency,
        payment.rate,
        Money(payment.refunded_minor, payment.currency).major,
        Money(returned.held_minor(payment), payment.currency).major,
        Money(payment.counted_minor - gone.gift, campaign.currency).major,
        payment.provider,
        payment.provider_ref,
        str(receipt) if receipt else None,
        str(gift.public_id),
        gift.display_name,
        gift.donor.email if gift.donor else None,
    )


def supporters() -> Iterator[str]:
    """Return everybody who paid and has told us who they are: a row for each and each currency."""
    comes_again = dict(
        Subscription.objects.filter(gift__mode=registry.mode(), gift__donor__isnull=False)
        .order_by("pk")
        .values_list("gift__donor_id", "status")
    )
    rows = (
        Payment.objects.filter(mode=registry.mode(), gift__donor__isnull=False)
        .order_by("gift__donor_id", "currency")
        .values("gift__donor_id", "gift__donor__email", "gift__donor__name", "currency")
        .annotate(number=Count("pk"), total=Sum("amount_minor"), first=Min("paid_at"), last=Max("paid_at"))
    )
    heading = ["e-mail", "name", "payments", "given", "currency", "first", "last", "comes again"]
    return written(
        heading,
        (
            (
                row["gift__donor__email"],
                row["gift__donor__name"],
                row["number"],
                Money(row["total"], row["currency"]).major,
                row["currency"],
                _moment(row["first"]),
                _moment(row["last"]),
                comes_again.get(row["gift__donor_id"]),
            )
            for row in rows.iterator(chunk_size=ROWS_AT_ONCE)
        ),
    )


def accounting(*, month: date, zone: ZoneInfo) -> Iterator[str]:
    """Return the double entries of the calendar month that begins on ``month`` in ``zone``, by when they happened.

    A row is one transfer: its amount is booked on the debit account and against the credit account.
    Nobody's name stands in it.
    """
    begins, ends = clock.midnight(month, zone), clock.midnight(clock.first_of_next_month(month), zone)
    rows = Transfer.objects.filter(mode=registry.mode(), occurred_at__gte=begins, occurred_at__lt=ends).select_related(
        "period__campaign"
    )
    heading = ["date", "key", "debit", "credit", "amount", "currency", "text"]
    return written(
        heading,
        (
            (
                row.occurred_at.astimezone(zone).date(),
                row.key,
                row.debit,
                row.credit,
                Money(row.amount_minor, row.currency).major,
                row.currency,
                booking_text(row),
            )
            for row in _each(rows)
        ),
    )


def booking_text(row: Transfer) -> str:
    """Return in words what a transfer is."""
    what = _WHAT.get(row.key.partition(":")[0], "")
    where = f"{row.period.campaign.name} {row.period.first_day:%Y-%m}" if row.period else ""
    return " · ".join(part for part in (_(what) if what else "", where, row.note) if part)


def _between(column: str, since: date | None, until: date | None) -> Q:
    wanted = Q()
    utc = ZoneInfo("UTC")
    if since is not None:
        wanted &= Q(**{f"{column}__gte": datetime.combine(since, time.min, tzinfo=utc)})
    if until is not None:
        wanted &= Q(**{f"{column}__lte": datetime.combine(until, time.max, tzinfo=utc)})
    return wanted


def _each(rows: QuerySet[Any]) -> Iterator[Any]:
    """Return every row, oldest first, in pieces of its own query each: no cursor is held while a slow reader reads."""
    last = 0
    while True:
        piece = list(rows.filter(pk__gt=last).order_by("pk")[:ROWS_AT_ONCE])
        yield from piece
        if len(piece) < ROWS_AT_ONCE:
            return
        last = piece[-1].pk


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%SZ")


def _yes(said: bool) -> str:  # noqa: FBT001 - a cell
    return "yes" if said else "no"
