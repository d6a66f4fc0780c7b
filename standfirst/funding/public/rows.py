"""The lines of the ledger in words, for the pages on which everybody may read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from standfirst.funding.books import chain, ledger
from standfirst.funding.books.ledger_file import PublicRow
from standfirst.funding.models import Link, Mode, Period
from standfirst.kit.money import Money

PAGE_LENGTH = 100  # lines; a month of a small paper fits on one page


@dataclass(frozen=True, slots=True)
class Line:
    """A row, what it says in words, and its amount."""

    row: PublicRow
    what: object
    amount: Money


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and after which of them the next page begins; None at the end."""

    lines: tuple[Line, ...]
    next_after: int | None


def page(where: Period | date, *, after: int, mode: Mode) -> Page:
    """Return the lines of a month or a day (UTC) that follow the number ``after``."""
    found = chain.public_rows(where, after=after, limit=PAGE_LENGTH + 1, mode=mode)
    corrections = _corrections(found)
    lines = tuple(
        Line(row, _("correction") if row.number in corrections else what(row), Money(row.amount_minor, row.currency))
        for row in found[:PAGE_LENGTH]
    )
    return Page(lines, lines[-1].row.number if len(found) > PAGE_LENGTH else None)


def _corrections(found: Sequence[PublicRow]) -> set[int]:
    """Which of the rows were entered by hand: between the same accounts, they are no gift and no refund."""
    links = Link.objects.filter(number__in=[row.number for row in found], transfer__key__startswith=ledger.ADJUSTED)
    return set(links.values_list("number", flat=True))


def every(where: Period | date, mode: Mode) -> Iterator[PublicRow]:
    """Yield all rows of a month or a day, a portion in memory at a time."""
    after = 0
    while found := chain.public_rows(where, after=after, limit=chain.ROWS_MAX, mode=mode):
        yield from found
        after = found[-1].number


def what(row: PublicRow) -> object:
    """Say in words what a row moved, by the accounts between which it did."""
    pair = (_head(row.credit), _head(row.debit))
    return _WORDS.get(pair) or _BY_ONE.get(pair[0]) or _BY_ONE.get(pair[1]) or _("movement between accounts")


_WORDS = {
    ("income:gifts", "expense:disputes"): _("gift taken back by a bank"),
    ("expense:disputes", "income:gifts"): _("gift taken back by a bank"),
    ("clearing", "bank"): _("paid out to the bank"),
    ("clearing", "income:gifts"): _("gift sent back"),
    ("bank", "income:gifts"): _("gift sent back"),
    ("fx", "income:gifts"): _("gift sent back"),
    ("clearing", "income:fee_cover"): _("cover of the fees sent back"),
    ("bank", "income:fee_cover"): _("cover of the fees sent back"),
    ("clearing", "expense:fees"): _("fee of the payment service"),
    ("clearing", "expense:disputes"): _("cost of a dispute"),
    ("deferred:gifts", "income:gifts"): _("set aside for later months"),
    ("income:gifts", "deferred:gifts"): _("a month’s part of a yearly gift"),
    ("income:matching", "receivable:matching"): _("added by a sponsor"),
    ("receivable:matching", "income:matching"): _("taken back from a sponsor’s part"),
}
_BY_ONE = {
    "income:gifts": _("gift"),
    "income:fee_cover": _("added for the fees"),
    "fx": _("exchange between currencies"),
}


def _head(account: str) -> str:
    kind, _colon, rest = account.partition(":")
    return kind if kind in {"clearing", "bank", "fx"} else f"{kind}:{rest.partition(':')[0]}"
