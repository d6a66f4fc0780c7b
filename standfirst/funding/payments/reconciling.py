"""Reconciling: the ledger beside what a payment service says it moved, line by line.

What we missed (a crash, a lost message) is fetched and counted on the way; what still differs is
written down in plain words. Payouts reach the ledger here, as nobody else reports them.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, ClassVar, Literal, Protocol, cast

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from standfirst.delivery.changes import verb
from standfirst.funding.books import ledger
from standfirst.funding.books.ledger import LedgerConflict
from standfirst.funding.models import Mode, Reconciliation, Transfer
from standfirst.funding.payments import counting
from standfirst.funding.payments.counting import NotOurs
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Facts, Movement, ProviderUnreachable
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

log = logging.getLogger(__name__)
SINCE_DEFAULT = timedelta(days=45)  # longer than any month, and than most messages stay under way
JUST_NOW = timedelta(minutes=5)  # what moved since may still be on its way to us, or to the service's list
EDGE = timedelta(days=3)  # news may reach us so late: at the far end of the time, our rows may have no line there
AT_ONCE = 100  # movements that are looked up together
DIFFERENCES_MAX = 500  # of one comparison: beyond it, something is wrong that a list does not explain

_WITHOUT_PAYMENT = frozenset({"payout", "fee"})  # only here do we hear of them
type Kind = Literal["missing", "amount", "fee", "unknown", "trouble"]


class HoldsBalance(Protocol):
    """The part of a provider that is asked here."""

    name: ClassVar[str]

    def fetch(self, ref: str) -> Facts:
        """Return what is true now about the gift that ``ref`` belongs to."""
        ...

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """Return what moved our balance from ``since`` up to ``until``."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two disagree. Amounts are signed, in minor units of ``currency``: what came to the provider's balance.

    ``missing``: in our books only; ``unknown``: at the provider only.
    """

    kind: Kind
    ref: str
    ours: int
    theirs: int
    currency: str
    why: str = ""

    def words(self, locale: str = "en") -> str:
        """Return it as a sentence."""
        ours, theirs = (Money(minor, self.currency).show(locale) if self.currency else "" for minor in self._both)
        sentences = {
            "missing": _("{ref}: {ours} stand in our books, the payment service lists nothing."),
            "amount": _("{ref}: the payment service moved {theirs}, our books say {ours}."),
            "fee": _("{ref}: the payment service kept {theirs} as its fee, our books say {ours}."),
            "unknown": _("{ref}: the payment service moved {theirs}, and nothing in our books explains it. {why}"),
            "trouble": _("{ref}: what the payment service says could not be counted. {why}"),
        }
        return sentences[self.kind].format(ref=self.ref, ours=ours, theirs=theirs, why=self.why).strip()

    @property
    def _both(self) -> tuple[int, int]:
        return self.ours, self.theirs


@dataclass(slots=True)
class _Comparison:
    """What one run has found so far."""

    provider: HoldsBalance
    mode: Mode
    since: datetime
    until: datetime
    compared: int = 0
    shared: bool = False  # another site's payments are on the same account
    explained: set[int] = field(default_factory=set)  # transfers that a movement stands for
    differences: list[Difference] = field(default_factory=list)

    def differs(self, kind: Kind, movement: Movement, ours: int, theirs: Money, why: str = "") -> None:
        """Note a difference."""
        ref = movement.source or movement.ref
        self.differences.append(Difference(kind, ref, ours, theirs.minor, theirs.currency, why))


def compare(provider: str, *, since: timedelta = SINCE_DEFAULT) -> Reconciliation:
    """Compare the ledger with what ``provider`` moved in the time ``since``; count what was missed, store the result.

    Refusals: NotSetUp, ProviderUnreachable; nothing is stored then. Each repair is a transaction of its own.
    """
    at = clock.now()
    service = cast(HoldsBalance, registry.provider(provider))
    run = _Comparison(service, registry.mode(), at - since, at)
    without_payment: list[Movement] = []
    for batch in batched(service.movements(run.since, run.until), AT_ONCE):
        without_payment += [movement for movement in batch if movement.kind in _WITHOUT_PAYMENT]
        _compare_batch(run, [movement for movement in batch if movement.kind not in _WITHOUT_PAYMENT])
    # From an account that other sites use, too, a payout takes their money along: whose it is, is not said.
    if not run.shared:
        for movement in without_payment:
            book(provider=run.provider.name, mode=run.mode, movement=movement)
            run.compared += 1
    _look_for_more_of_ours(run)
    return store(
        provider=provider,
        mode=run.mode,
        since=run.since,
        checked_at=at,
        compared=run.compared,
        differences=run.differences[:DIFFERENCES_MAX],
    )


def compare_all() -> list[Reconciliation]:
    """Compare with every provider that holds money for us. Scheduled each night. Refusals as ``compare``."""
    return [compare(registry.ONLINE)] if registry.takes_gifts_online() else []


def latest(provider: str = registry.ONLINE, *, mode: Mode | None = None) -> Reconciliation | None:
    """Return the newest comparison with ``provider``; None if there was none."""
    return (
        Reconciliation.objects.filter(provider=provider, mode=mode or registry.mode()).order_by("-checked_at").first()
    )


def differences_of(found: Reconciliation) -> list[Difference]:
    """Return what a stored comparison found."""
    return [Difference(**each) for each in found.differences]


@verb
def store(
    *,
    provider: str,
    mode: Mode,
    since: datetime,
    checked_at: datetime,
    compared: int,
    differences: list[Difference],
) -> Reconciliation:
    """Write down the result of a comparison. No lock."""
    return Reconciliation.objects.create(
        provider=provider,
        mode=mode,
        since=since,
        checked_at=checked_at,
        compared=compared,
        differences=[asdict(each) for each in differences],
    )


@verb
def book(*, provider: str, mode: str, movement: Movement) -> None:
    """Book a payout to our bank, or a fee that belongs to no payment; each may come back, too. Twice is once.

    No lock: the rows' keys decide.
    """
    clearing = ledger.clearing(provider)
    other, name = (ledger.BANK, "payout") if movement.kind == "payout" else (ledger.FEES, "fee")
    ref = movement.source if movement.kind == "payout" and movement.source else movement.ref
    moves = [(f"{name}:{provider}:{ref}", other, movement.amount.minor)]
    moves.append((f"fee:{provider}:{movement.ref}:own", ledger.FEES, -movement.fee.minor))
    for key, account, minor in moves:
        if minor:
            leaves = minor < 0
            ledger.move(
                key=key if leaves else f"{key}:back",
                debit=account if leaves else clearing,
                credit=clearing if leaves else account,
                amount=Money(abs(minor), movement.amount.currency),
                mode=mode,
                occurred_at=movement.at,
            )


def _compare_batch(run: _Comparison, movements: list[Movement]) -> None:
    rows = _rows_of(run, movements)
    for movement in movements:
        found = _of_movement(run, rows, movement)
        if not found and movement.source and movement.at <= run.until - JUST_NOW:
            if not _count_what_we_missed(run, movement):
                continue
            found = _of_movement(run, _rows_of(run, [movement]), movement)
        run.compared += 1
        if found or movement.at <= run.until - JUST_NOW:
            _compare_one(run, movement, found)


def _compare_one(run: _Comparison, movement: Movement, rows: list[Transfer]) -> None:
    clearing = ledger.clearing(run.provider.name)
    costs = [row for row in rows if row.key.startswith(("fee:", "dispute_fee:"))]
    amount = _moved([row for row in rows if row not in costs], clearing, movement.amount.currency)
    fee = -_moved(costs, clearing, movement.fee.currency)
    run.explained.update(row.pk for row in rows)
    if amount != movement.amount.minor:
        run.differs("amount" if rows else "unknown", movement, amount, movement.amount, movement.text)
    if rows and fee != movement.fee.minor:
        run.differs("fee", movement, fee, movement.fee)


def _count_what_we_missed(run: _Comparison, movement: Movement) -> bool:
    """Ask for what moved and count it; return whether the movement is one of this site's."""
    try:
        counting.apply(facts=run.provider.fetch(movement.source))
    except NotOurs:
        run.shared = True
        return False
    except ProviderUnreachable:
        raise
    except (Refusal, LedgerConflict, IntegrityError) as trouble:
        run.differs("trouble", movement, 0, movement.amount, str(trouble))
        return False
    log.warning("reconciling: %s had been missed and is counted now", movement.source)
    return True


def _look_for_more_of_ours(run: _Comparison) -> None:
    clearing = ledger.clearing(run.provider.name)
    ours = Transfer.objects.filter(Q(debit=clearing) | Q(credit=clearing), mode=run.mode, payment__isnull=False)
    ours = ours.filter(occurred_at__gte=run.since + EDGE, occurred_at__lte=run.until - JUST_NOW)
    for row in ours.order_by("pk").iterator(chunk_size=AT_ONCE):
        if row.pk not in run.explained:
            signed = row.amount_minor if row.debit == clearing else -row.amount_minor
            run.differences.append(Difference("missing", row.key, signed, 0, row.currency))


def _rows_of(run: _Comparison, movements: list[Movement]) -> dict[str, Transfer]:
    keys = [key for movement in movements for key in _keys(run.provider.name, movement)]
    return {row.key: row for row in Transfer.objects.filter(key__in=keys, mode=run.mode)}


def _of_movement(run: _Comparison, rows: dict[str, Transfer], movement: Movement) -> list[Transfer]:
    return [rows[key] for key in _keys(run.provider.name, movement) if key in rows]


def _keys(provider: str, movement: Movement) -> Iterator[str]:
    """Yield the keys under which the ledger may have recorded ``movement``."""
    ref, source = f"{provider}:{movement.ref}", f"{provider}:{movement.source}"
    facts = {
        "charge": [f"pay:{source}", f"cover:{source}", f"fx:{ref}", f"fx:{source}"],
        "refund": [f"refund:{source}", f"fx:{source}"],
        "refund_failed": [f"refund_failed:{source}", f"fx:{source}_failed"],
        "dispute": [f"{what}:{ref}:{kind}" for what in ("dispute", "fx") for kind in ("withdrawn", "reinstated")],
    }
    for key in facts.get(movement.kind, []):
        yield key
        yield from (f"{key}:{part}" for part in ("settled", "moved", "cover", "excess"))
    yield from (f"{fee}:{ref}{part}" for fee in ("fee", "dispute_fee") for part in ("", ":settled"))


def _moved(rows: Iterable[Transfer], clearing: str, currency: str) -> int:
    own = [row for row in rows if row.currency == currency]
    came = sum(row.amount_minor for row in own if row.debit == clearing)
    return came - sum(row.amount_minor for row in own if row.credit == clearing)


def summary(found: Reconciliation) -> dict[str, Any]:
    """Return a comparison as plain data, its differences in words."""
    return {
        "provider": found.provider,
        "mode": found.mode,
        "checked_at": found.checked_at.isoformat(),
        "since": found.since.isoformat(),
        "compared": found.compared,
        "differences": [difference.words() for difference in differences_of(found)],
    }
