"""Yearly gifts that count over twelve months: a twelfth in each, and what goes back is taken from the end."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standfirst.funding import campaigns, exports, meter, pools, reports
from standfirst.funding.books import checking, closings, ledger, spreading, totals
from standfirst.funding.models import Interval, Payment, Period, Transfer
from standfirst.funding.payments import counting, disputes, refunds
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import DisputeFacts, DisputeMove
from standfirst.funding.public import months, pace
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_facts, refund_facts, started_gift

pytestmark = pytest.mark.usefixtures("books")
NOVEMBER = datetime(2026, 11, 16, 18, tzinfo=UTC)
FIRST = date(2026, 11, 1)


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def spreading_campaign(**wishes: Any) -> Any:
    campaign = make_campaign(**wishes)
    return campaigns.set_counting(campaign=campaign, net_of_fees=False, spreads_yearly=True)


def yearly(campaign: Any, minor: int = 12_000, **wishes: Any) -> Payment:
    gift = started_gift(campaign, minor, interval=Interval.YEAR)
    payment: Payment = counting.apply(facts=paid_facts(gift, **wishes)).payments.get()
    return payment


def counts(campaign: Any) -> list[int]:
    """What counts in each of the twelve months from November on."""
    sums = {period.first_day: totals.given(campaign, totals.of(period, mode=registry.mode())) for period in _periods()}
    return [sums.get(day, 0) for day in spreading.months_from(FIRST, spreading.MONTHS)]


def _periods() -> Sequence[Period]:
    return list(Period.objects.select_related("campaign"))


def refund(payment: Payment, ref: str, minor: int, state: str = "done") -> None:
    refunds.settle(payment=payment, facts=refund_facts(ref, Money(minor, "USD"), state))


@at(NOVEMBER)
def test_a_twelfth_counts_in_each_of_twelve_months_and_no_cent_is_lost() -> None:
    campaign = spreading_campaign()

    yearly(campaign, 10_000)

    assert counts(campaign) == [833, 833, 834] * 4
    assert sum(counts(campaign)) == 10_000


def test_each_month_begins_with_its_part_by_the_clock_alone() -> None:
    with at(NOVEMBER):
        campaign = spreading_campaign()
        yearly(campaign)
    rows = Transfer.objects.count()
    seen = []

    for moment in (NOVEMBER, datetime(2026, 12, 1, 5, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)):
        with at(moment):
            seen.append(meter.of(campaign, clock.now(), registry.mode()).raised.minor)
    with at(datetime(2027, 11, 1, 4, tzinfo=UTC)):
        seen.append(meter.of(campaign, clock.now(), registry.mode()).raised.minor)

    assert seen == [1_000, 1_000, 1_000, 0]
    assert Transfer.objects.count() == rows


@at(NOVEMBER)
def test_it_is_off_by_default_and_holds_for_what_is_paid_from_then_on() -> None:
    campaign = make_campaign()
    yearly(campaign)

    campaigns.set_counting(campaign=campaign, net_of_fees=False, spreads_yearly=True)
    campaign.refresh_from_db()
    yearly(campaign)

    assert counts(campaign) == [13_000, *[1_000] * 11]
    assert list(Payment.objects.order_by("pk").values_list("counts_over", flat=True)) == [1, 12]


@at(NOVEMBER)
@pytest.mark.parametrize(
    ("interval", "kind"), [(Interval.ONCE, "monthly"), (Interval.MONTH, "monthly"), ("year", "fixed")]
)
def test_only_yearly_gifts_to_a_campaign_with_months_are_spread(interval: str, kind: str) -> None:
    campaign = spreading_campaign(kind=kind)

    gift = started_gift(campaign, 12_000, interval=interval)
    payment = counting.apply(facts=paid_facts(gift)).payments.get()

    assert payment.counts_over == 1
    assert meter.read().raised.minor == 12_000  # type: ignore[union-attr]


@at(NOVEMBER)
@pytest.mark.parametrize(
    ("back", "left"),
    [
        (500, [*[1_000] * 11, 500]),
        (6_000, [*[1_000] * 6, *[0] * 6]),
        (11_500, [500, *[0] * 11]),
        (12_000, [0] * 12),
    ],
)
def test_what_goes_back_is_taken_from_the_last_months_first(back: int, left: list[int]) -> None:
    campaign = spreading_campaign()

    refund(yearly(campaign), "re_1", back)

    assert counts(campaign) == left


@at(NOVEMBER)
def test_a_refund_that_fails_later_puts_the_months_back() -> None:
    campaign = spreading_campaign()
    payment = yearly(campaign)
    refund(payment, "re_1", 7_500)

    refund(payment, "re_1", 7_500, "failed")

    assert counts(campaign) == [1_000] * 12


def test_a_refund_in_spring_leaves_the_months_that_were_closed_as_they_were() -> None:
    with at(NOVEMBER):
        campaign = spreading_campaign()
        payment = yearly(campaign)
    with at(datetime(2027, 3, 2, tzinfo=UTC)):
        closings.close_due()
        refund(payment, "re_1", 8_000)
        closed = [closings.of(period) for period in _periods() if period.first_day < date(2027, 3, 1)]

    assert [(month.now.minor, month.restated) for month in closed] == [(1_000, False)] * 4
    assert counts(campaign) == [*[1_000] * 4, *[0] * 8]


@at(NOVEMBER)
def test_the_same_facts_again_move_nothing() -> None:
    campaign = spreading_campaign()
    payment = yearly(campaign)
    refund(payment, "re_1", 500)
    rows = Transfer.objects.count()

    for _ in range(2):
        counting.apply(facts=paid_facts(payment.gift))
        refund(payment, "re_1", 500)
        with transaction.atomic():
            spreading.follow(payment)

    assert Transfer.objects.count() == rows


@at(NOVEMBER)
def test_what_waits_for_later_months_stands_in_an_account_of_its_own_until_they_come() -> None:
    campaign = spreading_campaign()
    yearly(campaign)

    waits = f"deferred:gifts:{campaign.slug}"
    by_now = Transfer.objects.filter(occurred_at__lte=clock.now())

    assert ledger.balance_minor(waits, mode=registry.mode(), rows=by_now) == -11_000
    assert ledger.balance_minor(waits, mode=registry.mode()) == 0


@at(NOVEMBER)
def test_the_accountant_gets_each_months_part_in_that_month() -> None:
    campaign = spreading_campaign()
    yearly(campaign)

    december = "".join(exports.accounting(month=date(2026, 12, 1), zone=campaign.zone))

    assert december.count("Part of a yearly gift") == 1
    assert ",10.00," in december or ",10," in december


def test_a_months_statement_says_what_was_set_aside_and_what_came_from_before() -> None:
    with at(NOVEMBER):
        campaign = spreading_campaign()
        yearly(campaign)
        charged_gift(campaign, 700)
        first = months.statement(campaign, FIRST, registry.mode())
    with at(NOVEMBER + timedelta(days=30)):
        second = months.statement(campaign, date(2026, 12, 1), registry.mode())
    with at(NOVEMBER):
        unborn = months.statement(campaign, date(2026, 12, 1), registry.mode())

    assert first is not None
    assert second is not None
    assert (first.given.minor, first.carried.minor, first.month.raised.minor) == (12_700, -11_000, 1_700)
    assert (second.given.minor, second.carried.minor, second.month.raised.minor) == (0, 1_000, 1_000)
    assert unborn is None


@at(NOVEMBER)
def test_reports_do_not_look_into_months_to_come() -> None:
    campaign = spreading_campaign()
    yearly(campaign)

    assert [month.first_day for month in reports.raised(campaign, mode=registry.mode())] == [FIRST]


@at(NOVEMBER)
def test_a_sponsor_matches_a_yearly_gift_once_and_whole() -> None:
    campaign = spreading_campaign()
    pool = pools.create(
        campaign=campaign,
        slug="friends",
        sponsor="The friends",
        cap=Money(50_000, "USD"),
        starts_at=NOVEMBER - timedelta(days=1),
        ends_at=NOVEMBER + timedelta(days=1),
    )
    payment = yearly(campaign)

    refund(payment, "re_1", 3_000)

    assert pools.used(pool, registry.mode()) == Money(9_000, "USD")


def test_pace_judges_by_what_counted_in_a_month() -> None:
    with at(datetime(2026, 8, 10, 18, tzinfo=UTC)):
        campaign = spreading_campaign(goal_minor=30_000)
        yearly(campaign, 120_000)
    for month in (9, 10, 11):
        with at(datetime(2026, month, 10, 18, tzinfo=UTC)):
            charged_gift(campaign, 10_000)
    with at(NOVEMBER):
        found = pace.read(campaign, meter.of(campaign, NOVEMBER, registry.mode()), registry.mode())

    # August had its gift on the 10th; September and October began with half of theirs: so has November.
    assert found is not None
    assert (found.months, found.usual.minor) == (3, 30_000)
    assert found.low.minor == 30_000


@at(NOVEMBER)
def test_the_self_check_finds_a_part_that_was_moved_to_the_wrong_month() -> None:
    campaign = spreading_campaign()
    yearly(campaign)
    waits, december = f"deferred:gifts:{campaign.slug}", Period.objects.get(first_day=date(2026, 12, 1))

    with transaction.atomic():
        ledger.move(
            key="spread:stripe:ch_x:2:1",
            debit=waits,
            credit=ledger.income(campaign),
            amount=Money(1, "USD"),
            mode=registry.mode(),
            occurred_at=NOVEMBER,
            period=december,
            payment=Payment.objects.get(),
        )
        found = checking.check()
        transaction.set_rollback(True)

    assert "ledger = payments" in {broken.rule for broken in found}


step = st.tuples(st.sampled_from(["refund", "bounce", "dispute", "win"]), st.integers(1, 5_000), st.integers(0, 3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=st.integers(100, 20_000), steps=st.lists(step, max_size=8), days=st.lists(st.integers(0, 60), max_size=8))
def test_whatever_goes_back_whenever_the_months_follow_from_what_is_left(
    amount: int, steps: list[tuple[str, int, int]], days: list[int]
) -> None:
    with transaction.atomic(), at(NOVEMBER) as traveller:
        campaign = spreading_campaign(slug="property")
        payment = yearly(campaign, amount)
        play = Play(payment)
        for number, (what, size, which) in enumerate(steps):
            traveller.shift(timedelta(days=days[number] if number < len(days) else 0))
            getattr(play, what)(size, which)

        left = -ledger.balance_minor(ledger.income(campaign), mode=registry.mode())
        assert counts(campaign) == spreading.parts(amount, left, spreading.MONTHS)
        assert left == max(amount - play.back, 0)
        assert checking.check() == []
        transaction.set_rollback(True)


class Play:
    """What the provider does to one payment."""

    def __init__(self, payment: Payment) -> None:
        self.payment = payment
        self.refunds: dict[str, int] = {}
        self.disputes: dict[str, tuple[int, bool]] = {}

    @property
    def back(self) -> int:
        return sum(self.refunds.values()) + sum(minor for minor, won in self.disputes.values() if not won)

    def refund(self, size: int, _which: int) -> None:
        if size <= self.payment.amount_minor - sum(self.refunds.values()):
            ref = f"re_{len(self.refunds)}"
            refund(self.payment, ref, size)
            self.refunds[ref] = size

    def bounce(self, _size: int, which: int) -> None:
        ref = f"re_{which}"
        if self.refunds.get(ref):
            refund(self.payment, ref, self.refunds[ref], "failed")
            self.refunds[ref] = 0

    def dispute(self, size: int, _which: int) -> None:
        if size <= self.payment.amount_minor:
            ref = f"dp_{len(self.disputes)}"
            self.disputes[ref] = (size, False)
            self._tell(ref)

    def win(self, _size: int, which: int) -> None:
        ref = f"dp_{which}"
        if ref in self.disputes and not self.disputes[ref][1]:
            self.disputes[ref] = (self.disputes[ref][0], True)
            self._tell(ref)

    def _tell(self, ref: str) -> None:
        size, won = self.disputes[ref]
        amount, now = Money(size, "USD"), clock.now()
        moves = [DisputeMove(f"txn_{ref}", "withdrawn", amount, Money(1_500, "USD"), now)]
        if won:
            moves.append(DisputeMove(f"txn_{ref}_back", "reinstated", amount, None, now))
        facts = DisputeFacts(ref, amount, "won" if won else "open", now, moves=tuple(moves))
        disputes.settle(payment=self.payment, facts=facts)
