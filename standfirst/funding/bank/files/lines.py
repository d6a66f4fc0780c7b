"""What a bank's file says, whatever its format: the money that came in, line by line, or why it cannot be read."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from standfirst.funding.amounts import BOOKABLE_MINOR_MAX
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money, exponent
from standfirst.kit.text import clean_line

FILE_BYTES_MAX = 5_000_000  # ten years of a small publication; a file beyond that is something else
LINES_MAX = 5_000  # money that came in, in one file: taking them in is one transaction of seconds, not minutes
PAYER_LENGTH_MAX = 140  # characters; ISO 20022 allows a name as many
TEXT_LENGTH_MAX = 500  # characters; SEPA allows 140, some banks add their own
_AMOUNT = re.compile(r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})")  # as ISO 20022, and what CSV adds
_NO_TEXT = {"NOTPROVIDED", "NONREF"}  # what banks write where nothing was said


class StatementTooLarge(Refusal):
    """The file, or what it holds, is larger than any statement."""

    code = "funding.statement_too_large"
    status = 413
    message = _("This file is larger than a bank statement ({most}). Nothing was taken in. Export a shorter time.")
    field = "file"


class StatementNotUnderstood(Refusal):
    """A line of the file does not say what a bank statement says."""

    code = "funding.statement_not_understood"
    status = 422
    message = _("Line {line} of this file cannot be read: {why}. Nothing was taken in.")
    field = "file"


class StatementUnknown(Refusal):
    """The file is in no format that we know."""

    code = "funding.statement_unknown"
    status = 422
    message = _("This is no CAMT.053, MT940 or CSV file. Nothing was taken in. Export the statement in one of them.")
    field = "file"


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """Money that arrived. ``number`` is the file's line it stands on, ``bank_ref`` the bank's own name for it."""

    number: int
    booked_on: date
    amount: Money
    payer: str
    text: str
    bank_ref: str = ""

    @property
    def fingerprint(self) -> str:
        """Name the fact: the same line has the same one in every file that holds it."""
        parts = (
            self.booked_on.isoformat(),
            str(self.amount.minor),
            self.amount.currency,
            self.bank_ref,
            self.payer,
            self.text,
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Statement:
    """A file that was read. ``left_out`` counts what it holds besides: money that went out, or is not booked yet."""

    format: str
    lines: tuple[IncomingLine, ...]
    left_out: int


def incoming(*, number: int, booked_on: date, amount: Money, payer: str, text: str, bank_ref: str = "") -> IncomingLine:
    """Return a line with its words cleaned and cut to what is kept."""
    ref = clean_line(bank_ref)
    return IncomingLine(
        number=number,
        booked_on=booked_on,
        amount=amount,
        payer=clean_line(payer)[:PAYER_LENGTH_MAX],
        text=clean_line(text)[:TEXT_LENGTH_MAX],
        bank_ref="" if ref in _NO_TEXT else ref,
    )


def exact(digits: str, currency: str, *, line: int) -> Money:
    """Return the amount that ``digits`` (with a point, if any) say. Refusal: StatementNotUnderstood."""
    if not _AMOUNT.fullmatch(digits):
        raise StatementNotUnderstood(line=line, why=_("“{0}” is no amount").format(digits[:30]))
    minor = Decimal(digits).scaleb(exponent(currency))
    whole = int(minor)
    if whole != minor or abs(whole) > BOOKABLE_MINOR_MAX:
        raise StatementNotUnderstood(line=line, why=_("“{0}” is no amount in {1}").format(digits[:30], currency))
    return Money(whole, currency)


def checked_currency(code: str, *, line: int) -> str:
    """Return ``code`` if it is written like a currency. Refusal: StatementNotUnderstood."""
    code = code.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise StatementNotUnderstood(line=line, why=_("“{0}” is no currency").format(code[:30]))
    return code


def checked_number(lines: Sequence[object]) -> None:
    """Refuse more lines than a statement has. Refusal: StatementTooLarge."""
    if len(lines) > LINES_MAX:
        raise StatementTooLarge(most=_("{0} lines").format(LINES_MAX))
