"""Payments: what the provider says now becomes rows and transfers, once, in whatever order it is said."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.funding import allowances, periods
from standfirst.funding.books import ledger, rates, returned, spreading
from standfirst.funding.models import Donor, Gift, Mode, Payment, Period, Transfer
from standfirst.funding.payments import disputes, refunds, subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Charge, Facts
from standfirst.kit import clock, rows
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

log = logging.getLogger(__name__)
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

    What only counts a charge, as nearly all do, is written together: a statement for all payments, one for
    their rows, one for the gifts. Where that fails, all that was written is undone and each is tried alone.
    """
    locked = _locked(many)
    try:
        with transaction.atomic():
            troubles = _together(many, locked)
    except Exception as trouble:
        if _is_the_databases(trouble):
            raise
        log.warning("%s payments are counted one by one", len(many), exc_info=True)
        locked = _locked(many)
        troubles = [_tried(facts, locked) for facts in many]
    _tell_of(locked.counted)
    return troubles


def _is_the_databases(trouble: Exception) -> bool:
    """Say whether it is about the database itself, not about what was to be written."""
    return isinstance(trouble, DatabaseError) and not isinstance(trouble, IntegrityError)


def _tried(facts: Facts, locked: "_Locked") -> Exception | None:
    counted = len(locked.counted)
    try:
        with transaction.atomic():
            _apply(facts, locked)
    except Exception as trouble:
        if _is_the_databases(trouble):
            raise
        # What was done for it is undone: what it counted, and a period that it may have been the first to need.
        del locked.counted[counted:]
        locked.periods.clear()
        return trouble
    return None


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A charge that counts, and the payment that it is: one that stands, or a new one without a number yet."""

    gift: Gift
    charge: Charge
    email: str
    payment: Payment
    is_new: bool


def _together(many: Sequence[Facts], locked: "_Locked") -> list[Exception | None]:
    troubles: list[Exception | None] = [None] * len(many)
    arrivals = []
    for number, facts in enumerate(many):
        if facts.charge is not None and _only_counts(facts, facts.charge):
            try:
                arrivals.append(_arrival(facts, facts.charge, locked))
            except DatabaseError:
                raise
            except Exception as trouble:  # noqa: BLE001 - nothing was written for it; whoever asked decides what it means
                troubles[number] = trouble
        else:
            troubles[number] = _tried(facts, locked)
    _count_all(arrivals, locked)
    return troubles


def _only_counts(facts: Facts, charge: Charge) -> bool:
    counts = facts.state == "paid" and charge.amount.minor > 0
    return counts and not (facts.subscription or charge.refunds or charge.disputes or facts.declined_ref)


def _arrival(facts: Facts, charge: Charge, locked: "_Locked") -> _Arrival:
    gift = _gift_of(facts, locked)
    standing = locked.payments.get((gift.provider, charge.ref))
    payment = standing or _new_payment(gift, charge, partial(locked.period_of, gift, charge))
    _check_same(gift, charge, payment)
    return _Arrival(gift, charge, facts.email, payment, is_new=standing is None)


def _count_all(arrivals: Sequence[_Arrival], locked: "_Locked") -> None:
    """Write what ``_apply`` does for each, in as few statements as there are tables."""
    new = [each.payment for each in arrivals if each.is_new]
    _add_payments(new)
    _know_donors([each.email.lower() for each in arrivals if each.email and _is_nobodys(each.gift)], locked)
    made: list[Transfer] = []
    known: list[Transfer] = []
    for each in arrivals:
        _remember_donor(each.gift, each.email, locked)
        each.payment.gift = each.gift
        standing = locked.transfers[each.payment.pk]
        made += _arrival_rows(each.payment, each.charge, standing)
        known += standing
    ledger.record(made, known=known)
    _mark_paid([each.gift for each in arrivals if each.gift.status != Gift.Status.PAID])
    locked.counted.extend(new)


def _add_payments(new: Sequence[Payment]) -> None:
    numbers = {(provider, ref): pk for pk, provider, ref in rows.add_new(new, told=("id", "provider", "provider_ref"))}
    if len(numbers) != len(new):
        raise IntegrityError("one of these charges or invoices is a payment already")
    for payment in new:
        payment.pk = numbers[payment.provider, payment.provider_ref]


def _know_donors(addresses: Sequence[str], locked: "_Locked") -> None:
    """Have a supporter for each address. In one order, as whoever adds one that another is adding waits for it."""
    missing = sorted(set(addresses) - locked.donors.keys())
    new = {address: Donor(email=address, created_at=clock.now()) for address in missing}
    for pk, address in rows.add_new(list(new.values()), told=("id", "email")):
        locked.donors[address] = new.pop(address)
        locked.donors[address].pk = pk
    if new:  # somebody added them at this moment, and was first
        locked.donors.update(_donors(new))


def _mark_paid(gifts: Sequence[Gift]) -> None:
    if not gifts:
        return
    given = {gift.pk: gift.donor_id for gift in gifts}
    whose = "CASE id " + " ".join(["WHEN %s THEN %s"] * len(given)) + " ELSE donor_id END"
    places = ", ".join(["%s"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE funding_gift SET status = %s, donor_id = {whose} WHERE id IN ({places})",  # noqa: S608 - places only
            [Gift.Status.PAID.value, *(value for both in given.items() for value in both), *given],
        )
    for gift in gifts:
        gift.status = Gift.Status.PAID


@dataclass(frozen=True, slots=True)
class _Locked:
    """The rows that facts are about, as they stand; what is applied to them is seen in them."""

    gifts: dict[uuid.UUID, Gift]
    payments: dict[tuple[str, str], Payment]
    donors: dict[str, Donor]
    transfers: dict[int, list[Transfer]]  # of those payments
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
    standing = list(payments.filter(provider_ref__in=refs)) if refs else []
    transfers: defaultdict[int, list[Transfer]] = defaultdict(list)
    for row in Transfer.objects.filter(payment__in=standing) if standing else ():
        transfers[row.payment_id or 0].append(row)
    wanted = {facts.email.lower() for facts in many if facts.gift_id in found and _is_nobodys(found[facts.gift_id])}
    return _Locked(
        found,
        {(payment.provider, payment.provider_ref): payment for payment in standing},
        _donors(wanted - {""}),
        transfers,
    )


def _donors(addresses: Collection[str]) -> dict[str, Donor]:
    """Return the supporters of these addresses, by them.

    Locked: somebody who is being erased or merged is waited for, and has no address then.
    """
    if not addresses:
        return {}
    found = Donor.objects.select_for_update(no_key=True).filter(email__in=list(addresses)).order_by("pk")
    return {str(donor.email): donor for donor in found}


def _apply(facts: Facts, locked: _Locked) -> Gift:
    gift = _gift_of(facts, locked)
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
        payment = _new_payment(gift, charge, partial(locked.period_of, gift, charge))
        rows.add(payment)
        locked.counted.append(payment)
    _book(gift, charge, payment, locked.transfers[payment.pk])
    return payment


@verb
def count(*, gift: Gift, charge: Charge, by: Account | None = None) -> Payment:
    """Count a charge that succeeded: a payment, its transfers, and the gift is paid. Once for each charge.

    Refusals: FactsDisagree (amount or currency are not the gift's), RateMissing. Call with the gift's row locked.
    """
    payment = Payment.objects.filter(provider=gift.provider, provider_ref=charge.ref).select_related("period").first()
    if payment is None:
        payment = _new_payment(gift, charge, partial(periods.period_at, gift.campaign, charge.paid_at), by)
        rows.add(payment)
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
    _check_same(gift, charge, payment)
    payment.gift = gift
    ledger.record(_arrival_rows(payment, charge, standing), known=standing)
    if gift.status != Gift.Status.PAID:
        gift.status = Gift.Status.PAID
        gift.save(update_fields=["status", "donor"])


def _check_same(gift: Gift, charge: Charge, payment: Payment) -> None:
    if payment.gift_id != gift.pk:
        raise FactsDisagree(theirs=f"{charge.ref}: {gift}", ours=f"{charge.ref}: {payment.gift}")
    if payment.charged != charge.amount:
        raise FactsDisagree(theirs=_plain(charge.amount), ours=_plain(payment.charged))


def _new_payment(gift: Gift, charge: Charge, period: Callable[[], Period], by: Account | None = None) -> Payment:
    """Return the payment that ``charge`` is, not written yet. Its period is made last: what is refused needs none."""
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
    return Payment(
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
        period=period(),
        counts_over=spreading.months_of(campaign, gift.interval),
        recorded_by=by,
        recorded_at=clock.now(),
    )


def _arrival_rows(payment: Payment, charge: Charge, known: list[Transfer]) -> list[Transfer]:
    """Return what came, and what the provider kept of it. What it settled in may become known later than the charge."""
    campaign, fact = payment.gift.campaign, f"{payment.provider}:{charge.ref}"
    row = partial(returned.row, payment, at=charge.paid_at)
    abroad = charge.settled if charge.settled and charge.settled.currency != campaign.currency else None
    clearing, standing = ledger.clearing(payment.provider), {each.key: each.debit for each in known}
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
        made += returned.cost_rows(payment, [*known, *made], key=key, at=at, account=ledger.FEES, cost=charge.fee)
    return made


def _gift_of(facts: Facts, locked: _Locked) -> Gift:
    if facts.gift_id is None:
        raise NotOurs
    gift = locked.gifts.get(facts.gift_id)
    if gift is None and facts.site != registry.site_mark():
        raise NotOurs
    if gift is None:
        raise UnknownGift(gift=facts.gift_id)
    if facts.live is not (gift.mode == Mode.LIVE) or facts.provider != gift.provider:
        raise FactsDisagree(theirs=f"{facts.provider}, live: {facts.live}", ours=f"{gift.provider}, {gift.mode}")
    return gift


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
