"""Disputes take a gift back at once, give it back when they are won, and never touch it by their fee."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from standfirst.funding import meter
from standfirst.funding.books import ledger
from standfirst.funding.models import Dispute, Gift, Payment, Transfer
from standfirst.funding.payments import counting, disputes, reconciling, refunds
from standfirst.funding.payments.disputes import DisputesDisagree
from standfirst.funding.payments.refunds import RefundTooLarge
from standfirst.funding.providers import stripe_facts
from standfirst.funding.providers.protocol import DisputeFacts, DisputeMove, Movement
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_facts, refund_facts, started_gift
from standfirst.testing.payment_service import scripted

pytestmark = pytest.mark.usefixtures("books")
FEE = Money(1_500, "USD")


def raised() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


def said(status: Any, *kinds: Any, minor: int = 2_500, ref: str = "dp_1") -> DisputeFacts:
    """Return what a provider says of a dispute after these movements."""
    at, amount = clock.now(), Money(minor, "USD")
    moves = [
        DisputeMove(f"txn_{ref}_{number}", kind, amount, FEE if kind == "withdrawn" else None, at)
        for number, kind in enumerate(kinds)
    ]
    return DisputeFacts(ref, amount, status, at, moves=tuple(moves))


def test_a_dispute_takes_the_gift_at_once_and_gives_it_back_when_it_is_won() -> None:
    payment, seen = charged_gift(make_campaign()), []

    for facts in (said("open", "withdrawn"), said("won", "withdrawn", "reinstated")):
        disputes.settle(payment=payment, facts=facts)
        seen.append((raised(), Dispute.objects.get().status))

    assert seen == [(0, "open"), (2_500, "won")]
    assert ledger.balance_minor("expense:disputes", mode="rehearsal") == 1_500


def test_a_lost_dispute_stays_taken_and_is_won_after_all_if_the_bank_changes_its_mind() -> None:
    payment, seen = charged_gift(make_campaign()), []
    steps = (
        said("open", "withdrawn"),
        said("lost", "withdrawn"),
        said("won", "withdrawn", "reinstated"),
        said("lost", "withdrawn"),
    )

    for facts in steps:
        disputes.settle(payment=payment, facts=facts)
        seen.append((raised(), Dispute.objects.get().status))

    assert seen == [(0, "open"), (0, "lost"), (2_500, "won"), (2_500, "won")]


def test_a_partial_dispute_takes_its_part_only() -> None:
    payment = charged_gift(make_campaign())

    disputes.settle(payment=payment, facts=said("open", "withdrawn", minor=900))

    assert raised() == 1_600


def test_a_question_of_the_bank_moves_nothing() -> None:
    payment = charged_gift(make_campaign())

    disputes.settle(payment=payment, facts=said("inquiry"))

    assert (raised(), Dispute.objects.get().status, Transfer.objects.count()) == (2_500, "inquiry", 1)


def test_what_is_disputed_cannot_be_refunded_as_well() -> None:
    payment = charged_gift(make_campaign())
    disputes.settle(payment=payment, facts=said("open", "withdrawn", minor=2_000))

    with pytest.raises(RefundTooLarge):
        refunds.ask(payment=payment, amount=Money(501, "USD"))

    assert refunds.left_of(payment) == Money(500, "USD")


@pytest.mark.parametrize("refund_first", [True, False])
def test_a_refund_and_a_dispute_of_the_same_gift_take_it_once_and_the_rest_is_a_cost(refund_first: bool) -> None:
    payment = charged_gift(make_campaign())
    steps = [
        lambda: refunds.settle(payment=payment, facts=refund_facts("re_1", Money(1_000, "USD"))),
        lambda: disputes.settle(payment=payment, facts=said("lost", "withdrawn")),
    ]

    for step in steps if refund_first else reversed(steps):
        step()

    assert raised() == 0
    assert ledger.balance_minor("income:gifts:" + payment.gift.campaign.slug, mode="rehearsal") == 0
    assert ledger.balance_minor("expense:disputes", mode="rehearsal") == 1_500 + 1_000
    assert ledger.balance_minor("clearing:stripe", mode="rehearsal") == 2_500 - 1_000 - 2_500 - 1_500


def test_a_dispute_lowers_the_gifts_own_month_and_keeps_its_own_date() -> None:
    payment = charged_gift(make_campaign())
    later = clock.now() + timedelta(days=40)
    facts = said("open", "withdrawn")
    facts = replace(facts, moves=tuple(replace(move, at=later) for move in facts.moves))

    disputes.settle(payment=payment, facts=facts)

    rows = Transfer.objects.filter(key__startswith="dispute:")
    assert [(row.period_id, row.occurred_at) for row in rows] == [(payment.period_id, later)]


def test_the_cover_goes_back_after_the_gift() -> None:
    campaign = make_campaign(goal_minor=None)
    payment = covered(campaign)

    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(2_450, "USD")))

    assert -ledger.balance_minor(ledger.income(campaign), mode="rehearsal") == 0
    assert -ledger.balance_minor(ledger.COVER, mode="rehearsal") == 50
    assert refunds.left_of(payment) == Money(50, "USD")


def test_what_was_added_for_the_fees_is_no_gift() -> None:
    covered(make_campaign())

    assert raised() == 2_400


@pytest.mark.parametrize(("currency", "taken"), [("usd", 2_500), ("eur", 2_300)])
def test_a_fee_that_comes_back_with_a_dispute_that_was_won_is_a_cost_no_more(currency: str, taken: int) -> None:
    settled = {"settled": Money(taken, currency.upper()), "fee_ref": "txn_0"}
    payment = charged_gift(make_campaign(), charge=settled)
    clearing = clearing_of(currency)
    seen = []

    for lines in ([(-taken, 1_500)], [(-taken, 1_500), (taken, -1_500)]):
        disputes.settle(payment=payment, facts=stripe_facts.dispute(a_dispute(lines, currency)))
        seen.append((raised(), ledger.balance_minor("expense:disputes", mode="rehearsal") > 0, clearing_of(currency)))

    assert seen == [(0, True, -1_500), (2_500, False, clearing)]
    assert ledger.balance_minor("expense:disputes", mode="rehearsal") == 0


def test_a_fee_that_came_back_is_no_difference_to_the_payment_service() -> None:
    at = clock.now() - timedelta(hours=2)
    lines = [(-2_500, 1_500), (2_500, -1_500)]
    facts = stripe_facts.dispute(a_dispute(lines, "usd", int(at.timestamp())))
    with scripted() as service:
        gift = started_gift(make_campaign())
        charge = {"ref": "ch_1", "paid_at": at, "settled": gift.charged, "fee_ref": "txn_c", "disputes": (facts,)}
        service.facts["ch_1"] = paid_facts(gift, charge=charge)
        nothing = Money(0, "USD")
        moved = [("charge", "txn_c", "ch_1", gift.charged, nothing)]
        moved += [
            ("dispute", f"txn_{number}", "ch_1", Money(amount, "USD"), Money(fee, "USD"))
            for number, (amount, fee) in enumerate(lines)
        ]
        service.moved += [
            Movement(kind=kind, ref=ref, source=source, amount=amount, fee=fee, at=at)  # type: ignore[arg-type]
            for kind, ref, source, amount, fee in moved
        ]

        found = reconciling.compare("stripe")

    assert (found.compared, found.differences, raised()) == (3, [], 2_500)


def a_dispute(lines: list[tuple[int, int]], currency: str, at: int = 1_790_000_000) -> dict[str, Any]:
    """Return a dispute as Stripe writes it, with what it moved and the fee of each line."""
    moved = [
        {"id": f"txn_{number}", "amount": amount, "fee": fee, "currency": currency, "created": at}
        for number, (amount, fee) in enumerate(lines)
    ]
    status = "won" if lines[-1][0] > 0 else "needs_response"
    found = {"id": "dp_1", "amount": 2_500, "currency": "usd", "status": status, "reason": "fraudulent", "created": at}
    return found | {"balance_transactions": moved}


def clearing_of(currency: str) -> int:
    rows = Transfer.objects.filter(currency=currency.upper())
    return ledger.balance_minor("clearing:stripe", mode="rehearsal", rows=rows)


def test_a_dispute_of_another_payment_or_currency_is_refused() -> None:
    campaign = make_campaign()
    first, second = charged_gift(campaign), charged_gift(campaign)
    disputes.settle(payment=first, facts=said("open"))

    with pytest.raises(DisputesDisagree):
        disputes.settle(payment=second, facts=said("open"))
    with pytest.raises(DisputesDisagree):
        disputes.settle(payment=first, facts=replace(said("open"), amount=Money(2_500, "EUR")))


def covered(campaign: Any) -> Payment:
    """Charge 24 and one dollar for the fees."""
    gift = started_gift(campaign, 2_400)
    Gift.objects.filter(pk=gift.pk).update(cover_minor=100)
    gift.refresh_from_db()
    return counting.apply(facts=paid_facts(gift, charge={"amount": gift.charged})).payments.get()
