"""Corrections of the books: one person proposes an entry, another signs it off, and only then it is booked.

Whoever is the only one with the permission may sign off what they proposed, by a step of its
own that stays in the books' history.
"""

import uuid
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding import amounts, periods
from standfirst.funding.books import ledger
from standfirst.funding.models import Campaign, Correction, Mode, Period
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

PERMISSION = "funding.adjust_ledger"  # to propose, to sign off, to withdraw
BACKEND = "django.contrib.auth.backends.ModelBackend"  # the one that knows permissions
WAITING_MAX = 100  # more than anybody looks through before signing

Kind, State = Correction.Kind, Correction.State


class CorrectionAhead(Refusal):
    """A month that has not begun."""

    code = "funding.correction_ahead"
    status = 422
    message = _("This month has not begun yet. Nothing was proposed.")
    field = "month"


class CorrectionTooLongAgo(Refusal):
    """A month before the clock's beginning: a slip of the finger."""

    code = "funding.correction_too_long_ago"
    status = 422
    message = _("The year {year} is too long ago. Nothing was proposed.")
    field = "month"


class CorrectionSentBefore(Refusal):
    """The same form again, with other values."""

    code = "funding.correction_sent_before"
    status = 409
    message = _("This form was sent before, with other values, and that stands below. Open the page again for another.")


class TooManyWait(Refusal):
    """So many proposals wait that nobody would read one more."""

    code = "funding.corrections_wait"
    status = 409
    message = _("{most} corrections wait for a signature. Sign off or withdraw some first. Nothing was proposed.")


class CorrectionSettled(Refusal):
    """It was signed off or withdrawn already."""

    code = "funding.correction_settled"
    status = 409
    message = _("This correction is settled already: {state}, by {by}. Nothing was changed.")


class CorrectionIsYours(Refusal):
    """Whoever proposed it may not sign it off, as others can."""

    code = "funding.correction_is_yours"
    status = 409
    message = _("You proposed this correction, so somebody else has to sign it off. Nothing was booked.")


class CorrectionAlone(Refusal):
    """Nobody else can sign off, and it was not said that this is known."""

    code = "funding.correction_alone"
    status = 409
    message = _(
        "Nobody else here may sign it off. Say that you do so alone, and it will be recorded. Nothing was booked."
    )


def places() -> list[str]:
    """Return the accounts of where money can be, the bank first."""
    return [ledger.BANK, ledger.clearing(registry.ONLINE)]


def accounts_of(kind: str, *, place: str, campaign: Campaign) -> tuple[str, str]:
    """Return the debit and the credit account that put ``kind`` right; ``place`` is where the money is or was.

    ValueError for what is no place.
    """
    bank, service = places()
    if place not in {bank, service}:
        raise ValueError(f"no money is kept at {place!r}")
    gifts = ledger.income(campaign)
    return {
        Kind.GIFTS_LESS: (gifts, place),
        Kind.GIFTS_MORE: (place, gifts),
        Kind.COVER_LESS: (ledger.COVER, place),
        Kind.COVER_MORE: (place, ledger.COVER),
        Kind.GIFTS_TO_COVER: (gifts, ledger.COVER),
        Kind.COVER_TO_GIFTS: (ledger.COVER, gifts),
        Kind.FEES_LESS: (place, ledger.FEES),
        Kind.FEES_MORE: (ledger.FEES, place),
        Kind.DISPUTES_LESS: (place, ledger.DISPUTES),
        Kind.DISPUTES_MORE: (ledger.DISPUTES, place),
        Kind.TO_BANK: (bank, service),
        Kind.TO_SERVICE: (service, bank),
    }[Kind(kind)]


@verb
def propose(
    *,
    campaign: Campaign,
    month: date,
    kind: str,
    place: str,
    amount: Money,
    reason: str,
    by: Account,
    entry_id: uuid.UUID,
) -> Correction:
    """Write down an entry that somebody else signs off; nothing is booked. The same form again is the same row.

    ``month`` is any day of it; a campaign without months has one period. ``amount`` is in the campaign's
    currency. Refusals: AmountNotBookable, ReasonMissing, CorrectionAhead, CorrectionTooLongAgo,
    CorrectionSentBefore, TooManyWait. ValueError as ``accounts_of``. No lock: a unique constraint decides.
    """
    mode = registry.mode()
    debit, credit = accounts_of(kind, place=place, campaign=campaign)
    wanted = {
        "campaign": campaign,
        "first_day": _first_day(campaign, month),
        "kind": kind,
        "debit": debit,
        "credit": credit,
        "amount_minor": amounts.bookable(amount, locale=current_locale()).minor,
        "mode": mode,
        "reason": ledger.checked_reason(reason),
        "proposed_by": by,
    }
    stands = Correction.objects.filter(public_id=entry_id).exists()
    if not stands and waiting(mode).count() >= WAITING_MAX:
        raise TooManyWait(most=WAITING_MAX)
    row, _made = Correction.objects.get_or_create(public_id=entry_id, defaults=wanted | {"proposed_at": clock.now()})
    if any(getattr(row, name) != value for name, value in wanted.items()):
        raise CorrectionSentBefore
    return row


def waiting(mode: Mode) -> QuerySet[Correction]:
    """Return what waits for a signature."""
    return Correction.objects.filter(mode=mode, state=State.PROPOSED)


def others_may_sign(by: Account) -> bool:
    """Say whether anybody but ``by`` could sign off: an account in use that has the permission, or every permission."""
    return Account.objects.with_perm(PERMISSION, backend=BACKEND).exclude(pk=by.pk).exists()


@verb
def confirm(*, correction_id: int, by: Account, alone: bool = False) -> Correction:
    """Sign off a correction, and book it in the same transaction, once.

    ``alone``: ``by`` proposed it, knows that nobody else may sign, and does so; that is recorded.
    Refusals: CorrectionSettled, CorrectionIsYours, CorrectionAlone. Locks the correction.
    """
    row = _unsettled(correction_id)
    own = row.proposed_by_id == by.pk
    if own and others_may_sign(by):
        raise CorrectionIsYours
    if own and not alone:
        raise CorrectionAlone
    now = clock.now()
    period, _made = Period.objects.get_or_create(campaign=row.campaign, first_day=row.first_day)
    row.transfer = ledger.adjust(
        debit=row.debit,
        credit=row.credit,
        amount=row.money,
        mode=row.mode,
        note=row.reason,
        by=by,
        occurred_at=now,
        period=period,
        entry_id=row.public_id,
    )
    row.state, row.settled_by, row.settled_at, row.alone = State.CONFIRMED, by, now, own
    row.save(update_fields=["transfer", "state", "settled_by", "settled_at", "alone"])
    return row


@verb
def withdraw(*, correction_id: int, by: Account) -> Correction:
    """Take back what waits for a signature: it stays on the list and is never booked.

    Refusal: CorrectionSettled. Locks the correction.
    """
    row = _unsettled(correction_id)
    row.state, row.settled_by, row.settled_at = State.WITHDRAWN, by, clock.now()
    row.save(update_fields=["state", "settled_by", "settled_at"])
    return row


def _unsettled(correction_id: int) -> Correction:
    row = Correction.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=correction_id)
    if row.state != State.PROPOSED:
        raise CorrectionSettled(state=row.get_state_display(), by=row.settled_by)
    return row


def _first_day(campaign: Campaign, month: date) -> date:
    running = periods.first_day(campaign, clock.now())
    if campaign.kind == Campaign.Kind.FIXED:
        return running
    first = clock.first_of_month(month)
    if first > running:
        raise CorrectionAhead
    if first < periods.EARLIEST:
        raise CorrectionTooLongAgo(year=first.year)
    return first
