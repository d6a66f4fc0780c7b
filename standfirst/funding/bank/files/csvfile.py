"""CSV: every bank's own table. A person says once which column means what; the rest is found out here.

What is found out: encoding, delimiter, where the table begins. What is proposed only, as a
wrong guess would count wrong money: the columns' meaning, the order of day and month, the decimal mark.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from standfirst.funding.bank.files.lines import (
    IncomingLine,
    Statement,
    StatementNotUnderstood,
    StatementTooLarge,
    StatementUnknown,
    checked_currency,
    checked_number,
    exact,
    incoming,
)

type DateOrder = Literal["ymd", "dmy", "mdy"]

COLUMNS_MAX = 60  # the widest bank's table that we met has 30
COLUMNS_LEAST = 3  # a date, an amount and something said
ROWS_LOOKED_AT = 200  # to tell the delimiter and propose the mapping
DELIMITERS = ";,\t|"
DATE_ORDERS: tuple[DateOrder, ...] = ("ymd", "dmy", "mdy")
_DATE = re.compile(r"([0-9]{1,4})[-./ ]?([0-9]{1,2})[-./ ]?([0-9]{2,4})(?:[ T][0-9:.]+Z?)?")
_AMOUNT = re.compile(r"[-+]?[0-9]{1,15}(?:[., '’\u00a0\u202f][0-9]{3})*(?:[.,][0-9]{1,3})?[-+]?")
_IN = {"c", "cr", "cred", "crdt", "credit", "h", "haben", "bij", "in", "+", "tegoed", "crédit", "credito", "crédito"}
_GUESSES: Mapping[str, tuple[str, ...]] = {
    "booked_on": ("booking date", "buchungstag", "buchungsdatum", "date", "datum", "fecha", "data", "boekdatum"),
    "amount": ("amount", "betrag", "bedrag", "montant", "importe", "importo", "credit", "crédit", "paid in", "umsatz"),
    "payer": ("payer", "name", "auftraggeber", "beguenstigter", "begünstigter", "zahlungspflichtiger", "counterparty",
              "naam", "nom", "from", "debtor", "ordenante"),
    "text": ("text", "verwendungszweck", "purpose", "description", "omschrijving", "mededelingen", "libellé", "libelle",
             "concepto", "causale", "details", "remittance", "message", "memo", "reference"),
    "currency": ("currency", "währung", "waehrung", "devise", "munt", "valuta", "moneda", "divisa", "ccy"),
    "direction": ("af bij", "af/bij", "soll/haben", "debit/credit", "credit/debit", "type", "cdtdbtind", "sens"),
    "reference": ("transaction id", "bank reference", "entry reference", "bankreferenz", "uetr"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A file as cells. ``rows`` holds the file's line and its cells, as many as the heading has."""

    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def digest(self) -> str:
        """Name the fashion of this bank's files: the headings, and nothing else."""
        return hashlib.sha256("\x1f".join(self.heading).casefold().encode()).hexdigest()

    def column(self, place: int) -> list[str]:
        """Return the first cells of a column that say something."""
        return [cells[place] for _number, cells in self.rows[:ROWS_LOOKED_AT] if cells[place]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column means what, by its place from 0; None where there is no such column."""

    booked_on: int
    amount: int
    date_order: DateOrder
    decimal_mark: Literal[".", ","]
    payer: int | None = None
    text: tuple[int, ...] = ()
    currency: int | None = None
    currency_always: str = ""
    direction: int | None = None
    reference: int | None = None

    def kept(self) -> dict[str, Any]:
        """Return what is remembered of a bank."""
        return asdict(self) | {"text": list(self.text)}

    @classmethod
    def remembered(cls, kept: Mapping[str, Any]) -> "Columns":
        """Return what ``kept`` says."""
        return cls(**{**kept, "text": tuple(kept.get("text", ()))})


def read_table(text: str) -> Table:
    """Return the table in ``text``. Refusals: StatementUnknown, StatementTooLarge, StatementNotUnderstood."""
    delimiter, width = _shape(text)
    # Strict: a quotation mark that nobody closes would swallow the lines after it without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    heading: tuple[str, ...] | None = None
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for raw in reader:
            cells = tuple(cell.strip() for cell in raw)
            if heading is None:
                heading = cells if _is_heading(cells, width) else None
            elif any(cells[width:]):
                # A delimiter in somebody's words moves what follows: an amount would be read from the wrong cell.
                raise StatementNotUnderstood(line=reader.line_num, why=_("it has more cells than the heading"))
            elif any(cells):
                rows.append((reader.line_num, (*cells, *[""] * width)[:width]))
                checked_number(rows)
    except csv.Error as error:
        raise StatementNotUnderstood(line=reader.line_num, why=str(error)) from error
    if heading is None or not rows:
        raise StatementUnknown
    return Table(heading, tuple(rows))


def _shape(text: str) -> tuple[str, int]:
    """Return the delimiter and how many columns most lines have."""
    best = ("", 0, 0)
    for delimiter in DELIMITERS:
        sample = io.StringIO("\n".join(text.splitlines()[:ROWS_LOOKED_AT]))
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        except csv.Error:
            continue
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width >= COLUMNS_LEAST and (times, width) > (best[2], best[1]):
            best = (delimiter, width, times)
    if not best[0]:
        raise StatementUnknown
    if best[1] > COLUMNS_MAX:
        raise StatementTooLarge(most=_("{0} columns").format(COLUMNS_MAX))
    return best[0], best[1]


def _is_heading(cells: tuple[str, ...], width: int) -> bool:
    said = [cell for cell in cells if cell]
    return len(cells) == width and len(said) >= COLUMNS_LEAST and not any(_AMOUNT.fullmatch(cell) for cell in said)


def propose(table: Table) -> dict[str, Any]:
    """Return what the columns seem to mean, by the names of ``Columns``; what cannot be told is left out."""
    proposed: dict[str, Any] = {}
    taken: set[int] = set()
    for meaning, words in _GUESSES.items():
        place = _by_heading(table.heading, words, taken)
        if place is not None:
            taken.add(place)
            proposed[meaning] = [place] if meaning == "text" else place
    if "booked_on" in proposed:
        orders = fitting_orders(table.column(proposed["booked_on"]))
        if len(orders) == 1:
            proposed["date_order"] = orders[0]
    if "amount" in proposed:
        mark = _decimal_mark(table.column(proposed["amount"]))
        if mark:
            proposed["decimal_mark"] = mark
    return proposed


def _by_heading(heading: tuple[str, ...], words: tuple[str, ...], taken: set[int]) -> int | None:
    folded = [" ".join(cell.casefold().replace("_", " ").split()) for cell in heading]
    for exactly in (True, False):
        for word in words:
            for place, cell in enumerate(folded):
                if place not in taken and (cell == word if exactly else word in cell):
                    return place
    return None


def fitting_orders(cells: list[str]) -> list[DateOrder]:
    """Return the orders of day, month and year in which every cell is a date."""
    return [order for order in DATE_ORDERS if cells and all(read_date(cell, order) for cell in cells)]


def read_date(cell: str, order: DateOrder) -> date | None:
    """Return the date that ``cell`` says in that order; None if it says none. Two digits of a year mean 20.."""
    found = _DATE.fullmatch(cell)
    if not found:
        return None
    digits = [found[1], found[2], found[3]]
    if len(found[1]) == 4 and order == "ymd":
        year, month, day = digits
    elif len(found[1]) <= 2 and order != "ymd":
        (day, month, year) = digits if order == "dmy" else (digits[1], digits[0], digits[2])
    else:
        return None
    if len(year) == 3:
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _decimal_mark(cells: list[str]) -> str:
    """Return the mark before the decimals if the cells leave no doubt."""
    marks = {found[1] for cell in cells if (found := re.search(r"([.,])[0-9]{2}[-+]?$", cell))}
    return marks.pop() if len(marks) == 1 else ""


def parse(table: Table, columns: Columns) -> Statement:
    """Return the money that came in. Refusal: StatementNotUnderstood, with the line."""
    lines: list[IncomingLine] = []
    left_out = 0
    for number, cells in table.rows:
        line = _line(number, cells, columns)
        if line is None:
            left_out += 1
        else:
            lines.append(line)
    return Statement("csv", tuple(lines), left_out)


def _line(number: int, cells: tuple[str, ...], columns: Columns) -> IncomingLine | None:
    said = cells[columns.amount]
    if not said:
        return None
    outgoing = columns.direction is not None and cells[columns.direction].casefold() not in _IN
    digits = _digits(said, columns.decimal_mark, number)
    currency = columns.currency_always if columns.currency is None else cells[columns.currency]
    amount = exact(digits, checked_currency(currency, line=number), line=number)
    if outgoing or amount.minor <= 0:
        return None
    booked_on = read_date(cells[columns.booked_on], columns.date_order)
    if booked_on is None:
        why = _("“{0}” is no date in the order that was said").format(cells[columns.booked_on][:30])
        raise StatementNotUnderstood(line=number, why=why)
    return incoming(
        number=number,
        booked_on=booked_on,
        amount=amount,
        payer=cells[columns.payer] if columns.payer is not None else "",
        text=" ".join(cells[place] for place in columns.text if cells[place]),
        bank_ref=cells[columns.reference] if columns.reference is not None else "",
    )


def _digits(said: str, decimal_mark: str, line: int) -> str:
    """Return an amount with a point and a sign in front."""
    text = said.replace("−", "-")
    grouping = ",.".replace(decimal_mark, "")
    tail = text[text.rfind(decimal_mark) + 1 :] if decimal_mark in text else ""
    if (
        not _AMOUNT.fullmatch(text)
        or grouping in tail
        or text.count(decimal_mark) > 1
        or _badly_grouped(text, grouping)
    ):
        raise StatementNotUnderstood(line=line, why=_("“{0}” is no amount as it was said").format(said[:30]))
    sign = "-" if "-" in text else ""
    whole = re.sub(r"[^0-9.]", "", text.replace(grouping, "").replace(decimal_mark, "."))
    return sign + whole


def _badly_grouped(text: str, grouping: str) -> bool:
    """Say whether what should part thousands stands elsewhere: then it is the decimal mark, and was said wrong."""
    return re.search(re.escape(grouping) + r"(?![0-9]{3}(?![0-9]))", text) is not None
