"""Sponsors who add to gifts: up to the promise, and what they added goes back with the gift."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from standfirst.funding import meter, pools
from standfirst.funding.models import Transfer
from standfirst.funding.payments import counting, refunds
from standfirst.funding.providers import registry
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_facts, refund_facts, started_gift

pytestmark = pytest.mark.usefixtures("books")
NOVEMBER = datetime(2026, 11, 16, 18, tzinfo=UTC)


@time_machine.travel(NOVEMBER, tick=False)
def test_a_sponsor_adds_to_each_gift_up_to_the_promise_and_the_meter_does_not_count_it() -> None:
    campaign = make_campaign()
    pool = _pool(campaign, cap=4_000)
    first, second = charged_gift(campaign, 2_500), charged_gift(campaign, 2_500)

    for payment in (first, second, first):
        pools.settle(payment=payment)

    assert pools.used(pool, registry.mode()) == Money(4_000, "USD")
    assert meter.read().raised.minor == 5_000  # type: ignore[union-attr]


@time_machine.travel(NOVEMBER, tick=False)
def test_what_a_sponsor_added_goes_back_with_the_gift_in_any_order() -> None:

    campaign = make_campaign()
    pool = _pool(campaign, cap=4_000)
    payment = charged_gift(campaign, 2_500)
    pools.settle(payment=payment)

    for ref, minor in (("re_1", 500), ("re_2", 1_000)):
        refunds.settle(payment=payment, facts=refund_facts(ref, Money(minor, "USD")))
        pools.settle(payment=payment)
        pools.settle(payment=payment)

    assert pools.used(pool, registry.mode()) == Money(1_000, "USD")


@time_machine.travel(NOVEMBER, tick=False)
def test_a_promise_that_is_over_or_ended_adds_nothing() -> None:
    campaign = make_campaign()
    pool = _pool(campaign, cap=4_000)
    pools.end(pool=pool)

    payment = charged_gift(campaign, 2_500)
    pools.settle(payment=payment)

    assert pools.used(pool, registry.mode()).minor == 0


def _pool(campaign: Any, *, cap: int) -> Any:
    return pools.create(
        campaign=campaign,
        slug="friends",
        sponsor="The friends",
        cap=Money(cap, "USD"),
        starts_at=NOVEMBER - timedelta(days=3),
        ends_at=NOVEMBER + timedelta(days=3),
    )


@time_machine.travel(NOVEMBER, tick=False)
def test_gifts_that_are_counted_together_share_a_promise_in_their_order() -> None:
    campaign = make_campaign()
    pool = _pool(campaign, cap=4_000)
    facts = [paid_facts(started_gift(campaign, minor)) for minor in (2_500, 1_000, 2_500)]

    assert counting.apply_all(many=facts) == [None, None, None]

    added = {row.payment.amount_minor: row.amount_minor for row in _added(pool)}
    assert sorted(row.amount_minor for row in _added(pool)) == [500, 1_000, 2_500]
    assert (added[1_000], pools.used(pool, registry.mode()).minor) == (1_000, 4_000)


@time_machine.travel(NOVEMBER, tick=False)
def test_a_promise_that_came_after_a_gift_follows_what_goes_back_of_it_all_the_same() -> None:
    campaign = make_campaign()
    payment = charged_gift(campaign, 2_000)
    pool = _pool(campaign, cap=4_000)

    for ref, left in (("re_1", 1_500), ("re_2", 1_000), ("re_3", 500)):
        refunds.settle(payment=payment, facts=refund_facts(ref, Money(500, "USD")))
        assert pools.used(pool, registry.mode()).minor == left


def _added(pool: Any) -> list[Transfer]:
    return list(Transfer.objects.filter(debit=pools.receivable(pool)).select_related("payment"))
