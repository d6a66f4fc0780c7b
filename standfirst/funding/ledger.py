"""The ledger: balanced rows that are only ever added, and the check that they tell one story.

One row moves one amount from an account (``credit``) to another (``debit``), so the books
balance by construction. A row's key names the fact that it records: the same fact twice
is one row, in whatever order the news of it arrives.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from standfirst.delivery.changes import touch, verb
from standfirst.funding.models import Campaign, Mode, Payment, Period, Refund, Transfer
from standfirst.kit import clock
from standfirst.kit.money import Money

METER_KEY = "funding.meter"  # touched when a sum that readers see may have moved
BANK = "bank"
FEES = "expense:fees"
GIVEN = "income:gifts:"  # and the short name of the campaign
ACCOUNT = re.compile(r"(clearing:[a-z]+|bank|income:gifts:[-a-zA-Z0-9_]+|income:fee_cover|expense:(fees|disputes)|fx)")


class LedgerConflict(RuntimeError):
    """A key came again with other values: two different facts claim to be the same one."""


def clearing(provider: str) -> str:
    """Return the account of the money that ``provider`` holds for us."""
    return BANK if provider in {"offline", "bank"} else f"clearing:{provider}"


def income(campaign: Campaign) -> str:
    """Return the account of what readers gave to ``campaign``."""
    return f"{GIVEN}{campaign.slug}"


@verb
def move(
    *,
    key: str,
    debit: str,
    credit: str,
    amount: Money,
    mode: str,
    occurred_at: datetime,
    period: Period | None = None,
    payment: Payment | None = None,
) -> Transfer:
    """Record that ``amount`` went from ``credit`` to ``debit``; the same call again is the same row.

    ValueError for an unknown account or an amount that is not above zero; LedgerConflict
    when ``key`` stands already with other values. No lock: the unique key decides.
    """
    for account in (debit, credit):
        if not ACCOUNT.fullmatch(account):
            raise ValueError(f"no such account: {account!r}")
    if amount.minor <= 0:
        raise ValueError(f"a transfer moves an amount above zero, not {amount.minor}")
    row = Transfer(
        key=key,
        debit=debit,
        credit=credit,
        amount_minor=amount.minor,
        currency=amount.currency,
        mode=mode,
        period=period,
        payment=payment,
        occurred_at=occurred_at,
        recorded_at=clock.now(),
    )
    Transfer.objects.bulk_create([row], ignore_conflicts=True)
    kept = Transfer.objects.get(key=key)
    if _fact(kept) != _fact(row):
        raise LedgerConflict(f"{key}: {_fact(kept)} stands, {_fact(row)} was given")
    touch(METER_KEY)
    return kept


def _fact(row: Transfer) -> tuple[object, ...]:
    return (row.debit, row.credit, row.amount_minor, row.currency, row.mode, row.period_id, row.payment_id)


def balance_minor(account: str, *, mode: str, rows: QuerySet[Transfer] | None = None) -> int:
    """Return what came into ``account`` less what left it, over ``rows`` (default: all)."""
    found = (Transfer.objects.all() if rows is None else rows).filter(mode=mode)
    sums = found.aggregate(
        into=Coalesce(Sum("amount_minor", filter=Q(debit=account)), 0),
        out=Coalesce(Sum("amount_minor", filter=Q(credit=account)), 0),
    )
    return int(sums["into"] - sums["out"])


def given_minor(campaign: Campaign, period: Period | None, *, mode: str) -> int:
    """Return what readers gave in ``period`` less what went back, in minor units. May be negative."""
    if period is None:
        return 0
    return -balance_minor(income(campaign), mode=mode, rows=Transfer.objects.filter(period=period))


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that the books break, and where."""

    rule: str
    where: str


def check() -> list[Broken]:
    """Return every broken invariant; an empty list means that the books tell one story."""
    return [*_payments_against_transfers(), *_refunds(), *_periods(), *_currencies(), *_modes()]


def _payments_against_transfers() -> Iterator[Broken]:
    posted = dict(
        Transfer.objects.filter(payment__isnull=False)
        .filter(Q(credit__startswith=GIVEN) | Q(debit__startswith=GIVEN))
        .values_list("payment")
        .annotate(net=Sum(Case(When(credit__startswith=GIVEN, then=F("amount_minor")), default=-F("amount_minor"))))
        .order_by()
    )
    back = dict(
        Refund.objects.filter(status=Refund.Status.DONE)
        .values_list("payment")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    for pk, ref, paid in Payment.objects.order_by("pk").values_list("pk", "provider_ref", "amount_minor").iterator():
        expected = paid - back.get(pk, 0)
        if posted.get(pk, 0) != expected:
            where = f"{ref}: {posted.get(pk, 0)} posted, {expected} expected"
            yield Broken("transfers of a payment = payment − refunds", where)


def _refunds() -> Iterator[Broken]:
    over = Payment.objects.annotate(
        back=Coalesce(Sum("refunds__amount_minor", filter=~Q(refunds__status=Refund.Status.FAILED)), 0)
    ).filter(back__gt=F("amount_minor"))
    yield from (Broken("refunds ≤ payment", str(payment)) for payment in over)


def _periods() -> Iterator[Broken]:
    strange = Payment.objects.exclude(period__campaign=F("gift__campaign"))
    yield from (Broken("a payment counts in its own campaign", str(payment)) for payment in strange)
    for period in Period.objects.select_related("campaign"):
        for mode in Mode.values:
            from_ledger = given_minor(period.campaign, period, mode=mode)
            from_payments = _from_payments_minor(period, mode)
            if from_ledger != from_payments:
                yield Broken("ledger = payments", f"{period} {mode}: {from_ledger} against {from_payments}")


def _from_payments_minor(period: Period, mode: str) -> int:
    paid = Payment.objects.filter(period=period, mode=mode).aggregate(total=Coalesce(Sum("amount_minor"), 0))
    back = Refund.objects.filter(payment__period=period, payment__mode=mode, status=Refund.Status.DONE).aggregate(
        total=Coalesce(Sum("amount_minor"), 0)
    )
    return int(paid["total"] - back["total"])


def _currencies() -> Iterator[Broken]:
    strange = Transfer.objects.filter(period__isnull=False).exclude(currency=F("period__campaign__currency"))
    yield from (Broken("one currency a campaign", str(row)) for row in strange)


def _modes() -> Iterator[Broken]:
    strange = Transfer.objects.filter(payment__isnull=False).exclude(mode=F("payment__mode"))
    yield from (Broken("rehearsal and live never meet", str(row)) for row in strange)
    played = Payment.objects.filter(mode=Mode.LIVE, provider_ref__startswith="ch_rh_")
    yield from (Broken("no live payment from the rehearsal", str(payment)) for payment in played)
