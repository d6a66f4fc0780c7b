"""Money that arrived at the bank: a statement is taken in, each line once, and becomes a gift or is set aside.

A line that carries the reference of a gift counts at once. Whatever is less certain waits for a
person. What was counted is never deleted: it goes back by a refund.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding import periods
from standfirst.funding.bank import matching as bank_matching
from standfirst.funding.bank.files.csvfile import Columns
from standfirst.funding.bank.files.lines import IncomingLine, Statement
from standfirst.funding.giving.gifts import NOON
from standfirst.funding.models import (
    NAME_LENGTH_MAX,
    NOTE_LENGTH_MAX,
    BankLine,
    BankStatement,
    Campaign,
    ColumnMapping,
    Gift,
    Payment,
)
from standfirst.funding.payments import counting
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Charge
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.kit.text import clean_line

PROVIDER = bank_matching.PROVIDER
FILE_NAME_LENGTH_MAX = 120  # characters; as the column
REF_LENGTH = 32  # of the fingerprint's digits: by chance no two lines share them
AHEAD_MAX = timedelta(days=1)  # the bank's calendar may be a day ahead of ours, not more

State = BankLine.State
_WAITING = (State.NEW, State.SUGGESTED)


class StatementInFuture(Refusal):
    """Money that has not come cannot be counted; most likely day and month were confused."""

    code = "funding.statement_in_future"
    status = 422
    message = _(
        "Line {line} is booked on {day}, which has not come yet. Nothing was taken in. Check how dates are read."
    )
    field = "file"


class StatementTooOld(Refusal):
    """No gift is that old: the file's dates are not what they seem, and what is counted stays in the books."""

    code = "funding.statement_too_old"
    status = 422
    message = _("Line {line} is booked on {day}, long before any gift. Nothing was taken in. Check how dates are read.")
    field = "file"


class LineSettled(Refusal):
    """Somebody has decided on the line already."""

    code = "funding.line_settled"
    status = 409
    message = _("This line was settled already: {state}. Nothing was changed.")


class LineDoesNotFit(Refusal):
    """A line cannot be what somebody says it is."""

    code = "funding.line_does_not_fit"
    status = 409
    message = _("This line cannot be that: {why}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a statement. ``known`` lines stood here before, or twice in the file."""

    statement: BankStatement
    counted: int
    suggested: int
    waiting: int
    known: int

    def __str__(self) -> str:
        return " · ".join(
            [
                ngettext("%(n)d line counted", "%(n)d lines counted", self.counted) % {"n": self.counted},
                ngettext("%(n)d to confirm", "%(n)d to confirm", self.suggested) % {"n": self.suggested},
                ngettext("%(n)d waits", "%(n)d wait", self.waiting) % {"n": self.waiting},
                ngettext("%(n)d known before", "%(n)d known before", self.known) % {"n": self.known},
            ]
        )


@verb
def take_in(*, name: str, data: bytes, statement: Statement, by: Account | None = None) -> TakenIn:
    """Take in a statement that was read from ``data``; a line that stands here already stays as it is.

    Refusals: StatementInFuture, StatementTooOld. Locks the rows of the gifts that it counts. The unique fingerprint
    decides between two who take in the same lines at once.
    """
    _refuse_other_times(statement.lines)
    row, _made = BankStatement.objects.get_or_create(
        digest=hashlib.sha256(data).hexdigest(),
        defaults={
            "name": clean_line(name)[:FILE_NAME_LENGTH_MAX] or statement.format,
            "format": statement.format,
            "imported_by": by,
            "imported_at": clock.now(),
        },
    )
    before = set(BankLine.objects.filter(statement=row).values_list("pk", flat=True))
    BankLine.objects.bulk_create([_row(row, line) for line in statement.lines], ignore_conflicts=True)
    lines = list(BankLine.objects.filter(statement=row).exclude(pk__in=before).order_by("booked_on", "pk"))
    found = bank_matching.Candidates(registry.mode(), lines)
    for line in lines:
        _settle_by_itself(line, found, by)
    states = [line.state for line in lines]
    return TakenIn(
        statement=row,
        counted=states.count(State.COUNTED),
        suggested=states.count(State.SUGGESTED),
        waiting=states.count(State.NEW),
        known=len(statement.lines) - len(lines),
    )


def _refuse_other_times(lines: Sequence[IncomingLine]) -> None:
    latest = (clock.now() + AHEAD_MAX).date()
    for line in lines:
        if line.booked_on > latest:
            raise StatementInFuture(line=line.number, day=line.booked_on.isoformat())
        if line.booked_on < periods.EARLIEST:
            raise StatementTooOld(line=line.number, day=line.booked_on.isoformat())


def _row(statement: BankStatement, line: IncomingLine) -> BankLine:
    return BankLine(
        statement=statement,
        fingerprint=line.fingerprint,
        booked_on=line.booked_on,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        payer=line.payer,
        text=line.text,
    )


def _settle_by_itself(line: BankLine, found: bank_matching.Candidates, by: Account | None) -> None:
    """Count the line if its reference leaves no doubt; else write down what it could be."""
    match = found.match(line)
    line.suggested_gift_id, line.suggested_payment_id, line.note = match.gift_id, match.payment_id, match.note
    if match.gift_id is not None or match.payment_id is not None:
        line.state = State.SUGGESTED
    line.save(update_fields=["state", "note", "suggested_gift", "suggested_payment"])
    if match.certain and match.gift_id is not None:
        try:
            _count(line, Gift.objects.select_for_update().get(pk=match.gift_id), by)
        except Refusal as refusal:
            # The money is there; a person, or tomorrow's exchange rate, has to help.
            line.note = str(refusal)[:NOTE_LENGTH_MAX]
            line.save(update_fields=["note"])


def _count(line: BankLine, gift: Gift, by: Account | None) -> Payment:
    """Count what arrived, on the day it arrived. The line's fingerprint names the charge."""
    if gift.currency != line.currency:
        raise LineDoesNotFit(why=gettext("the gift is in %(currency)s") % {"currency": gift.currency})
    if gift.mode != registry.mode() or gift.provider != PROVIDER:
        raise LineDoesNotFit(why=gettext("the gift was not to come by bank transfer"))
    noon = datetime.combine(line.booked_on, NOON, tzinfo=gift.campaign.zone).astimezone(UTC)
    charge = Charge(
        ref=line.fingerprint[:REF_LENGTH], amount=Money(line.amount_minor, line.currency), paid_at=noon, adjusted=True
    )
    payment = _counted(gift=gift, charge=charge, by=by)
    _settle(line, State.COUNTED, by, payment=payment)
    return payment


@verb
def _counted(*, gift: Gift, charge: Charge, by: Account | None) -> Payment:
    # A verb of its own: what it refuses is undone by itself, without the statement around it.
    return counting.count(gift=gift, charge=charge, by=by)


def _settle(line: BankLine, state: str, by: Account | None, *, payment: Payment | None = None, note: str = "") -> None:
    line.state, line.payment, line.note = state, payment, clean_line(note)[:NOTE_LENGTH_MAX]
    line.settled_by, line.settled_at = by, clock.now()
    line.save(update_fields=["state", "payment", "note", "settled_by", "settled_at"])


@verb
def count_for(*, line_id: int, gift_id: int, by: Account) -> Payment:
    """Count a line that waits for an existing gift; what arrived counts, whatever was promised.

    Refusals: LineSettled, LineDoesNotFit, and as ``payments.count``. Locks the line's and the gift's row.
    """
    line = _waiting(line_id)
    return _count(line, Gift.objects.select_for_update().select_related("campaign").get(pk=gift_id), by)


@verb
def count_as_new(
    *, line_id: int, campaign: Campaign, display_name: str = "", anonymous: bool = False, by: Account
) -> Payment:
    """Make a gift to ``campaign`` of a line that waits, and count it.

    Refusals: LineSettled, and as ``payments.count``. Locks the line's row.
    """
    line = _waiting(line_id)
    gift = Gift.objects.create(
        campaign=campaign,
        amount_minor=line.amount_minor,
        currency=line.currency,
        display_name=clean_line(display_name)[:NAME_LENGTH_MAX],
        anonymous=anonymous,
        provider=PROVIDER,
        mode=registry.mode(),
        started_at=clock.now(),
    )
    return _count(line, gift, by)


@verb
def same_as(*, line_id: int, payment_id: int, by: Account) -> None:
    """Say that a line is money which was recorded by hand before: nothing is counted again.

    Refusals: LineSettled, LineDoesNotFit. Locks the line's and the payment's row.
    """
    line = _waiting(line_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if payment.charged != Money(line.amount_minor, line.currency) or payment.mode != registry.mode():
        raise LineDoesNotFit(why=gettext("the recorded amount is another"))
    if payment.bank_lines.filter(statement=line.statement_id).exists():
        # One payment may stand in two exports of a bank, but not twice in one.
        raise LineDoesNotFit(why=gettext("another line of this file is that payment"))
    _settle(line, State.SAME, by, payment=payment)


@verb
def ignore(*, line_id: int, note: str, by: Account) -> None:
    """Say that a line is no gift, and why. Refusal: LineSettled. Locks the line's row."""
    _settle(_waiting(line_id), State.IGNORED, by, note=note)


@verb
def look_again(*, line_id: int, by: Account) -> None:
    """Have a line wait again that was set aside. Refusal: LineSettled (it counted: send the money back instead).

    Locks the line's row.
    """
    line = BankLine.objects.select_for_update().get(pk=line_id)
    if line.state not in {State.IGNORED, State.SAME}:
        raise LineSettled(state=line.get_state_display())
    _settle(line, State.NEW, by)


def _waiting(line_id: int) -> BankLine:
    line = BankLine.objects.select_for_update().get(pk=line_id)
    if line.state not in _WAITING:
        raise LineSettled(state=line.get_state_display())
    return line


@verb
def remember_columns(*, heading_digest: str, name: str, columns: Columns) -> None:
    """Remember what the columns of a bank's CSV mean; said again, the newer meaning counts. No lock."""
    ColumnMapping.objects.update_or_create(
        heading_digest=heading_digest,
        defaults={
            "name": clean_line(name)[:NAME_LENGTH_MAX],
            "columns": columns.kept(),
            "saved_at": clock.now(),
        },
    )


def columns_for(heading_digest: str) -> Columns | None:
    """Return what the columns under these headings mean, or None if nobody has said it."""
    kept = ColumnMapping.objects.filter(heading_digest=heading_digest).values_list("columns", flat=True).first()
    return Columns.remembered(kept) if kept is not None else None
