"""Whatever is done in whatever order: the books tell one story, and doing it again changes nothing."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standfirst.funding import meter
from standfirst.funding.books import checking
from standfirst.funding.giving import gifts
from standfirst.funding.models import Campaign, Gift, Payment, Transfer
from standfirst.funding.payments import counting, refunds
from standfirst.funding.providers.protocol import DisputeFacts, DisputeMove, Facts, RefundFacts
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_facts, refund_facts, started_gift

GIFTS = 3
AMOUNT_MINOR = 2_500
COVER_MINOR = 100
step = st.one_of(
    st.tuples(st.just("pay"), st.integers(0, GIFTS - 1), st.just(0)),
    st.tuples(st.just("refund"), st.integers(0, GIFTS - 1), st.integers(1, AMOUNT_MINOR)),
    st.tuples(st.just("dispute"), st.integers(0, GIFTS - 1), st.integers(1, AMOUNT_MINOR + COVER_MINOR)),
    st.tuples(st.just("win"), st.integers(0, GIFTS - 1), st.integers(0, 2)),
    st.tuples(st.just("bounce"), st.integers(0, GIFTS - 1), st.integers(0, 3)),
    st.tuples(st.just("say again"), st.integers(0, 30), st.just(0)),
    st.tuples(st.just("offline"), st.integers(0, 2), st.integers(1, 10_000)),
    st.tuples(st.just("ask"), st.integers(0, GIFTS - 1), st.integers(1, 2 * AMOUNT_MINOR)),
)


@dataclass
class World:
    """What the provider knows, and everything that it has ever said."""

    campaign: Campaign
    gifts: list[Any]
    said: list[Facts] = field(default_factory=list)
    paid: dict[int, list[RefundFacts]] = field(default_factory=dict)
    disputed: dict[int, list[DisputeFacts]] = field(default_factory=dict)
    offline: dict[int, int] = field(default_factory=dict)

    def pay(self, number: int, _size: int) -> None:
        self.paid.setdefault(number, [])
        self.say(number)

    def refund(self, number: int, size: int) -> None:
        left = (
            AMOUNT_MINOR
            + COVER_MINOR
            - sum(one.amount.minor for one in self.paid.get(number, []) if one.state != "failed")
        )
        if number in self.paid and size <= left:
            ref = f"re_{number}_{len(self.paid[number])}"
            self.paid[number].append(refund_facts(ref, Money(size, "USD")))
            self.say(number)

    def bounce(self, number: int, which: int) -> None:
        if which < len(self.paid.get(number, [])):
            old = self.paid[number][which]
            self.paid[number][which] = RefundFacts(old.ref, old.amount, "failed", old.at)
            self.say(number)

    def dispute(self, number: int, size: int) -> None:
        if number in self.paid:
            known = self.disputed.setdefault(number, [])
            ref, amount, at = f"dp_{number}_{len(known)}", Money(size, "USD"), clock.now()
            taken = DisputeMove(f"txn_{ref}", "withdrawn", amount, Money(1_500, "USD"), at)
            known.append(DisputeFacts(ref, amount, "open", at, moves=(taken,)))
            self.say(number)

    def win(self, number: int, which: int) -> None:
        if which < len(self.disputed.get(number, [])):
            old = self.disputed[number][which]
            given_back = DisputeMove(f"txn_{old.ref}_back", "reinstated", old.amount, None, clock.now())
            self.disputed[number][which] = replace(old, status="won", moves=(old.moves[0], given_back))
            self.say(number)

    def say(self, number: int) -> None:
        disputes = tuple(self.disputed.get(number, []))
        charge = {"ref": f"ch_{number}", "refunds": tuple(self.paid[number]), "disputes": disputes}
        charge |= {"amount": self.gifts[number].charged}
        self.said.append(paid_facts(self.gifts[number], charge=charge))
        counting.apply(facts=self.said[-1])

    def say_again(self, number: int, _size: int) -> None:
        if self.said:
            counting.apply(facts=self.said[number % len(self.said)])

    def offline_gift(self, number: int, size: int) -> None:
        today = clock.local_date(self.campaign.zone)
        try:
            gifts.record_offline(
                campaign=self.campaign, amount=Money(size, "USD"), received_on=today, reference=f"slip {number}"
            )
            self.offline.setdefault(number, size)
        except gifts.ReferenceUsed:
            assert self.offline[number] != size

    def ask(self, number: int, size: int) -> None:
        payment = Payment.objects.filter(provider_ref=f"ch_{number}").first()
        if payment is None:
            return
        before = refunds.left_of(payment).minor
        try:
            asked = refunds.ask(payment=payment, amount=Money(size, "USD"))
        except Refusal:
            assert size > before
        else:
            assert size <= before
            refunds.fail(refund_id=asked.pk, why="the provider said no")

    def expected_minor(self) -> int:
        kept = [AMOUNT_MINOR - min(self.gone_back(number), AMOUNT_MINOR) for number in self.paid]
        return sum(kept) + sum(self.offline.values())

    def gone_back(self, number: int) -> int:
        held = [one.amount.minor for one in self.disputed.get(number, []) if one.status != "won"]
        return sum(held) + sum(one.amount.minor for one in self.paid[number] if one.state != "failed")


def with_cover(gift: Any) -> Any:
    Gift.objects.filter(pk=gift.pk).update(cover_minor=COVER_MINOR)
    gift.refresh_from_db()
    return gift


@pytest.mark.usefixtures("books")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=14))
def test_the_books_balance_after_every_step_and_replays_change_nothing(steps: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        campaign = make_campaign()
        world = World(campaign, [with_cover(started_gift(campaign, AMOUNT_MINOR)) for _ in range(GIFTS)])
        does = {"pay": world.pay, "refund": world.refund, "bounce": world.bounce, "ask": world.ask}
        does |= {"dispute": world.dispute, "win": world.win}
        does |= {"say again": world.say_again, "offline": world.offline_gift}

        for name, number, size in steps:
            does[name](number, size)
            found = meter.read()
            assert checking.check() == []
            assert found is not None
            assert found.raised.minor == world.expected_minor()

        rows = Transfer.objects.count()
        for facts in reversed(world.said):
            counting.apply(facts=facts)
        assert Transfer.objects.count() == rows
        assert checking.check() == []
        transaction.set_rollback(True)
