"""A quarter of a year at the double: what the books say lies with the payment service is what lies there."""

from datetime import UTC, datetime, timedelta

import pytest

from standfirst.funding import meter
from standfirst.funding.books import ledger
from standfirst.funding.models import Campaign, Payment, ProviderEvent, Subscription
from standfirst.funding.payments import reconciling, subscriptions
from standfirst.funding.rehearsal.control import carried_out
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign
from standfirst.testing.subscriptions import hear_all, monthly_gift, paid_at, pass_by, starting, subscribed

pytestmark = pytest.mark.usefixtures("books")


def at(month: int, day: int) -> datetime:
    return datetime(2027, month, day, 12, tzinfo=UTC)


def begin(double: Rehearsal, campaign: Campaign) -> list[Subscription]:
    """Three monthly supporters, one of whom covers the fees, one who pays by bank debit, and a gift given once."""
    covered = monthly_gift(campaign, 2_000, cover_minor=90)
    paid_at(double, covered, email="a@example.org")
    paid_at(double, monthly_gift(campaign, 7_500, interval="once"), email="b@example.org")
    hear_all(double)
    covered.refresh_from_db()
    return [
        covered.subscription,
        subscribed(double, campaign, 1_000, email="c@example.org"),
        subscribed(double, campaign, 3_000, email="d@example.org", method="debit"),
    ]


def act(double: Rehearsal, name: str, ref: str) -> str:
    with double.state.change():
        return str(carried_out(double.bank, name, ref)["id"])


def test_after_renewals_a_decline_refunds_and_disputes_books_and_balance_are_one(double: Rehearsal) -> None:
    with starting(at(1, 31)) as traveller:
        campaign = make_campaign()
        first, second, _third = begin(double, campaign)
        charge = first.gift.payments.get().provider_ref
        pass_by(traveller, double, at(2, 10))
        act(double, "decline-next", second.provider_ref)
        subscriptions.change_amount(subscription=first, amount=Money(4_000, "USD"), cover_minor=150)
        refund = act(double, "refund", Payment.objects.get(amount_minor=7_500).provider_ref)
        dispute = act(double, "dispute-half", charge)
        pass_by(traveller, double, at(2, 27))
        act(double, "fail-refund", refund)
        act(double, "lose", dispute)
        pass_by(traveller, double, at(3, 20))
        act(double, "win", dispute)
        act(double, "dispute", second.gift.payments.latest("paid_at").provider_ref)
        pass_by(traveller, double, at(4, 4))
        checked = reconciling.compare("stripe", since=timedelta(days=90))
        found = meter.read()

    assert list(ProviderEvent.objects.exclude(state="done").values_list("type", "error")) == []
    assert ledger.balance_minor("clearing:stripe", mode="rehearsal") == double.bank.payouts.balance()["usd"]
    assert checked.differences == []
    assert found is not None
    assert found.raised.minor == 3_000  # only the bank debit of 31 March arrived in April
