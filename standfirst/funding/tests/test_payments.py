"""A payment counts once, when the provider says it is paid, whatever is said twice, late or wrongly."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from standfirst.funding import meter
from standfirst.funding.books import ledger
from standfirst.funding.giving import gifts
from standfirst.funding.models import Gift, Payment, Refund, Transfer
from standfirst.funding.payments import counting, refunds
from standfirst.funding.payments.counting import FactsDisagree, NotOurs, UnknownGift
from standfirst.funding.payments.refunds import RefundsDisagree, RefundTooLarge
from standfirst.funding.providers.protocol import Charge, Facts, RefundFacts
from standfirst.funding.supporters import roster
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_facts, refund_facts, started_gift, together


def raised() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


def with_refunds(facts: Facts, *said: RefundFacts) -> Facts:
    charge = facts.charge
    assert isinstance(charge, Charge)
    return replace(facts, charge=replace(charge, refunds=said))


@pytest.mark.usefixtures("books")
def test_an_unpaid_gift_counts_nothing() -> None:
    gift = started_gift(make_campaign())

    for state in ("open", "pending", "failed", "lapsed"):
        counting.apply(facts=paid_facts(gift, state=state, charge={}))

    assert raised() == 0
    assert Payment.objects.count() == 0


@pytest.mark.usefixtures("books")
def test_a_charge_that_stands_in_facts_of_an_unpaid_gift_counts_nothing() -> None:
    gift = started_gift(make_campaign())

    counting.apply(facts=paid_facts(gift, state="pending"))

    assert (raised(), Gift.objects.get().status) == (0, "pending")


@pytest.mark.usefixtures("books")
def test_the_same_facts_twice_count_once() -> None:
    facts = paid_facts(started_gift(make_campaign()))

    for _ in range(3):
        counting.apply(facts=facts)

    assert raised() == 2_500
    assert Payment.objects.count() == 1


@pytest.mark.usefixtures("books")
def test_the_fee_is_an_expense_and_makes_the_gift_no_smaller() -> None:
    fee = {"fee": Money(103, "USD"), "fee_ref": "txn_1"}

    charged_gift(make_campaign(), charge=fee)

    assert raised() == 2_500
    assert ledger.balance_minor(ledger.FEES, mode="rehearsal") == 103
    assert ledger.balance_minor("clearing:stripe", mode="rehearsal") == 2_397


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("amount", [Money(2_499, "USD"), Money(2_501, "USD"), Money(2_500, "EUR")])
def test_another_amount_or_currency_than_ours_is_not_counted(amount: Money) -> None:
    gift = started_gift(make_campaign())

    with pytest.raises(FactsDisagree):
        counting.apply(facts=paid_facts(gift, charge={"amount": amount}))

    assert (raised(), Gift.objects.get().status) == (0, "open")


@pytest.mark.usefixtures("books")
def test_live_facts_about_a_rehearsed_gift_are_not_counted() -> None:
    gift = started_gift(make_campaign())

    with pytest.raises(FactsDisagree):
        counting.apply(facts=paid_facts(gift, live=True))


@pytest.mark.usefixtures("books")
def test_a_charge_belongs_to_one_gift() -> None:
    campaign = make_campaign()
    charged_gift(campaign, charge={"ref": "ch_1"})

    with pytest.raises(FactsDisagree):
        charged_gift(campaign, charge={"ref": "ch_1"})


@pytest.mark.usefixtures("books")
def test_another_sites_payment_on_the_same_account_is_none_of_ours() -> None:
    facts = paid_facts(started_gift(make_campaign()))
    Gift.objects.all().delete()

    with pytest.raises(NotOurs):
        counting.apply(facts=replace(facts, site="https://other.example"))
    with pytest.raises(NotOurs):
        counting.apply(facts=replace(facts, gift_id=None))
    with pytest.raises(UnknownGift):
        counting.apply(facts=facts)


@pytest.mark.usefixtures("books")
def test_full_partial_and_several_refunds_lower_the_gifts_own_month() -> None:
    payment = charged_gift(make_campaign())
    seen = []

    for ref, minor in (("re_1", 500), ("re_2", 700), ("re_3", 1_300)):
        refunds.settle(payment=payment, facts=refund_facts(ref, Money(minor, "USD")))
        seen.append(raised())

    assert seen == [2_000, 1_300, 0]
    assert set(Transfer.objects.values_list("period", flat=True)) == {payment.period_id}


@pytest.mark.usefixtures("books")
def test_a_refund_that_fails_later_is_put_back_and_stays_failed() -> None:
    payment = charged_gift(make_campaign())
    done, failed = (refund_facts("re_1", Money(500, "USD"), state) for state in ("done", "failed"))
    seen = []

    for facts in (done, failed, done, failed):
        refunds.settle(payment=payment, facts=facts)
        seen.append(raised())

    assert seen == [2_000, 2_500, 2_500, 2_500]
    assert Refund.objects.get().status == "failed"


@pytest.mark.usefixtures("books")
def test_a_replay_of_paid_after_a_refund_leaves_it_refunded() -> None:
    facts = paid_facts(started_gift(make_campaign()))
    counting.apply(facts=facts)
    counting.apply(facts=with_refunds(facts, refund_facts("re_1", Money(2_500, "USD"))))

    counting.apply(facts=facts)

    assert raised() == 0


@pytest.mark.usefixtures("books")
def test_more_than_is_left_cannot_be_asked_back() -> None:
    payment = charged_gift(make_campaign())
    refunds.ask(payment=payment, amount=Money(2_000, "USD"))

    for amount in (Money(501, "USD"), Money(0, "USD"), Money(-1, "USD"), Money(100, "EUR")):
        with pytest.raises(RefundTooLarge, match=r"\$5"):
            refunds.ask(payment=payment, amount=amount)

    assert refunds.left_of(payment) == Money(500, "USD")
    assert raised() == 2_500


@pytest.mark.usefixtures("books")
def test_a_refund_with_another_amount_than_ours_is_refused() -> None:
    payment = charged_gift(make_campaign())
    asked = refunds.ask(payment=payment, amount=Money(500, "USD"))

    with pytest.raises(RefundsDisagree):
        refunds.settle(
            payment=payment, facts=replace(refund_facts("re_1", Money(600, "USD")), asked_as=asked.public_id)
        )


@pytest.mark.usefixtures("books")
def test_every_order_of_what_a_provider_says_ends_in_the_same_books() -> None:
    campaign = make_campaign(goal_minor=None)
    first = refund_facts("re_a", Money(500, "USD"))
    ends = set()

    for number, order in enumerate(itertools.permutations(range(5))):
        paid = paid_facts(started_gift(campaign), charge={"ref": f"ch_order_{number}"})
        one = replace(first, ref=f"re_one_{number}")
        two = replace(first, ref=f"re_two_{number}", amount=Money(800, "USD"))
        said = [paid, paid, with_refunds(paid, one), with_refunds(paid, one, two)]
        said.append(with_refunds(paid, replace(one, state="failed"), two))
        for place in order:
            counting.apply(facts=said[place])
        payment = Payment.objects.get(provider_ref=f"ch_order_{number}")
        rows = payment.transfers.values_list("key", "amount_minor").order_by("key")
        # Whether the first refund was ever seen as done decides only if its two rows stand or neither.
        ends.add(
            sum(amount for key, amount in rows if key.startswith(("pay:", "refund_failed:")))
            - sum(amount for key, amount in rows if key.startswith("refund:"))
        )

    assert ends == {1_700}


@pytest.mark.usefixtures("books")
def test_erasing_a_supporter_moves_no_sum_and_later_messages_bring_nothing_back() -> None:
    facts = paid_facts(started_gift(make_campaign(), display_name="Ada"), email="Ada@Example.org")
    gift = counting.apply(facts=facts)
    assert gift.donor is not None

    roster.erase(donor=gift.donor)
    counting.apply(facts=facts)

    gift.refresh_from_db()
    gift.donor.refresh_from_db()
    assert (gift.donor.email, gift.donor.name) == (None, "")
    assert (gift.display_name, raised()) == ("", 2_500)


@pytest.mark.usefixtures("committed_books")
def test_the_same_facts_from_sixteen_threads_are_one_payment() -> None:
    facts = paid_facts(started_gift(make_campaign()))

    results = together([lambda: counting.apply(facts=facts)] * 16)

    assert [type(result) for result in results] == [Gift] * 16
    assert (raised(), Payment.objects.count()) == (2_500, 1)


@pytest.mark.usefixtures("committed_books")
def test_two_refunds_at_the_same_moment_cannot_both_take_the_rest() -> None:
    payment = charged_gift(make_campaign())

    results = together([lambda: refunds.ask(payment=payment, amount=Money(2_000, "USD"))] * 4)

    assert sorted(type(result).__name__ for result in results) == ["Refund"] + ["RefundTooLarge"] * 3


@pytest.mark.usefixtures("committed_books")
def test_fifty_gifts_at_once_are_all_counted_while_the_meter_only_rises() -> None:
    campaign = make_campaign()
    waiting = [paid_facts(started_gift(campaign), charge={"ref": f"ch_{number}"}) for number in range(50)]
    seen: list[int] = []

    def pay(share: list[Facts]) -> None:
        for facts in share:
            counting.apply(facts=facts)

    def watch() -> None:
        while not seen or (seen[-1] < 125_000 and len(seen) < 20_000):
            seen.append(raised())

    results = together([watch, *(lambda share=waiting[part::5]: pay(share) for part in range(5))])

    assert results == [None] * 6, connection.vendor
    assert seen == sorted(seen)
    assert raised() == 125_000


@pytest.mark.usefixtures("books")
def test_an_offline_gift_is_recorded_once_for_its_reference() -> None:
    campaign = make_campaign()
    today = clock.local_date(campaign.zone)
    slip: dict[str, Any] = {"campaign": campaign, "received_on": today, "reference": "Statement 7, line 3"}

    first = gifts.record_offline(amount=Money(4_000, "USD"), **slip)
    again = gifts.record_offline(amount=Money(4_000, "USD"), **slip)

    assert first.pk == again.pk
    with pytest.raises(gifts.ReferenceUsed):
        gifts.record_offline(amount=Money(4_001, "USD"), **slip)
    with pytest.raises(gifts.ReferenceMissing):
        gifts.record_offline(amount=Money(1, "USD"), **slip | {"reference": " "})
    assert raised() == 4_000
    assert ledger.balance_minor("bank", mode="rehearsal") == 4_000


@pytest.mark.usefixtures("books")
def test_money_that_has_not_come_cannot_be_recorded() -> None:
    campaign = make_campaign()
    tomorrow = clock.next_midnight(campaign.zone).astimezone(campaign.zone).date()

    with pytest.raises(gifts.ReceivedInFuture):
        gifts.record_offline(campaign=campaign, amount=Money(1, "USD"), received_on=tomorrow, reference="x")
