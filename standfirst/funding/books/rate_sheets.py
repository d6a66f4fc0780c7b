"""Exchange rates from the table that the European Central Bank publishes, or typed one by one.

A rate that stands is never replaced: what was counted by it says so. The table tells what a euro
is worth; for campaigns in other currencies, the rate through the euro is kept as well.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import list_currencies
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.funding.books.rates import PLACES
from standfirst.funding.models import Campaign, Rate
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line

EURO = "EUR"
SOURCE = "ECB"
SHEET_BYTES_MAX = 5_000_000  # the whole history since 1999 has a third of it
DAYS_KEPT = timedelta(days=400)  # a payment is counted within days; a year more for what is found late
COLUMNS_MAX = 80  # currencies; the table has about forty
RATE_MAX = Decimal(10) ** 9  # as the column
SOURCE_LENGTH_MAX = 60  # characters; as the column
_NONE = {"", "N/A", "-"}


class SheetNotUnderstood(Refusal):
    """The file is not laid out as the bank's table."""

    code = "funding.rates_not_understood"
    status = 422
    message = _(
        "Line {line} is not laid out as the European Central Bank’s table: {why}. Nothing was taken in."
        " The first line is “Date” and currencies, the others a day and what a euro is worth."
    )
    field = "file"


class RateStands(Refusal):
    """A rate is never replaced."""

    code = "funding.rate_stands"
    status = 409
    message = _("A rate from {base} to {quote} stands for {day} already. It is never replaced; nothing was changed.")
    field = "day"


@verb
def keep(*, base: str, quote: str, day: date, rate: Decimal, source: str) -> Rate:
    """Keep what one unit of ``base`` was worth in ``quote`` on ``day``. Refusal: RateStands. No lock."""
    try:
        with transaction.atomic():
            return Rate.objects.create(
                base=base,
                quote=quote,
                day=day,
                rate=rate.quantize(PLACES, ROUND_HALF_UP),
                source=clean_line(source)[:SOURCE_LENGTH_MAX],
            )
    except IntegrityError as error:
        raise RateStands(base=base, quote=quote, day=day.isoformat()) from error


@verb
def take_in(*, data: bytes) -> int:
    """Keep the rates of the last ``DAYS_KEPT`` of a table; return how many were new. Refusal: SheetNotUnderstood."""
    wanted = set(Campaign.objects.values_list("currency", flat=True)) - {EURO}
    oldest = (clock.now() - DAYS_KEPT).date()
    before = Rate.objects.count()
    for day, euro_is in _days(data):
        if day >= oldest:
            Rate.objects.bulk_create(_rows(day, euro_is, wanted), ignore_conflicts=True)
    return Rate.objects.count() - before


def _rows(day: date, euro_is: dict[str, Decimal], wanted: set[str]) -> list[Rate]:
    found = [(EURO, quote, rate, SOURCE) for quote, rate in euro_is.items()]
    for quote in wanted & set(euro_is):
        found += [
            (base, quote, euro_is[quote] / rate, f"{SOURCE}, through {EURO}")
            for base, rate in euro_is.items()
            if base != quote
        ]
    return [
        Rate(base=base, quote=quote, day=day, rate=kept, source=source)
        for base, quote, rate, source in found
        if 0 < (kept := rate.quantize(PLACES, ROUND_HALF_UP)) < RATE_MAX
    ]


def _days(data: bytes) -> Iterator[tuple[date, dict[str, Decimal]]]:
    """Return each day of the table with what a euro was worth."""
    if len(data) > SHEET_BYTES_MAX:
        raise SheetNotUnderstood(line=1, why=_("it is too large"))
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig", errors="replace"), newline=""))
    try:
        heading = [cell.strip().upper() for cell in next(reader, [])]
        known = list_currencies()
        currencies = {place: name for place, name in enumerate(heading[:COLUMNS_MAX]) if name in known and name != EURO}
        if not heading or heading[0] != "DATE" or not currencies:
            raise SheetNotUnderstood(line=1, why=_("a heading was expected"))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _day(cells[0], reader.line_num), _worth(cells, currencies, reader.line_num)
    except csv.Error as error:
        raise SheetNotUnderstood(line=reader.line_num, why=str(error)) from error


def _day(cell: str, line: int) -> date:
    for layout in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(cell.strip(), layout).date()  # noqa: DTZ007 - a day, no moment
        except ValueError:
            continue
    raise SheetNotUnderstood(line=line, why=_("“{0}” is no date").format(cell[:30]))


def _worth(cells: list[str], currencies: dict[int, str], line: int) -> dict[str, Decimal]:
    found = {}
    for place, name in currencies.items():
        said = cells[place].strip() if place < len(cells) else ""
        if said in _NONE:
            continue
        try:
            rate = Decimal(said)
        except InvalidOperation as error:
            raise SheetNotUnderstood(line=line, why=_("“{0}” is no rate").format(said[:30])) from error
        if not (rate.is_finite() and 0 < rate < RATE_MAX):
            raise SheetNotUnderstood(line=line, why=_("“{0}” is no rate").format(said[:30]))
        found[name] = rate
    return found
