"""Receipts: numbered without a gap when a payment is counted, drawn whenever one is asked for.

Numbers run by the year of the publication's clock in which they are given out, apart for
rehearsals. A receipt's number never changes and outlives the erasing of whoever it was for.
"""

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date, format_datetime
from django.db.models import Max
from django.utils.translation import get_language_bidi, gettext

from standfirst.delivery.changes import verb
from standfirst.funding.models import Dispute, Interval, Mode, Payment, Receipt, Refund
from standfirst.funding.supporters import letterhead, numbers, papers
from standfirst.funding.supporters.papers import Paper
from standfirst.kit import clock
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money
from standfirst.kit.rows import add_all


@verb
def issue_all(*, payments: Sequence[Payment]) -> dict[int, Receipt]:
    """Give ``payments`` their receipts' numbers, in this order; asked again they are the same. Return them by payment.

    Holds the numbers of each mode and year until the commit, so that none is left out.
    """
    issued_at = clock.now()
    year = clock.local_date(letterhead.zone(), issued_at).year
    issued: dict[int, Receipt] = {}
    for mode in sorted({payment.mode for payment in payments}):
        numbers.hold(f"receipt:{mode}:{year}")
        issued |= {each.payment_id: each for each in Receipt.objects.filter(payment__in=payments, payment__mode=mode)}
        last = Receipt.objects.filter(mode=mode, year=year).aggregate(last=Max("number"))["last"] or 0
        new = [payment for payment in payments if payment.mode == mode and payment.pk not in issued]
        made = [
            Receipt(payment=payment, mode=mode, year=year, number=number, issued_at=issued_at)
            for number, payment in enumerate(new, last + 1)
        ]
        add_all(made)
        issued |= {each.payment_id: each for each in made}
    return issued


def of_payment(payment_id: int) -> Receipt | None:
    """Return a payment's receipt with all that its paper needs, or None."""
    found = Receipt.objects.filter(payment_id=payment_id)
    return found.select_related("payment__gift__campaign", "payment__gift__donor", "payment__period__campaign").first()


def pdf(receipt: Receipt) -> bytes:
    """Return the receipt as a PDF, in the language that is active. Not to be called inside a transaction."""
    return papers.draw(paper(receipt))


def file_name(receipt: Receipt) -> str:
    """Return the name of the receipt's file."""
    return f"receipt-{'rehearsal-' if receipt.mode == Mode.REHEARSAL else ''}{receipt}.pdf"


def paper(receipt: Receipt) -> Paper:
    """Return what the receipt says, with the refunds that are known now."""
    payment = receipt.payment
    gift = payment.gift
    paid_at = format_datetime(payment.paid_at, "long", tzinfo=letterhead.zone(), locale=current_locale())
    rows = [
        (gettext("Received from"), gift.display_name or (gift.donor.name if gift.donor else "") or gettext("A reader")),
        (gettext("On"), paid_at),
        (gettext("For"), gift.campaign.name),
        (gettext("Gift"), payment.money.show(current_locale())),
    ]
    if payment.cover_minor:
        rows += [
            (gettext("Added for the fees"), Money(payment.cover_minor, payment.currency).show(current_locale())),
            (gettext("Charged"), payment.charged.show(current_locale())),
        ]
    rows += _converted(payment)
    if gift.dedication:
        rows.append((gettext("Dedication"), gift.dedication))
    rows += [(gettext("How often"), str(Interval(gift.interval).label)), (gettext("Paid"), way_of(payment))]
    rows += went_back(payment)
    rows.append((gettext("Payment"), f"{payment.provider}:{payment.provider_ref}"))
    return Paper(
        letterhead=letterhead.current(),
        title=gettext("Receipt %(number)s") % {"number": receipt},
        issued_at=receipt.issued_at,
        rows=tuple(rows),
        stamp=rehearsal_stamp(receipt.mode),
        notes=(_issued(receipt),),
        right_to_left=get_language_bidi(),
        language=current_locale().partition("_")[0],
    )


def rehearsal_stamp(mode: str) -> str:
    """Return what is stamped on a paper of a rehearsal, "" on a real one."""
    return gettext("Rehearsal – no money moved") if mode == Mode.REHEARSAL else ""


def way_of(payment: Payment) -> str:
    """Return how a payment was made, in words."""
    ways = {"stripe": gettext("by card or wallet"), "bank": gettext("by bank transfer")}
    return ways.get(payment.provider, gettext("to the newsroom"))


def went_back(payment: Payment) -> list[tuple[str, str]]:
    """Return what went back of ``payment``, a row for each time, and what stays, if anything went back."""
    back = [
        (gettext("Sent back on %(day)s") % {"day": _day(refund.at)}, Money(refund.amount_minor, payment.currency))
        for refund in sorted(payment.refunds.all(), key=lambda refund: (refund.at, refund.pk))
        if refund.status == Refund.Status.DONE
    ]
    back += [
        (
            gettext("Taken back by the bank on %(day)s") % {"day": _day(dispute.opened_at)},
            Money(dispute.amount_minor, payment.currency),
        )
        for dispute in sorted(payment.disputes.all(), key=lambda dispute: dispute.pk)
        if dispute.status in {Dispute.Status.OPEN, Dispute.Status.LOST}
    ]
    if not back:
        return []
    left = payment.charged
    for _label, amount in back:
        left -= amount
    rows = [(label, amount.show(current_locale())) for label, amount in back]
    return [*rows, (gettext("Stays given"), Money(max(left.minor, 0), left.currency).show(current_locale()))]


def _converted(payment: Payment) -> list[tuple[str, str]]:
    counted = payment.period.campaign.currency
    if counted == payment.currency:
        return []
    amount = Money(payment.counted_minor, counted).show(current_locale())
    rate = f"1 {payment.currency} = {payment.rate.normalize():f} {counted}" if payment.rate else ""
    said = ", ".join(part for part in (rate, payment.rate_source) if part)
    return [(gettext("Counted as"), f"{amount} ({said})" if said else amount)]


def _issued(receipt: Receipt) -> str:
    return gettext("Issued on %(day)s. Times and years are those of %(zone)s.") % {
        "day": _day(receipt.issued_at),
        "zone": letterhead.zone().key,
    }


def _day(at: datetime) -> str:
    return format_date(at.astimezone(letterhead.zone()), "long", locale=current_locale())
