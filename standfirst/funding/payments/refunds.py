"""Refunds: asked for by staff or made at the provider, counted against the month of the payment."""

import logging

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding.books import returned
from standfirst.funding.models import Payment, Refund
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import NotFound, ProviderRefused, ProviderUnreachable, RefundFacts
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.kit.text import clean_line

log = logging.getLogger(__name__)
REASON_LENGTH_MAX = 200  # characters; a note for the books


class RefundTooLarge(Refusal):
    """More would go back than is left of the payment."""

    code = "funding.refund_too_large"
    status = 422
    message = _("Of this payment {left} can go back at most. Nothing was refunded.")
    field = "amount"


class RefundsDisagree(Refusal):
    """The provider's refund is not the one that we wrote down."""

    code = "funding.refunds_disagree"
    status = 409
    message = _("The refund {ref} is written down with another amount or payment.")


@verb
def ask(*, payment: Payment, amount: Money, reason: str = "", by: Account | None = None) -> Refund:
    """Write down that ``amount`` of ``payment`` shall go back; ``send`` then asks the provider.

    Refusal: RefundTooLarge. Locks the payment's row, so two refunds cannot both take the rest.
    """
    locked = Payment.objects.select_for_update().get(pk=payment.pk)
    left = left_of(locked)
    if amount.currency != left.currency or not 0 < amount.minor <= left.minor:
        raise RefundTooLarge(left=left.show("en"))
    return Refund.objects.create(
        payment=locked,
        amount_minor=amount.minor,
        reason=clean_line(reason)[:REASON_LENGTH_MAX],
        asked_by=by,
        at=clock.now(),
    )


def left_of(payment: Payment) -> Money:
    """Return how much of ``payment`` can still go back: refunds under way and what disputes hold are taken off."""
    under_way = payment.refunds.filter(status=Refund.Status.ASKED).aggregate(total=Coalesce(Sum("amount_minor"), 0))
    left = payment.charged.minor - int(under_way["total"]) - returned.minor(payment)
    return Money(max(0, left), payment.currency)


def send(refund_id: int) -> Refund:
    """Ask the provider to do what was asked for. Safe to repeat: the refund's id is the idempotency key.

    A provider that says no ends the refund as failed; one that does not answer leaves it for later.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.status != Refund.Status.ASKED:
        return refund
    payment = refund.payment
    try:
        facts = registry.provider(payment.provider).refund(
            payment.provider_ref, Money(refund.amount_minor, payment.currency), refund.public_id
        )
    except (ProviderRefused, NotFound) as error:
        return fail(refund_id=refund.pk, why=str(error))
    except ProviderUnreachable:
        log.warning("refund %s: the provider does not answer; it will be asked again", refund.public_id)
        return refund
    return settle(payment=payment, facts=facts)


@verb
def fail(*, refund_id: int, why: str) -> Refund:
    """End a refund that the provider refused. One that was done already stays done. Locks the refund's row."""
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.status == Refund.Status.ASKED:
        refund.status = Refund.Status.FAILED
        refund.reason = f"{refund.reason} ({why})".strip()[:REASON_LENGTH_MAX]
        refund.save(update_fields=["status", "reason"])
    return refund


@verb
def settle(*, payment: Payment, facts: RefundFacts) -> Refund:
    """Make our row of a refund say what the provider says; post or take back its transfer.

    From asked to done to failed there is no way back, so older facts change nothing.
    Refusal: RefundsDisagree. Locks the payment's row.
    """
    Payment.objects.select_for_update().get(pk=payment.pk)
    refund = _row_of(payment, facts)
    before = refund.status
    after = before if before == Refund.Status.FAILED or facts.state == "asked" else Refund.Status(facts.state)
    if (after, facts.ref) != (before, refund.provider_ref):
        refund.status, refund.provider_ref = after, facts.ref
        refund.save(update_fields=["status", "provider_ref"])
    if after == Refund.Status.DONE != before:
        _post(payment, facts)
    elif before == Refund.Status.DONE != after:
        _take_back(payment, facts)
    return refund


def waiting() -> QuerySet[Refund]:
    """Return the refunds that the provider has not confirmed."""
    return Refund.objects.filter(status=Refund.Status.ASKED)


def _row_of(payment: Payment, facts: RefundFacts) -> Refund:
    ours = Q(provider_ref=facts.ref)
    if facts.asked_as is not None:
        ours |= Q(public_id=facts.asked_as)
    refund = Refund.objects.select_for_update().filter(ours).first()
    if refund is None:
        status = Refund.Status.FAILED if facts.state == "failed" else Refund.Status.ASKED
        return Refund.objects.create(
            payment=payment,
            provider_ref=facts.ref,
            amount_minor=facts.amount.minor,
            status=status,
            reason="",
            at=facts.at,
        )
    theirs = (payment.pk, facts.amount.minor, facts.amount.currency)
    if (refund.payment_id, refund.amount_minor, payment.currency) != theirs:
        raise RefundsDisagree(ref=facts.ref)
    return refund


def _post(payment: Payment, facts: RefundFacts) -> None:
    taken = None if facts.settled is None else Money(-abs(facts.settled.minor), facts.settled.currency)
    key = f"refund:{payment.provider}:{facts.ref}"
    returned.post(payment, returned.News(key, _fx_key(payment, facts), facts.at, taken))


def _take_back(payment: Payment, facts: RefundFacts) -> None:
    """Undo what the refund did: what the provider took comes back whole."""
    taken = returned.moved_at_provider(payment, f"refund:{payment.provider}:{facts.ref}", _fx_key(payment, facts))
    given = None if taken is None else Money(-taken.minor, taken.currency)
    key = f"refund_failed:{payment.provider}:{facts.ref}"
    returned.post(payment, returned.News(key, f"{_fx_key(payment, facts)}_failed", clock.now(), given))


def _fx_key(payment: Payment, facts: RefundFacts) -> str:
    return f"fx:{payment.provider}:{facts.ref}"
