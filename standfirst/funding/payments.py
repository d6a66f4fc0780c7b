"""Payments: what the provider says now becomes rows and transfers, once, in whatever order it is said."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding import ledger, periods, refunds
from standfirst.funding.models import Donor, Gift, Mode, Payment
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Charge, Facts
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

_on_counted: list[Callable[[Payment], None]] = []


class UnknownGift(Refusal):
    """The facts name a gift of this site that is not in the database (yet)."""

    code = "funding.unknown_gift"
    status = 404
    message = _("No gift {gift} is known here yet.")


class NotOurs(Refusal):
    """The facts are about a payment that did not begin on this site."""

    code = "funding.not_ours"
    status = 409
    message = _("This payment did not begin on this site.")


class FactsDisagree(Refusal):
    """The facts contradict what we wrote down; a person has to look."""

    code = "funding.facts_disagree"
    status = 409
    message = _("The payment service says {theirs}, we wrote down {ours}. Nothing was counted.")


def on_counted(callback: Callable[[Payment], None]) -> None:
    """Have ``callback`` called once for each new payment, in the transaction that counts it."""
    if callback not in _on_counted:
        _on_counted.append(callback)


@verb
def apply(*, facts: Facts) -> Gift:
    """Make our rows say what the provider says. The same facts again, or older ones, change nothing.

    Refusals: UnknownGift, NotOurs, FactsDisagree. Locks the gift's row until the commit.
    """
    gift = _gift_of(facts)
    if facts.live is not (gift.mode == Mode.LIVE) or facts.provider != gift.provider:
        raise FactsDisagree(theirs=f"{facts.provider}, live: {facts.live}", ours=f"{gift.provider}, {gift.mode}")
    if facts.charge is not None and facts.state == "paid":
        _remember_donor(gift, facts.email)
        payment = count(gift=gift, charge=facts.charge)
        for refund in facts.charge.refunds:
            refunds.settle(payment=payment, facts=refund)
    elif gift.status != Gift.Status.PAID and facts.state in {"pending", "failed", "lapsed"}:
        gift.status = Gift.Status(facts.state)
        gift.save(update_fields=["status"])
    return gift


@verb
def count(*, gift: Gift, charge: Charge, by: Account | None = None) -> Payment:
    """Count a charge that succeeded: a payment, its transfers, and the gift is paid. Once for each charge.

    Refusal: FactsDisagree (amount or currency are not the gift's). Call with the gift's row locked.
    """
    if charge.amount != gift.money:
        raise FactsDisagree(theirs=_plain(charge.amount), ours=_plain(gift.money))
    campaign = gift.campaign
    payment = Payment.objects.filter(provider=gift.provider, provider_ref=charge.ref).first()
    new = payment is None
    if payment is None:
        payment = Payment.objects.create(
            gift=gift,
            provider=gift.provider,
            provider_ref=charge.ref,
            amount_minor=charge.amount.minor,
            currency=charge.amount.currency,
            counted_minor=charge.amount.minor,
            mode=gift.mode,
            paid_at=charge.paid_at,
            period=periods.period_at(campaign, charge.paid_at),
            recorded_by=by,
            recorded_at=clock.now(),
        )
    if payment.gift_id != gift.pk:
        raise FactsDisagree(theirs=f"{charge.ref}: {gift}", ours=f"{charge.ref}: {payment.gift}")
    ledger.move(
        key=f"pay:{gift.provider}:{charge.ref}",
        debit=ledger.clearing(gift.provider),
        credit=ledger.income(campaign),
        amount=charge.amount,
        mode=gift.mode,
        occurred_at=charge.paid_at,
        period=payment.period,
        payment=payment,
    )
    _book_fee(payment, charge)
    if gift.status != Gift.Status.PAID:
        gift.status = Gift.Status.PAID
        gift.save(update_fields=["status"])
    for callback in tuple(_on_counted) if new else ():
        callback(payment)
    return payment


def _book_fee(payment: Payment, charge: Charge) -> None:
    # A fee in the currency of a foreign bank account says nothing about this ledger.
    if charge.fee is None or charge.fee.minor <= 0 or charge.fee.currency != payment.currency:
        return
    ledger.move(
        key=f"fee:{payment.provider}:{charge.fee_ref}",
        debit=ledger.FEES,
        credit=ledger.clearing(payment.provider),
        amount=charge.fee,
        mode=payment.mode,
        occurred_at=charge.paid_at,
        period=payment.period,
        payment=payment,
    )


def _gift_of(facts: Facts) -> Gift:
    if facts.gift_id is None:
        raise NotOurs
    gift = Gift.objects.select_for_update().filter(public_id=facts.gift_id).first()
    if gift is not None:
        return gift
    if facts.site != registry.site_mark():
        raise NotOurs
    raise UnknownGift(gift=facts.gift_id)


def _remember_donor(gift: Gift, email: str) -> None:
    # An erased supporter's gift is paid already: later messages do not bring the address back.
    if email and gift.donor_id is None and gift.status != Gift.Status.PAID:
        gift.donor = Donor.objects.get_or_create(email=email.lower(), defaults={"created_at": clock.now()})[0]
        gift.save(update_fields=["donor"])


def _plain(amount: Money) -> str:
    return f"{amount.minor} {amount.currency}"
