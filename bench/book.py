"""A book of so many transfers with a sound chain, written by bulk SQL: ``python -m bench.book COUNT`` inside a site.

A payment has three transfers (gift, cover, fee); every fiftieth gets one more, a refund. They lie in two
years; with ``--this-month`` all of them in the running month, and each gift has a supporter.
"""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import django

django.setup()  # the settings are named in the environment

from django.db import connection, transaction  # noqa: E402 - Django has to be set up first

from standfirst.funding import campaigns  # noqa: E402
from standfirst.funding.books import chain, totals  # noqa: E402
from standfirst.funding.models import Donor, Gift, Link, Payment, Period, Refund, Total, Transfer  # noqa: E402
from standfirst.kit import chain as links  # noqa: E402
from standfirst.kit import clock  # noqa: E402

MONTHS = 24
BATCH = 5_000
REFUNDED = 50
AMOUNT, COVER, FEE, BACK = 2_500, 100, 105, 700
START = datetime(2024, 1, 1, 12, tzinfo=UTC)


def fill(count: int, *, this_month: bool = False) -> dict[str, int]:
    """Write about ``count`` transfers; return how many there are."""
    campaign = campaigns.create(slug="bench", name="Bench", currency="USD", tz="UTC", goal_minor=10**9)
    days = [date(2024 + number // 12, number % 12 + 1, 1) for number in range(MONTHS)]
    if this_month:
        days = [clock.first_of_month(clock.now().date())]
    periods = Period.objects.bulk_create([Period(campaign=campaign, first_day=day) for day in days])
    payments = count * REFUNDED // (3 * REFUNDED + 1)
    head, numbers = links.START, itertools.count(1)
    with transaction.atomic():
        for batch in itertools.batched(range(1, payments + 1), BATCH):
            gifts, paid, back = [], [], []
            moved: list[Transfer] = []
            for number in batch:
                period = periods[number * len(days) // (payments + 1)]
                gift, payment = _paid(number, campaign, period)
                if this_month:
                    gift.donor_id, gift.display_name = number, f"Reader {number}"
                gifts.append(gift)
                paid.append(payment)
                moved += _moved(payment, period, numbers)
                if number % REFUNDED == 0:
                    back.append(_refund(payment))
                    moved.append(
                        _row(payment, period, next(numbers), "refund", "income:gifts:bench", "clearing:stripe", BACK)
                    )
            if this_month:
                Donor.objects.bulk_create(
                    Donor(pk=gift.donor_id, email=f"{gift.donor_id}@example.org", created_at=START) for gift in gifts
                )
            _insert(Gift, gifts)
            _insert(Payment, paid)
            _insert(Refund, back)
            _insert(Transfer, moved)
            linked = []
            for transfer in moved:
                salt = f"{transfer.pk:032x}"
                entry = links.link(head, chain.covered(transfer, salt))
                linked.append(
                    Link(transfer=transfer, number=entry.number, salt=salt, hash_before=head.hash, hash=entry.hash)
                )
                head = links.Head(entry.number, entry.hash)
            _insert(Link, linked)
        places = totals.counted_again()
        Total.objects.bulk_create(
            Total(period_id=period, mode=mode, account=account, currency=currency, minor=minor)
            for (period, mode, account, currency), minor in places.items()
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"transfers": head.number, "payments": payments}


def _paid(number: int, campaign: Any, period: Period) -> tuple[Gift, Payment]:
    at = datetime.combine(period.first_day, START.timetz()) + timedelta(seconds=number % 2_000_000)
    same = {"provider": "stripe", "mode": "rehearsal", "currency": "USD", "amount_minor": AMOUNT, "cover_minor": COVER}
    gift = Gift(pk=number, public_id=UUID(int=number), campaign=campaign, status="paid", started_at=at, **same)
    payment = Payment(
        pk=number,
        gift=gift,
        provider_ref=f"ch_bench_{number}",
        counted_minor=AMOUNT,
        counted_cover_minor=COVER,
        paid_at=at,
        period=period,
        recorded_at=at,
        **same,
    )
    return gift, payment


def _moved(payment: Payment, period: Period, numbers: Iterator[int]) -> list[Transfer]:
    ways = (
        ("pay", "clearing:stripe", "income:gifts:bench", AMOUNT),
        ("cover", "clearing:stripe", "income:fee_cover", COVER),
        ("fee", "expense:fees", "clearing:stripe", FEE),
    )
    return [_row(payment, period, next(numbers), what, debit, credit, minor) for what, debit, credit, minor in ways]


def _row(payment: Payment, period: Period, pk: int, *way: Any) -> Transfer:
    what, debit, credit, minor = way
    return Transfer(
        pk=pk,
        key=f"{what}:stripe:{payment.provider_ref}",
        debit=debit,
        credit=credit,
        amount_minor=minor,
        currency="USD",
        mode="rehearsal",
        period=period,
        payment=payment,
        occurred_at=payment.paid_at,
        recorded_at=payment.recorded_at,
    )


def _refund(payment: Payment) -> Refund:
    ref = f"re_{payment.pk}"
    return Refund(
        payment=payment,
        provider_ref=ref,
        amount_minor=BACK,
        status="done",
        at=payment.paid_at,
        public_id=UUID(int=payment.pk),
    )


def _insert(model: Any, rows: Iterable[Any]) -> None:
    fields = model._meta.concrete_fields  # noqa: SLF001
    rows = [row for row in rows if row is not None]
    if model is Refund:
        model.objects.bulk_create(rows)
        return
    columns = ", ".join(field.column for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})", values)  # noqa: SLF001


if __name__ == "__main__":
    print(json.dumps(fill(int(sys.argv[1]), this_month="--this-month" in sys.argv)))
