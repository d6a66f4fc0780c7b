"""What of a payment has gone back, and how that is shared between the gift, its cover, and nobody.

The share depends on the sum that has gone back alone, never on the order of refunds and
disputes: first the gift, then what was added for the fees; what exceeds both (only a dispute after
a refund can cause it) is a cost. Each news posts the difference between what should
stand and what the payment's rows already say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from standfirst.funding.books import ledger
from standfirst.funding.books.rates import shared
from standfirst.funding.models import DisputeStep, Payment, Refund, Transfer
from standfirst.kit.money import Money

WITHDRAWN = DisputeStep.Kind.WITHDRAWN


@dataclass(frozen=True, slots=True)
class News:
    """One fact that moved money: the key of its rows, when, and what the provider really moved.

    ``settled`` is signed: below zero it left our balance. None: not known, what we expect is booked.
    """

    key: str
    fx_key: str
    at: datetime
    settled: Money | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """What has gone back, in the campaign's currency."""

    gift: int
    cover: int
    excess: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.gift + self.cover + self.excess

    def less(self, other: "Shares") -> "Shares":
        """Return the difference; parts may be below zero."""
        return Shares(self.gift - other.gift, self.cover - other.cover, self.excess - other.excess)


def minor(payment: Payment) -> int:
    """Return what has gone back, in the currency of the gift: refunds done, and what disputes hold."""
    refunds = Refund.objects.filter(payment=payment, status=Refund.Status.DONE)
    held = DisputeStep.objects.filter(dispute__payment=payment).aggregate(
        taken=Coalesce(Sum("amount_minor", filter=Q(kind=WITHDRAWN)), 0),
        given=Coalesce(Sum("amount_minor", filter=~Q(kind=WITHDRAWN)), 0),
    )
    done = refunds.aggregate(total=Coalesce(Sum("amount_minor"), 0))
    return int(done["total"] + held["taken"] - held["given"])


def with_back(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Add to each row, in the currency of the gift: ``refunded_minor``, refunds done, and what disputes hold of it.

    ``taken_minor`` was taken by disputes, ``reinstated_minor`` given back by them. One query, however many rows.
    """
    steps = DisputeStep.objects.filter(dispute__payment=OuterRef("pk")).order_by().values("dispute__payment")
    refunds = Refund.objects.filter(payment=OuterRef("pk"), status=Refund.Status.DONE).order_by().values("payment")

    def total(rows: QuerySet[Any, Any]) -> Coalesce:
        return Coalesce(Subquery(rows.annotate(total=Sum("amount_minor")).values("total")), 0)

    return payments.annotate(
        refunded_minor=total(refunds),
        taken_minor=total(steps.filter(kind=WITHDRAWN)),
        reinstated_minor=total(steps.exclude(kind=WITHDRAWN)),
    )


def held_minor(payment: Any) -> int:
    """Return what disputes hold of a payment that ``with_back`` has read."""
    return int(payment.taken_minor - payment.reinstated_minor)


def back_minor(payment: Any) -> int:
    """Return what ``minor`` does, of a payment that ``with_back`` has read."""
    return int(payment.refunded_minor) + held_minor(payment)


class Parts(NamedTuple):
    """A payment's gift and cover in its own currency, and what they counted as in the campaign's."""

    amount: int
    cover: int
    counted: int
    counted_cover: int


def parts_of(payment: Payment) -> Parts:
    """Return the parts of ``payment``."""
    return Parts(payment.amount_minor, payment.cover_minor, payment.counted_minor, payment.counted_cover_minor)


def shares(parts: Parts, back_minor: int) -> Shares:
    """Return how ``back_minor`` (in the gift's currency) is shared; below zero counts as nothing."""
    amount, cover, counted, counted_cover = parts
    of_gift = max(0, min(back_minor, amount))
    of_cover = max(0, min(back_minor - amount, cover))
    rest = max(0, back_minor - amount - cover)
    return Shares(
        gift=shared(counted, of_gift, amount),
        cover=shared(counted_cover, of_cover, cover) if cover else 0,
        excess=shared(counted + counted_cover, rest, amount + cover),
    )


def posted(payment: Payment, rows: list[Transfer]) -> Shares:
    """Return what the payment's rows say has gone back."""
    income = ledger.income(payment.gift.campaign)
    gift = payment.counted_minor + _into(rows, income)
    cover = payment.counted_cover_minor + _into(rows, ledger.COVER)
    excess = _into([row for row in rows if row.key.endswith(":excess")], ledger.DISPUTES)
    return Shares(gift, cover, excess)


_on_posted: list[Callable[[Payment], None]] = []


def on_posted(callback: Callable[[Payment], None]) -> None:
    """Have ``callback`` called after some of a payment went back, or came again, in the transaction that books it."""
    if callback not in _on_posted:
        _on_posted.append(callback)


def post(payment: Payment, news: News) -> None:
    """Book what ``news`` changed. Call with the payment's row locked, after the fact is written down."""
    rows = list(payment.transfers.all())
    if of_fact(rows, news.key):
        return
    change = shares(parts_of(payment), minor(payment)).less(posted(payment, rows))
    arrived = settled_abroad(payment, rows)
    counter = ledger.FX if arrived else ledger.clearing(payment.provider)
    parts = (
        (news.key, ledger.income(payment.gift.campaign), change.gift),
        (f"{news.key}:cover", ledger.COVER, change.cover),
        (f"{news.key}:excess", ledger.DISPUTES, change.excess),
    )
    own, made = _currency(payment), []
    for key, account, back in parts:
        made += row(payment, key=key, at=news.at, debit=account, credit=counter, amount=Money(back, own))
    if arrived is not None:
        made += _abroad(payment, news, change, arrived)
    elif news.settled is not None and news.settled.currency == own:
        difference, clearing = Money(news.settled.minor + change.total, own), ledger.clearing(payment.provider)
        made += row(payment, key=news.fx_key, at=news.at, debit=clearing, credit=ledger.FX, amount=difference)
    ledger.record(made, known=rows)
    for callback in _on_posted:
        callback(payment)


def of_fact(rows: list[Transfer], *keys: str) -> list[Transfer]:
    """Return the rows that record the facts of these keys."""
    return [each for each in rows if any(each.key == key or each.key.startswith(f"{key}:") for key in keys)]


def moved_at_provider(payment: Payment, *keys: str) -> Money | None:
    """Return what facts did to the money that the provider holds for us (negative: it left); None for nothing."""
    clearing = ledger.clearing(payment.provider)
    rows = [row for row in of_fact(list(payment.transfers.all()), *keys) if clearing in {row.debit, row.credit}]
    return Money(_into(rows, clearing), rows[0].currency) if rows else None


def settled_abroad(payment: Payment, rows: list[Transfer]) -> Money | None:
    """Return what the payment brought in the other currency in which it settled; None if that is the campaign's."""
    key = f"pay:{payment.provider}:{payment.provider_ref}:settled"
    return next((Money(row.amount_minor, row.currency) for row in rows if row.key == key), None)


def book_cost(payment: Payment, *, key: str, at: datetime, account: str, cost: Money) -> None:
    """Book what the provider kept, as ``cost_rows`` says."""
    known = list(payment.transfers.all())
    ledger.record(cost_rows(payment, known, key=key, at=at, account=account, cost=cost), known=known)


def cost_rows(
    payment: Payment, rows: list[Transfer], *, key: str, at: datetime, account: str, cost: Money
) -> list[Transfer]:
    """Return the rows of what the provider kept, to an account of expenses in the campaign's currency.

    In another currency it is worth what its share of the payment was counted as; one in a
    currency that the payment did not settle in waits for news that says how it settled.
    """
    clearing, own = ledger.clearing(payment.provider), _currency(payment)
    if cost.currency == own:
        return row(payment, key=key, at=at, debit=account, credit=clearing, amount=cost)
    arrived = settled_abroad(payment, rows)
    if arrived is None or arrived.currency != cost.currency:
        return []
    counted = payment.counted_minor + payment.counted_cover_minor
    worth = shared(counted, abs(cost.minor), arrived.minor)
    here = Money(-worth if cost.minor < 0 else worth, own)
    return [
        *row(payment, key=key, at=at, debit=account, credit=ledger.FX, amount=here),
        *row(payment, key=f"{key}:settled", at=at, debit=ledger.FX, credit=clearing, amount=cost),
    ]


def row(payment: Payment, *, key: str, at: datetime, debit: str, credit: str, amount: Money) -> list[Transfer]:
    """Return the row of a movement that belongs to ``payment``; below zero it goes the other way, zero is none."""
    if amount.minor < 0:
        debit, credit = credit, debit
    made = Transfer(
        key=key,
        debit=debit,
        credit=credit,
        amount_minor=abs(amount.minor),
        currency=amount.currency,
        mode=payment.mode,
        occurred_at=at,
        period=payment.period,
        payment=payment,
    )
    return [made] if amount.minor else []


def _abroad(payment: Payment, news: News, change: Shares, arrived: Money) -> list[Transfer]:
    settled = news.settled
    if settled is None:
        expected = shared(arrived.minor, abs(change.total), payment.counted_minor + payment.counted_cover_minor)
        settled = Money(-expected if change.total > 0 else expected, arrived.currency)
    clearing = ledger.clearing(payment.provider)
    return row(payment, key=f"{news.key}:settled", at=news.at, debit=clearing, credit=ledger.FX, amount=settled)


def _into(rows: list[Transfer], account: str) -> int:
    came = sum(row.amount_minor for row in rows if row.debit == account)
    return came - sum(row.amount_minor for row in rows if row.credit == account)


def _currency(payment: Payment) -> str:
    return str(payment.gift.campaign.currency)
