"""MT940: a bank's statement as SWIFT writes it, with the German and Dutch ways to fill its :86: field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from standfirst.funding.bank.files.lines import (
    IncomingLine,
    Statement,
    StatementNotUnderstood,
    checked_currency,
    checked_number,
    exact,
    incoming,
)

_TAG = re.compile(r":([0-9]{2}[A-Z]?):(.*)", re.DOTALL)
_BALANCE = re.compile(r"[CD][0-9]{6}([A-Z]{3})[0-9,]+")
_BOOKING = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?(?P<amount>[0-9]{1,12},[0-9]{0,3})"
    r"[A-Z][A-Z0-9]{3}(?P<ours>(?:(?!//).)*)(?://(?P<theirs>.*))?"
)
_STRUCTURED = re.compile(r"[0-9]{3}(?P<mark>[^\w\s/])(?=[0-9]{2})")
_WORDS = [f"{number:02}" for number in (*range(20, 30), *range(60, 64))]  # subfields of what the payer wrote
_NAMES = ("32", "33")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)\+")
_CODES = re.compile(r"/(NAME|REMI|EREF|IBAN|BIC|TRTP|CSID|MARF|PREF|ADDR|ORDP|BENM|USTD|ULTD|ULTC|PURP)/")
_YEAR_APART = 6  # months: an entry in January of a value in December is of the next year


@dataclass(slots=True)
class _Booking:
    number: int
    said: str
    details: list[str] = field(default_factory=list)


def looks_like(text: str) -> bool:
    """Say whether ``text`` begins as MT940 does."""
    return re.search(r"^:(20|25|60F):", text[:2_000], re.MULTILINE) is not None


def parse(text: str) -> Statement:
    """Return the money that came in. Refusals: StatementNotUnderstood, StatementTooLarge."""
    lines: list[IncomingLine] = []
    left_out = 0
    for currency, booking in _bookings(text):
        line = _line(booking, currency)
        if line is None:
            left_out += 1
        else:
            lines.append(line)
            checked_number(lines)
    return Statement("mt940", tuple(lines), left_out)


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
    """Return number of the line, tag and content of each field; a line without a tag continues the one before."""
    tag, content, at = "", "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip("\r\n")
        found = _TAG.match(line)
        if found or line.startswith(("-", "{")):
            if tag:
                yield at, tag, content
            tag, content, at = (found[1], found[2], number) if found else ("", "", number)
        elif tag:
            content += "\n" + line
    if tag:
        yield at, tag, content


def _bookings(text: str) -> Iterator[tuple[str, _Booking]]:
    currency, booking = "", None
    for number, tag, content in _fields(text):
        if tag == "86" and booking is not None:
            booking.details.append(content)
            continue
        if booking is not None:
            yield currency, booking
        booking = _Booking(number, content) if tag == "61" else None
        currency = _currency(content, number) if tag in {"60F", "60M"} else currency
        if booking is not None and not currency:
            raise StatementNotUnderstood(line=number, why=_("no balance before it names a currency"))
    if booking is not None:
        yield currency, booking


def _currency(balance: str, line: int) -> str:
    found = _BALANCE.match(balance)
    if found is None:
        raise StatementNotUnderstood(line=line, why=_("a balance was expected"))
    return checked_currency(found[1], line=line)


def _line(booking: _Booking, currency: str) -> IncomingLine | None:
    found = _BOOKING.match(booking.said.replace("\n", " "))
    if found is None:
        raise StatementNotUnderstood(line=booking.number, why=_("a booking was expected"))
    if found["mark"] != "C":
        return None
    amount = exact(found["amount"].replace(",", ".").removesuffix("."), currency, line=booking.number)
    if not amount.minor:
        return None
    payer, words = _details("\n".join(booking.details))
    return incoming(
        number=booking.number,
        booked_on=_day(found["value"], found["entry"], booking.number),
        amount=amount,
        payer=payer,
        text=words or found["ours"],
        bank_ref=(found["theirs"] or "").split()[0] if (found["theirs"] or "").split() else "",
    )


def _day(value: str, entry: str | None, line: int) -> date:
    try:
        valued = date(2000 + int(value[:2]), int(value[2:4]), int(value[4:6]))
        if not entry:
            return valued
        month, day = int(entry[:2]), int(entry[2:])
        years_on = (month - valued.month < -_YEAR_APART) - (month - valued.month > _YEAR_APART)
        return date(valued.year + years_on, month, day)
    except ValueError as error:
        said = _("“{0}” is no date").format(value + (entry or ""))
        raise StatementNotUnderstood(line=line, why=said) from error


def _details(content: str) -> tuple[str, str]:
    """Return who paid and what was written, from a :86: field of any of three fashions."""
    structured = _STRUCTURED.match(content)
    if structured:
        return _by_numbers(content[3:].replace("\n", ""), structured["mark"])
    joined = content.replace("\n", "")
    if _CODES.search(joined):
        return _by_codes(joined)
    return "", content.replace("\n", " ")


def _by_numbers(content: str, mark: str) -> tuple[str, str]:
    parts: dict[str, str] = {}
    for piece in content.split(mark)[1:]:
        if piece[:2].isdigit():
            parts[piece[:2]] = parts.get(piece[:2], "") + piece[2:]
    # A word may be cut at the end of a subfield: they are joined as they stand, as the banks mean them.
    written = "".join(parts.get(number, "") for number in _WORDS)
    return "".join(parts.get(number, "") for number in _NAMES), _purpose(written)


def _purpose(written: str) -> str:
    """Return the payer's own words, and the end-to-end reference after them."""
    pieces = _SEPA.split(written)
    if len(pieces) == 1:
        return written
    said = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    reference = said.get("EREF", "").strip()
    return f"{said.get('SVWZ', '').strip()} {'' if reference == 'NOTPROVIDED' else reference}".strip()


def _by_codes(content: str) -> tuple[str, str]:
    pieces = _CODES.split(content)
    said = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    words = re.sub(r"^/?(USTD|STRD)//?", "", said.get("REMI", "")) or said.get("USTD", "")
    reference = said.get("EREF", "").strip("/ ")
    return said.get("NAME", "").strip(
        "/ "
    ), f"{words.strip('/ ')} {'' if reference == 'NOTPROVIDED' else reference}".strip()
