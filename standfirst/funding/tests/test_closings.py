"""A month is frozen as it showed when it ended; what comes later shows as restated."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from standfirst.accounts.models import Account
from standfirst.funding import campaigns, meter
from standfirst.funding.books import closings, ledger
from standfirst.funding.giving import gifts
from standfirst.funding.models import Campaign, Closing, Period
from standfirst.funding.payments import refunds
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_gift, refund_facts

pytestmark = pytest.mark.usefixtures("books")
SEPTEMBER = datetime(2026, 9, 20, 12, tzinfo=UTC)
END = datetime(2026, 10, 1, 4, tzinfo=UTC)  # midnight in New York


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def september(**wishes: Any) -> tuple[Campaign, Any]:
    with at(SEPTEMBER):
        campaign = make_campaign(**wishes)
        return campaign, charged_gift(campaign, charge={"fee": Money(103, "USD"), "fee_ref": "txn_1"})


def test_a_month_is_closed_soon_after_its_local_end_and_not_before() -> None:
    _campaign, payment = september()
    closed = []

    for moment in (END - timedelta(seconds=1), END + timedelta(minutes=1), END + timedelta(minutes=3)):
        with at(moment):
            closed.append(closings.close_due())

    assert closed == [0, 0, 1]
    found = closings.of(payment.period)
    assert (found.as_closed, found.now, found.restated) == (Money(2_500, "USD"), Money(2_500, "USD"), False)
    assert found.goal_minor == 500_000


def test_closing_again_changes_nothing_and_nobody_can_change_a_closing() -> None:
    _campaign, payment = september()
    with at(END + timedelta(minutes=3)):
        first = closings.close(period=payment.period, mode=payment.mode)
        again = closings.close(period=payment.period, mode=payment.mode)

    assert (first.pk, closings.close_due()) == (again.pk, 0)
    with pytest.raises(DatabaseError), transaction.atomic():
        Closing.objects.update(given_minor=1)


def test_a_refund_of_last_months_gift_lowers_last_month_and_leaves_it_as_closed() -> None:
    campaign, payment = september()
    with at(END + timedelta(days=3)):
        closings.close_due()
        refunds.settle(payment=payment, facts=refund_facts("re_1", Money(700, "USD")))
        now = meter.of(campaign, END + timedelta(days=3), payment.mode)
        row = payment.transfers.get(key="refund:stripe:re_1")

    found = closings.of(payment.period)
    assert (found.as_closed, found.now, found.restated) == (Money(2_500, "USD"), Money(1_800, "USD"), True)
    assert now.raised.minor == 0
    assert (row.period, row.occurred_at.date()) == (payment.period, date(2026, 10, 4))


def test_a_late_closing_counts_what_was_recorded_by_the_end_only() -> None:
    campaign, payment = september()
    with at(END + timedelta(seconds=30)):
        paid_gift(campaign, 900, on=date(2026, 9, 30))
    with at(END + timedelta(days=2)):
        closings.close_due()

    found = closings.of(payment.period)
    assert (found.as_closed, found.now) == (Money(2_500, "USD"), Money(3_400, "USD"))


def test_an_offline_gift_may_be_dated_in_a_closed_month_and_restates_it() -> None:
    campaign, payment = september()
    with at(END + timedelta(days=5)):
        closings.close_due()
        late = paid_gift(campaign, 4_000, on=date(2026, 9, 28))
        with pytest.raises(gifts.ReceivedInFuture):
            paid_gift(campaign, 4_000, on=date(2026, 10, 7))

    assert late.period == payment.period
    assert closings.of(payment.period).restated


def test_the_goal_of_that_time_is_kept_with_the_month() -> None:
    campaign, payment = september()
    with at(END + timedelta(seconds=1)):
        campaigns.set_goal(campaign=campaign, goal_minor=9)
    with at(END + timedelta(days=2)):
        closings.close_due()

    assert closings.of(payment.period).goal_minor == 500_000


def test_a_month_below_zero_is_closed_and_kept_as_it_is() -> None:
    campaign, payment = september()
    with at(SEPTEMBER + timedelta(days=1)):
        income, period = ledger.income(campaign), payment.period
        by = make_account()
        ledger.adjust(
            debit=income,
            credit="bank",
            amount=Money(9_000, "USD"),
            mode=payment.mode,
            period=period,
            note="A cheque that bounced",
            by=by,
        )
        shown = meter.of(campaign, SEPTEMBER + timedelta(days=1), payment.mode)
    with at(END + timedelta(days=1)):
        closings.close_due()

    assert shown.raised.minor == 0
    assert closings.of(period).as_closed == Money(-6_500, "USD")


def test_months_from_before_the_campaign_was_here_are_not_closed() -> None:
    with at(SEPTEMBER):
        campaign = make_campaign()
        old = paid_gift(campaign, 500, on=date(2026, 7, 3))
        assert closings.close_due() == 0

    assert closings.of(old.period).as_closed is None
    assert closings.of(old.period).now == Money(500, "USD")


def test_a_campaign_without_months_is_never_closed() -> None:
    with at(SEPTEMBER):
        period = charged_gift(make_campaign(kind="fixed")).period
    with at(END + timedelta(days=400)):
        assert closings.close_due() == 0
        with pytest.raises(ValueError, match="no end"):
            closings.close(period=period, mode="rehearsal")  # type: ignore[arg-type]


def test_a_campaign_that_counts_after_fees_says_so_and_closes_so() -> None:
    campaign, payment = september()
    Campaign.objects.update(net_of_fees=True)
    campaign.refresh_from_db()
    found = meter.of(campaign, SEPTEMBER, payment.mode)
    with at(END + timedelta(days=1)):
        closings.close_due()

    assert (found.raised.minor, found.net_of_fees, found.counts_text) == (2_397, True, "after fees")
    assert closings.of(Period.objects.get()).as_closed == Money(2_397, "USD")


def make_account() -> Any:
    return Account.objects.create_user("treasurer@example.org")
