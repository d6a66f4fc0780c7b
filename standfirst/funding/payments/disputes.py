"""Disputes: a supporter's bank takes a payment back. Counted at once, given back if it is won.

What moved is written down step by step; the status is for people and moves no money.
"""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.funding.books import ledger, returned
from standfirst.funding.models import Dispute, DisputeStep, Payment
from standfirst.funding.providers.protocol import DisputeFacts, DisputeMove
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

_PROGRESS = ("inquiry", "open", "lost", "won")  # news that falls behind this is old


class DisputesDisagree(Refusal):
    """The provider's dispute is not the one that we wrote down."""

    code = "funding.disputes_disagree"
    status = 409
    message = _("The dispute {ref} is written down with another payment or currency.")


@verb
def settle(*, payment: Payment, facts: DisputeFacts) -> Dispute:
    """Make our rows of a dispute say what the provider says, and book what it took and gave back.

    A question of the bank (an inquiry) moves nothing. Older facts change nothing; each movement
    counts once. Refusal: DisputesDisagree. Locks the payment's row.
    """
    Payment.objects.select_for_update().get(pk=payment.pk)
    if facts.amount.currency != payment.currency:
        raise DisputesDisagree(ref=facts.ref)
    dispute = _row_of(payment, facts)
    for move in facts.moves:
        _settle_step(payment, dispute, facts, move)
    return dispute


def _row_of(payment: Payment, facts: DisputeFacts) -> Dispute:
    fields: dict[str, Any] = {"amount_minor": facts.amount.minor, "status": facts.status, "reason": facts.reason[:60]}
    fields |= {"opened_at": facts.opened_at, "answer_by": facts.answer_by, "payment": payment}
    dispute, made = Dispute.objects.annotate(known=Count("steps")).get_or_create(
        provider_ref=facts.ref, defaults=fields
    )
    if dispute.payment_id != payment.pk:
        raise DisputesDisagree(ref=facts.ref)
    if not made and _is_newer(facts, dispute):
        for name, value in fields.items():
            setattr(dispute, name, value)
        dispute.save(update_fields=list(fields))
    return dispute


def _is_newer(facts: DisputeFacts, dispute: Dispute) -> bool:
    steps: int = dispute.known  # type: ignore[attr-defined]
    if len(facts.moves) != steps:
        return len(facts.moves) > steps
    return _PROGRESS.index(facts.status) > _PROGRESS.index(dispute.status)


def _settle_step(payment: Payment, dispute: Dispute, facts: DisputeFacts, move: DisputeMove) -> None:
    # The provider says what it took from our balance; in the gift's own currency that is exact.
    own = move.settled if move.settled.currency == payment.currency else facts.amount
    DisputeStep.objects.get_or_create(
        dispute=dispute,
        provider_ref=move.ref,
        kind=move.kind,
        defaults={"amount_minor": abs(own.minor), "at": move.at},
    )
    sign = -1 if move.kind == "withdrawn" else 1
    moved = Money(sign * abs(move.settled.minor), move.settled.currency)
    fact = f"{payment.provider}:{move.ref}"
    returned.post(payment, returned.News(f"dispute:{fact}:{move.kind}", f"fx:{fact}:{move.kind}", move.at, moved))
    if move.fee is not None:
        key = f"dispute_fee:{fact}"
        returned.book_cost(payment, key=key, at=move.at, account=ledger.DISPUTES, cost=move.fee)
