"""The ledger: balanced rows that are only ever added.

One row moves one amount from an account (``credit``) to another (``debit``), so the books
balance by construction. A row's key names the fact that it records: the same fact twice
is one row, in whatever order the news of it arrives. New rows are linked into the chain
and added to the sums as the last work of their transaction, one transaction at a time.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import batched

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import before_log, touch, verb
from standfirst.funding.books import chain, totals
from standfirst.funding.models import NOTE_LENGTH_MAX, Campaign, Payment, Period, Transfer
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.kit.rows import add_new
from standfirst.kit.text import clean_line

METER_KEY = "funding.meter"  # touched when a sum that readers see may have moved
BANK = "bank"
FEES = "expense:fees"
DISPUTES = "expense:disputes"
COVER = "income:fee_cover"
FX = "fx"  # where two currencies meet
GIVEN = "income:gifts:"  # and the short name of the campaign
DEFERRED = "deferred:gifts:"  # the same: what was paid and counts in later months
ACCOUNT = re.compile(
    r"clearing:[a-z]+|bank|income:(gifts|matching):[-a-zA-Z0-9_]+|income:fee_cover|expense:(fees|disputes)|fx"
    r"|deferred:gifts:[-a-zA-Z0-9_]+|receivable:matching:[-a-zA-Z0-9_]+"
)
ADJUSTED = "adjust:"  # how the key of a correction begins
SEALED_AT_ONCE = 1_000  # rows; a gift has about three, a sample publication thousands
IN_OUR_OWN_BANK = frozenset({"offline", "bank"})  # providers whose money nobody holds for us


class LedgerConflict(RuntimeError):
    """A key came again with other values: two different facts claim to be the same one."""


class ReasonMissing(Refusal):
    """A correction without a reason is none."""

    code = "funding.reason_missing"
    status = 422
    message = _("Please say why the books are corrected, within {most} characters. Nothing was recorded.")
    field = "note"


def clearing(provider: str) -> str:
    """Return the account of the money that ``provider`` holds for us."""
    return BANK if provider in IN_OUR_OWN_BANK else f"clearing:{provider}"


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
    note: str = "",
    by: Account | None = None,
) -> Transfer:
    """Record that ``amount`` went from ``credit`` to ``debit``; the same call again is the same row.

    ValueError for an unknown account or an amount that is not above zero; LedgerConflict
    when ``key`` stands already with other values. No lock: the unique key decides. Sums and chain
    follow at the end of the outermost verb, under the log's lock.
    """
    row = Transfer(
        key=key,
        debit=debit,
        credit=credit,
        amount_minor=amount.minor,
        currency=amount.currency,
        mode=mode,
        period=period,
        payment=payment,
        note=note,
        recorded_by=by,
        occurred_at=occurred_at,
    )
    return record([row], known=Transfer.objects.filter(key=key))[0]


def record(rows: Sequence[Transfer], *, known: Iterable[Transfer]) -> list[Transfer]:
    """Record ``rows``, as ``move`` does one, inside a verb that runs; ``known`` are those that stand already.

    ValueError and LedgerConflict as ``move``.
    """
    standing = {row.key: row for row in known}
    fresh = {row.key: row for row in rows if row.key not in standing}
    for row in rows:
        _check(row)
        row.recorded_at = clock.now()
    for pk, key in add_new(list(fresh.values()), told=("id", "key")):
        standing[key] = fresh.pop(key)
        standing[key].pk = pk
        before_log(_seal, pk)
    if fresh:  # somebody recorded the same at this moment, and was first
        standing |= {kept.key: kept for kept in Transfer.objects.filter(key__in=fresh)}
    for row in rows:
        if _fact(standing[row.key]) != _fact(row):
            raise LedgerConflict(f"{row.key}: {_fact(standing[row.key])} stands, {_fact(row)} was given")
    return [standing[row.key] for row in rows]


def _check(row: Transfer) -> None:
    for account in (row.debit, row.credit):
        if not ACCOUNT.fullmatch(account):
            raise ValueError(f"no such account: {account!r}")
    if row.amount_minor <= 0:
        raise ValueError(f"a transfer moves an amount above zero, not {row.amount_minor}")


def checked_reason(note: str) -> str:
    """Return ``note`` cleaned, on one line. Refusal: ReasonMissing, also for one that is too long."""
    reason = clean_line(note)
    if not reason or len(reason) > NOTE_LENGTH_MAX:
        raise ReasonMissing(most=NOTE_LENGTH_MAX)
    return reason


@verb
def adjust(
    *,
    debit: str,
    credit: str,
    amount: Money,
    mode: str,
    note: str,
    by: Account,
    occurred_at: datetime | None = None,
    period: Period | None = None,
    entry_id: uuid.UUID | None = None,
) -> Transfer:
    """Correct the books by an entry of its own: nothing that stands is ever edited.

    ``note`` says why. ``entry_id`` (of the form that was sent) makes a second sending harmless.
    Whether somebody may do so is decided in ``corrections``, which asks for two people.
    Refusal: ReasonMissing. ValueError and LedgerConflict as ``move``. No lock.
    """
    reason = checked_reason(note)
    return move(
        key=f"{ADJUSTED}{entry_id or uuid.uuid4()}",
        debit=debit,
        credit=credit,
        amount=amount,
        mode=mode,
        occurred_at=occurred_at or clock.now(),
        period=period,
        note=reason,
        by=by,
    )


def _seal(moved: list[int]) -> None:
    """Link and add up what is new; a row that a refused verb had added is gone, one that stood has its link."""
    for batch in batched(moved, SEALED_AT_ONCE):
        unlinked = Transfer.objects.filter(pk__in=batch, link__isnull=True)
        fresh = list(unlinked.select_related("period__campaign").order_by("pk"))
        if fresh:
            totals.add(fresh)
            chain.append(fresh)
            touch(METER_KEY)


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
    """Return what readers gave in ``period`` less what went back, recounted from the transfers. May be negative."""
    if period is None:
        return 0
    return -balance_minor(income(campaign), mode=mode, rows=Transfer.objects.filter(period=period))
