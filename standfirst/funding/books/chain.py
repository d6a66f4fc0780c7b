"""The ledger's chain: what the public sees of a transfer, linked by hashes, so that no row can change unseen.

A transfer is linked as the last thing before the log of changes is appended, under its lock, so
the chain never forks and its order is the order of the commits.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from standfirst.delivery.changes import verb
from standfirst.funding.books.ledger_file import PublicRow, public
from standfirst.funding.models import Link, Mode, Period, Transfer, VerifiedHead
from standfirst.funding.providers import registry
from standfirst.kit import chain, clock
from standfirst.kit.chain import Entry, Head, Problem
from standfirst.kit.rows import add_all

ROWS_MAX = 1_000  # of one answer of ``public_rows``; a page shows far fewer
VERB_LASTS_AT_MOST = timedelta(minutes=10)  # a row may be recorded so much earlier than one linked before it
CHUNK = 2_000  # rows in memory at a time
HEADS_KEPT = 30  # of the checks' results
SALT_BYTES = 16
_LINK = ("number", "hash_before", "hash", "salt")
_TRANSFER = (
    "recorded_at",
    "occurred_at",
    "debit",
    "credit",
    "amount_minor",
    "currency",
    "mode",
    "period__campaign__slug",
    "period__first_day",
    "key",
    "payment_id",
    "note",
    "recorded_by_id",
)
_FROM_LINKS = (*_LINK, *(f"transfer__{name}" for name in _TRANSFER))
_FROM_TRANSFERS = (*(f"link__{name}" for name in _LINK), *_TRANSFER)


def append(transfers: Iterable[Transfer]) -> None:
    """Link ``transfers``, in this order. Only where one writer is at a time."""
    head, links = end(), []
    for transfer in transfers:
        salt = secrets.token_hex(SALT_BYTES)
        entry = chain.link(head, covered(transfer, salt))
        links.append(Link(transfer=transfer, number=entry.number, salt=salt, hash_before=head.hash, hash=entry.hash))
        head = Head(entry.number, entry.hash)
    add_all(links)


def end() -> Head:
    """Return where the chain ends now."""
    newest = Link.objects.order_by("-number").values_list("number", "hash").first()
    return Head(*newest) if newest else chain.START


def head(day: date) -> Head | None:
    """Return where the chain ended with ``day`` (UTC); None if nothing was recorded until then."""
    midnight = datetime.combine(day, time.min, tzinfo=UTC) + timedelta(days=1)
    until = Transfer.objects.filter(recorded_at__lt=midnight)
    last = until.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    if last is None:
        return None
    around = Link.objects.filter(
        transfer__recorded_at__gt=last - VERB_LASTS_AT_MOST, transfer__recorded_at__lt=midnight
    )
    newest = around.order_by("-number").values_list("number", "hash").first()
    return Head(*newest) if newest else None


def begun() -> date | None:
    """Return the day (UTC) on which the first transfer was recorded; None if there is none."""
    first = Transfer.objects.order_by("recorded_at").values_list("recorded_at", flat=True).first()
    return first.astimezone(UTC).date() if first else None


def public_rows(
    where: Period | date, *, after: int = 0, limit: int = ROWS_MAX, mode: Mode | None = None
) -> list[PublicRow]:
    """Return the rows of a period, or those recorded on a day (UTC), as they were written.

    ``after`` is the number of the last row that the reader has (0: from the first); ``limit`` is at
    most ROWS_MAX. A page costs the same wherever it begins.
    """
    rows = Transfer.objects.filter(mode=mode or registry.mode(), link__number__gt=0)
    if isinstance(where, Period):
        rows = rows.filter(period=where)
    else:
        midnight = datetime.combine(where, time.min, tzinfo=UTC)
        rows = rows.filter(recorded_at__gte=midnight, recorded_at__lt=midnight + timedelta(days=1))
    if after:
        last = Link.objects.filter(number=after).values_list("transfer_id", flat=True).first()
        rows = rows.filter(pk__gt=last or 0)
    found = rows.order_by("pk").values_list(*_FROM_TRANSFERS)[: min(limit, ROWS_MAX)]
    return [public(entry) for entry in _entries(found)]


def covered(row: Transfer, salt: str) -> tuple[chain.Field, ...]:
    """Return what the link of a transfer covers: its public fields, and a commitment to the others."""
    period = row.period
    slug, first_day = (period.campaign.slug, period.first_day) if period else (None, None)
    public_part = (row.debit, row.credit, row.amount_minor, row.currency, row.mode, slug, first_day)
    hidden = (row.key, row.payment_id, row.note, row.recorded_by_id)
    return _covered(salt, row.recorded_at, row.occurred_at, *public_part, *hidden)


def problems(*, whole: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with the chain: all of it, or what was added since it was last found sound."""
    after = chain.START if whole else _known_head()
    links = Link.objects.filter(number__gt=after.number).order_by("number").values_list(*_FROM_LINKS)
    if after.number and not Link.objects.filter(number=after.number, hash=after.hash).exists():
        yield Problem(after.number, "changed")
    yield from chain.problems(_entries(links.iterator(chunk_size=CHUNK)), after=after)


@verb
def remember(*, sound: Head) -> None:
    """Write down that the chain is sound up to ``sound``; later checks may go on from there. No lock."""
    newest = VerifiedHead.objects.first()
    if newest is None or newest.number != sound.number:
        VerifiedHead.objects.create(number=sound.number, hash=sound.hash, verified_at=clock.now())
        kept = VerifiedHead.objects.values_list("pk", flat=True)[:HEADS_KEPT]
        VerifiedHead.objects.exclude(pk__in=list(kept)).delete()


def _known_head() -> Head:
    newest = VerifiedHead.objects.values_list("number", "hash").first()
    return Head(*newest) if newest else chain.START


def _entries(rows: Iterable[tuple[object, ...]]) -> Iterator[Entry]:
    for number, before, digest, salt, *fields in rows:
        yield Entry(number, before, _covered(str(salt), *fields), digest)  # type: ignore[arg-type]


def _covered(salt: str, recorded_at: datetime, occurred_at: datetime, *rest: object) -> tuple[chain.Field, ...]:
    """Return what a link covers, in the order of ``_TRANSFER``; ``PublicRow`` names the same in the same order."""
    debit, credit, amount_minor, currency, mode, slug, first_day, key, payment_id, note, recorded_by = rest
    occurred = _moment(occurred_at)
    hidden = (key, occurred, payment_id, note, recorded_by)
    return (  # type: ignore[return-value]
        _moment(recorded_at),
        occurred[:10],
        debit,
        credit,
        amount_minor,
        currency,
        mode,
        slug or "",
        str(first_day)[:7] if first_day else "",
        chain.commitment(salt, hidden),  # type: ignore[arg-type]
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
