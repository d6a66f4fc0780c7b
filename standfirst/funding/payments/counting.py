"""Payments: what the provider says now becomes rows and transfers, once, in whatever order it is said."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.funding import allowances, periods
from standfirst.funding.books import ledger, rates, returned, spreading
from standfirst.funding.models import Donor, Gift, Mode, Payment, Period, Transfer
from standfirst.funding.payments import disputes, refunds, subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Charge, Facts
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

RATE_SOURCE_LENGTH_MAX = 80  # characters; as the column


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


type CountedCallback = Callable[[Sequence[Payment]], None]
_on_counted: list[CountedCallback] = []


def on_counted(callback: CountedCallback) -> None:
    """Have ``callback`` called with new payments, each once, at the end of what counts them, in its transaction."""
    if callback not in _on_counted:
        _on_counted.append(callback)


@verb
def apply(*, facts: Facts) -> Gift:
    """Make our rows say what the provider says. The same facts again, or older ones, change nothing.

    Refusals: UnknownGift, NotOurs, FactsDisagree, RateMissing, RefundsDisagree, DisputesDisagree.
    Locks the gift's row and the payment's until the commit, and the supporter's when the gift becomes theirs.
    """
    locked = _locked([facts])
    gift = _apply(facts, locked)
    _tell_of(locked.counted)
    return gift


@verb
def apply_all(*, many: Sequence[Facts]) -> list[Exception | None]:
    """Do what ``apply`` does for each of ``many``, which are of different gifts, in one transaction.

    Return what kept each from it, None if nothing did. One that fails leaves the others be. What the
    database cannot do (a connection lost, a deadlock) is raised, and nothing is changed. Locks all gifts,
    then all payments, each in the order of their ids, so that batches wait in one direction only.
    """
    locked = _locked(many)
    troubles = [_tried(facts, locked) for facts in many]
    _tell_of(locked.counted)
    return troubles


def _tried(facts: Facts, locked: "_Locked") -> Exception | None:
    counted = len(locked.counted)
    try:
        with transaction.atomic():
            _apply(facts, locked)
    except DatabaseError as trouble:
        if not isinstance(trouble, IntegrityError):
            raise
        found: Exception = trouble
    except Exception as trouble:  # noqa: BLE001 - whoever asked decides what it means
        found = trouble
    else:
        return None
    # What was done for it is undone: what it counted, and a period that it may have been the first to need.
    del locked.counted[counted:]
    locked.periods.clear()
    return found


@dataclass(frozen=True, slots=True)
class _Locked:
    """The rows that facts are about, as they stand; what is applied to them is seen in them."""

    gifts: dict[uuid.UUID, Gift]
    payments: dict[tuple[str, str], Payment]
    donors: dict[str, Donor]
    periods: dict[tuple[int, date], Period] = field(default_factory=dict)  # those that were needed so far
    counted: list[Payment] = field(default_factory=list)  # what is new

    def period_of(self, gift: Gift, charge: Charge) -> Period:
        """Return the period in which a charge counts, made if it is needed for the first time."""
        place = gift.campaign_id, periods.first_day(gift.campaign, charge.paid_at)
        if place not in self.periods:
            self.periods[place] = periods.period_at(gift.campaign, charge.paid_at)
        return self.periods[place]


def _locked(many: Sequence[Facts]) -> _Locked:
    ids = {facts.gift_id for facts in many if facts.gift_id is not None}
    refs = {facts.charge.ref for facts in many if facts.charge is not None}
    gifts = Gift.objects.select_for_update(of=("self",)).select_related("campaign", "donor").order_by("pk")
    found = {gift.public_id: gift for gift in gifts.filter(public_id__in=ids)}
    payments = Payment.objects.select_for_update(of=("self",)).select_related("period").order_by("pk")
    standing = payments.filter(provider_ref__in=refs) if refs else ()
    wanted = {facts.email.lower() for facts in many if facts.gift_id in found and _is_nobodys(found[facts.gift_id])}
    # Locked: somebody who is being erased or merged is waited for, and has no address then.
    donors = Donor.objects.select_for_update(no_key=True).filter(email__in=wanted - {""}).order_by("pk")
    return _Locked(
        found,
        {(payment.provider, payment.provider_ref): payment for payment in standing},
        {str(donor.email): donor for donor in (donors if wanted - {""} else ())},
    )


def _apply(facts: Facts, locked: _Locked) -> Gift:
    gift = _gift_of(facts, locked)
    if facts.live is not (gift.mode == Mode.LIVE) or facts.provider != gift.provider:
        raise FactsDisagree(theirs=f"{facts.provider}, live: {facts.live}", ours=f"{gift.provider}, {gift.mode}")
    if facts.subscription is not None:
        subscriptions.apply(gift=gift, facts=facts.subscription)
    # An invoice of zero (a pause, a voucher) is paid without a charge that could count.
    if facts.charge is not None and facts.state == "paid" and facts.charge.amount.minor > 0:
        _remember_donor(gift, facts.email, locked)
        payment = _counted(gift, facts.charge, locked)
        for refund in facts.charge.refunds:
            refunds.settle(payment=payment, facts=refund)
        for dispute in facts.charge.disputes:
            disputes.settle(payment=payment, facts=dispute)
    elif gift.status != Gift.Status.PAID and facts.state in {"pending", "failed", "lapsed"}:
        _write_down(gift, Gift.Status(facts.state))
    declined = facts.declined_ref or (str(gift.public_id) if facts.state == "failed" else "")
    if declined:
        allowances.declined(gift=gift, fact=declined)
    return gift


def _counted(gift: Gift, charge: Charge, locked: _Locked) -> Payment:
    payment = locked.payments.get((gift.provider, charge.ref))
    if payment is None:
        payment = _new_payment(gift, charge, locked.period_of(gift, charge))
        locked.counted.append(payment)
        _book(gift, charge, payment, [])
    else:
        _book(gift, charge, payment, list(payment.transfers.all()))
    return payment


@verb
def count(*, gift: Gift, charge: Charge, by: Account | None = None) -> Payment:
    """Count a charge that succeeded: a payment, its transfers, and the gift is paid. Once for each charge.

    Refusals: FactsDisagree (amount or currency are not the gift's), RateMissing. Call with the gift's row locked.
    """
    payment = Payment.objects.filter(provider=gift.provider, provider_ref=charge.ref).select_related("period").first()
    if payment is None:
        payment = _new_payment(gift, charge, periods.period_at(gift.campaign, charge.paid_at), by)
        _book(gift, charge, payment, [])
        _tell_of([payment])
    else:
        _book(gift, charge, payment, list(payment.transfers.all()))
    return payment


def _tell_of(counted: Sequence[Payment]) -> None:
    if counted:
        for callback in _on_counted:
            callback(counted)


def _book(gift: Gift, charge: Charge, payment: Payment, standing: list[Transfer]) -> None:
    """Book what came of ``charge`` for ``payment``, whose rows are ``standing``, and have its gift paid."""
    if payment.gift_id != gift.pk:
        raise FactsDisagree(theirs=f"{charge.ref}: {gift}", ours=f"{charge.ref}: {payment.gift}")
    if payment.charged != charge.amount:
        raise FactsDisagree(theirs=_plain(charge.amount), ours=_plain(payment.charged))
    payment.gift = gift
    _book_arrival(payment, charge, standing)
    if gift.status != Gift.Status.PAID:
        gift.status = Gift.Status.PAID
        gift.save(update_fields=["status", "donor"])


def _new_payment(gift: Gift, charge: Charge, period: Period, by: Account | None = None) -> Payment:
    campaign = gift.campaign
    parts = subscriptions.parts_of(gift=gift, charge=charge)
    if parts is None:
        raise FactsDisagree(theirs=_plain(charge.amount), ours=_plain(gift.charged))
    counted = rates.counted(
        Money(parts.amount_minor, charge.amount.currency),
        parts.cover_minor,
        into=campaign.currency,
        settled=charge.settled,
        on=clock.local_date(campaign.zone, charge.paid_at),
        provider=gift.provider,
    )
    return Payment.objects.create(
        gift=gift,
        provider=gift.provider,
        provider_ref=charge.ref,
        invoice_ref=charge.invoice_ref,
        amount_minor=parts.amount_minor,
        cover_minor=parts.cover_minor,
        currency=charge.amount.currency,
        counted_minor=counted.amount_minor,
        counted_cover_minor=counted.cover_minor,
        rate=counted.rate,
        rate_source=counted.source[:RATE_SOURCE_LENGTH_MAX],
        mode=gift.mode,
        paid_at=charge.paid_at,
        period=period,
        counts_over=spreading.months_of(campaign, gift.interval),
        recorded_by=by,
        recorded_at=clock.now(),
    )


def _book_arrival(payment: Payment, charge: Charge, rows: list[Transfer]) -> None:
    """Book what came, and what the provider kept of it. What it settled in may become known later than the charge."""
    campaign, fact = payment.gift.campaign, f"{payment.provider}:{charge.ref}"
    row = partial(returned.row, payment, at=charge.paid_at)
    abroad = charge.settled if charge.settled and charge.settled.currency != campaign.currency else None
    clearing, standing = ledger.clearing(payment.provider), {each.key: each.debit for each in rows}
    counter = standing.get(f"pay:{fact}", ledger.FX if abroad else clearing)
    gift_part = Money(payment.counted_minor, campaign.currency)
    cover_part = Money(payment.counted_cover_minor, campaign.currency)
    made = row(key=f"pay:{fact}", debit=counter, credit=ledger.income(campaign), amount=gift_part)
    made += row(key=f"cover:{fact}", debit=counter, credit=ledger.COVER, amount=cover_part)
    if abroad:
        if counter != ledger.FX:
            here = gift_part + cover_part
            made += row(key=f"pay:{fact}:moved", debit=ledger.FX, credit=clearing, amount=here)
        made += row(key=f"pay:{fact}:settled", debit=clearing, credit=ledger.FX, amount=abroad)
    elif charge.settled is not None:
        more = charge.settled - gift_part - cover_part
        fx_key = f"fx:{payment.provider}:{charge.fee_ref or charge.ref}"
        made += row(key=fx_key, debit=clearing, credit=ledger.FX, amount=more)
    if charge.fee is not None and charge.fee.minor > 0:
        key, at = f"fee:{payment.provider}:{charge.fee_ref}", charge.paid_at
        made += returned.cost_rows(payment, [*rows, *made], key=key, at=at, account=ledger.FEES, cost=charge.fee)
    ledger.record(made, known=rows)


def _gift_of(facts: Facts, locked: _Locked) -> Gift:
    if facts.gift_id is None:
        raise NotOurs
    gift = locked.gifts.get(facts.gift_id)
    if gift is not None:
        return gift
    if facts.site != registry.site_mark():
        raise NotOurs
    raise UnknownGift(gift=facts.gift_id)


def _is_nobodys(gift: Gift) -> bool:
    """Say whether the gift may become a supporter's.

    That of an erased supporter is paid already: later messages do not bring the address back.
    """
    return gift.donor_id is None and gift.status != Gift.Status.PAID


def _remember_donor(gift: Gift, email: str, locked: _Locked) -> None:
    if email and _is_nobodys(gift):
        address = email.lower()
        known = locked.donors.get(address)
        gift.donor = known or Donor.objects.get_or_create(email=address, defaults={"created_at": clock.now()})[0]


def _write_down(gift: Gift, status: Gift.Status) -> None:
    """Write down how far a gift came that is not paid."""
    before, gift.status = gift.status, status
    gift.save(update_fields=["status"])
    if status != before and Gift.Status.PENDING in {status, before}:
        touch(ledger.METER_KEY)  # the meter may show what is on its way


def _plain(amount: Money) -> str:
    return f"{amount.minor} {amount.currency}"
