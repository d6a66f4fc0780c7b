"""Gifts that come again, month after month: our provider, unmodified stripe-python, the double, a moved clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from standfirst.funding import meter
from standfirst.funding.models import Gift, Payment, ProviderEvent, Subscription
from standfirst.funding.payments import subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign
from standfirst.testing.subscriptions import hear_all, monthly_gift, paid_at, pass_by, starting, subscribed

pytestmark = pytest.mark.usefixtures("books")


def utc(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def days_paid() -> list[date]:
    return [at.date() for at in Payment.objects.order_by("paid_at").values_list("paid_at", flat=True)]


def months_counted() -> list[int]:
    return [day.month for day in Payment.objects.order_by("paid_at").values_list("period__first_day", flat=True)]


def troubles() -> list[str]:
    return list(ProviderEvent.objects.exclude(state="done").values_list("error", flat=True))


def test_the_first_payment_of_a_monthly_gift_counts_once_whatever_messages_come(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 10)):
        sub = subscribed(double, make_campaign())

    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.gift.status, troubles()) == (2_500, "paid", [])
    assert payment.invoice_ref.startswith("in_")
    assert (sub.status, sub.next_at, sub.card_last4) == ("active", utc(2027, 2, 10), "4242")
    assert sub.card_expires_on == date(2030, 1, 31)
    assert ProviderEvent.objects.count() == 4


def test_each_renewal_counts_in_its_own_month(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 10)) as traveller:
        subscribed(double, make_campaign())
        pass_by(traveller, double, utc(2027, 4, 11))
        found = meter.read()

    assert months_counted() == [1, 2, 3, 4]
    assert found is not None
    assert (found.raised.minor, troubles()) == (2_500, [])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (29, [(1, 29), (2, 28), (3, 29), (4, 29)]),
        (30, [(1, 30), (2, 28), (3, 30), (4, 30)]),
        (31, [(1, 31), (2, 28), (3, 31), (4, 30)]),
    ],
)
def test_case_15_a_gift_begun_on_the_29th_30th_or_31st_comes_on_the_last_day_of_shorter_months(
    double: Rehearsal, day: int, expected: list[tuple[int, int]]
) -> None:
    with starting(utc(2027, 1, day)) as traveller:
        subscribed(double, make_campaign())
        pass_by(traveller, double, utc(2027, 5, 1))

    assert [(each.month, each.day) for each in days_paid()] == expected
    assert months_counted() == [1, 2, 3, 4]


def test_case_15_a_yearly_gift_begun_on_leap_day_comes_on_the_28th(double: Rehearsal) -> None:
    with starting(utc(2028, 2, 29)) as traveller:
        subscribed(double, make_campaign(), interval="year")
        pass_by(traveller, double, utc(2030, 3, 1))

    assert days_paid() == [date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28)]


def test_case_16_a_retry_that_works_late_makes_two_renewals_in_one_month_and_none_in_another(
    double: Rehearsal,
) -> None:
    with starting(utc(2027, 1, 30)) as traveller:
        sub = subscribed(double, make_campaign())
        with double.state.change():
            double.bank.decline_next(sub.provider_ref)
        pass_by(traveller, double, utc(2027, 3, 1))
        sub.refresh_from_db()
        waiting = (sub.status, sub.failures)
        pass_by(traveller, double, utc(2027, 3, 31))
    sub.refresh_from_db()

    assert waiting == ("past_due", 1)
    assert days_paid() == [date(2027, 1, 30), date(2027, 3, 3), date(2027, 3, 30)]
    assert months_counted() == [1, 3, 3]
    assert (sub.status, sub.failures, troubles()) == ("active", 0, [])


def test_case_16_an_anchor_moved_at_the_provider_counts_two_payments_in_one_month(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 5)) as traveller:
        sub = subscribed(double, make_campaign())
        traveller.move_to(utc(2027, 1, 25))
        with double.state.change():
            double.bank.billing.update(sub.provider_ref, {"billing_cycle_anchor": "now"})
        pass_by(traveller, double, utc(2027, 2, 26))

    assert days_paid() == [date(2027, 1, 5), date(2027, 1, 25), date(2027, 2, 25)]
    assert months_counted() == [1, 1, 2]


def test_case_17_a_part_of_a_month_that_stripe_computed_counts_though_nobody_agreed_on_it(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 1)) as traveller:
        sub = subscribed(double, make_campaign(), 3_100)
        found = double.bank.get(sub.provider_ref, "subscription")["items"]["data"][0]
        price = {"currency": "usd", "product": found["price"]["product"], "recurring": {"interval": "month"}}
        items = [{"id": found["id"], "price_data": price | {"unit_amount": 6_200}}]
        subscriptions.agree(subscription=sub, amount_minor=6_200, cover_minor=0)
        traveller.move_to(utc(2027, 1, 17, 0))
        with double.state.change():
            double.bank.billing.update(sub.provider_ref, {"items": items, "proration_behavior": "always_invoice"})
        pass_by(traveller, double, utc(2027, 2, 2))

    amounts = list(Payment.objects.order_by("paid_at").values_list("amount_minor", flat=True))
    assert amounts == [3_100, 1_550, 6_200]
    assert troubles() == []


def test_case_18_an_invoice_over_nothing_counts_nothing_and_the_one_after_it_counts(double: Rehearsal) -> None:
    provider: Any = registry.provider("stripe")
    with starting(utc(2027, 1, 10)) as traveller:
        gift = monthly_gift(make_campaign())
        marks = {"gift": str(gift.public_id), "site": registry.site_mark()}
        price = {"currency": "usd", "unit_amount": 2_500, "recurring": {"interval": "month"}}
        session = provider._client.v1.checkout.sessions.create(
            params={
                "mode": "subscription",
                "line_items": [{"quantity": 1, "price_data": price | {"product_data": {"name": "A month to try"}}}],
                "subscription_data": {"metadata": marks, "trial_period_days": 14},
                "success_url": "http://127.0.0.1/",
                "cancel_url": "http://127.0.0.1/",
            }
        )
        with double.state.change():
            double.bank.pay(session.id)
        hear_all(double)
        after_trial = (Payment.objects.count(), Gift.objects.get().status, Subscription.objects.get().status)
        pass_by(traveller, double, utc(2027, 1, 25))

    assert after_trial == (0, "open", "active")
    assert days_paid() == [date(2027, 1, 24)]
    assert troubles() == []


def test_case_19_a_yearly_gift_counts_fully_in_its_month(double: Rehearsal) -> None:
    with starting(utc(2027, 3, 10)) as traveller:
        sub = subscribed(double, make_campaign(), 12_000, interval="year")
        pass_by(traveller, double, utc(2028, 3, 11))

    assert [(each.paid_at.year, each.amount_minor) for each in Payment.objects.order_by("paid_at")] == [
        (2027, 12_000),
        (2028, 12_000),
    ]
    found = subscriptions.monthly_recurring(sub.gift.campaign, mode="rehearsal")
    assert found == {"USD": Money(1_000, "USD")}


def test_a_gift_whose_card_goes_on_failing_lapses_after_four_tries_and_counts_nothing_more(double: Rehearsal) -> None:
    heard: list[tuple[str, int]] = []
    failed, ended = subscriptions._on_renewal_failed[:], subscriptions._on_ended[:]
    subscriptions.on_renewal_failed(lambda subscription: heard.append(("failed", subscription.failures)))
    subscriptions.on_ended(lambda subscription: heard.append((subscription.status, 0)))
    try:
        with starting(utc(2027, 1, 10)) as traveller:
            sub = subscribed(double, make_campaign(), method="declined")
            for day in (11, 14, 19, 26):
                pass_by(traveller, double, utc(2027, 2, day))
            pass_by(traveller, double, utc(2027, 6, 1))
    finally:
        subscriptions._on_renewal_failed[:], subscriptions._on_ended[:] = failed, ended
    sub.refresh_from_db()

    assert heard == [("failed", 1), ("failed", 2), ("failed", 3), ("lapsed", 0)]
    assert (sub.status, sub.next_at, Payment.objects.count()) == ("lapsed", None, 1)
    assert sub.ended_at == utc(2027, 2, 25)


def test_an_expired_card_fails_and_a_new_one_is_charged_at_the_next_try(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 10)) as traveller:
        sub = subscribed(double, make_campaign())
        with double.state.change():
            double.bank.expire_card(sub.provider_ref)
        sub = subscriptions.refresh(sub)
        expiring = list(subscriptions.expiring_cards(date(2027, 1, 31), mode="rehearsal"))
        pass_by(traveller, double, utc(2027, 2, 11))
        sub.refresh_from_db()
        failing = sub.status
        with double.state.change():
            double.bank.billing.change_method(sub.customer_ref, "good")
        pass_by(traveller, double, utc(2027, 2, 14))
    sub.refresh_from_db()

    assert [each.pk for each in expiring] == [sub.pk]
    assert (failing, sub.status, sub.card_expires_on) == ("past_due", "active", date(2030, 2, 28))
    assert days_paid() == [date(2027, 1, 10), date(2027, 2, 13)]


def test_w9_a_renewal_over_an_amount_that_nobody_agreed_on_waits_for_a_person(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 10)) as traveller:
        sub = subscribed(double, make_campaign())
        found = double.bank.get(sub.provider_ref, "subscription")["items"]["data"][0]
        price = {"currency": "usd", "product": found["price"]["product"], "recurring": {"interval": "month"}}
        with double.state.change():
            double.bank.billing.update(
                sub.provider_ref, {"items": [{"id": found["id"], "price_data": price | {"unit_amount": 9_900}}]}
            )
        pass_by(traveller, double, utc(2027, 2, 11))

    assert days_paid() == [date(2027, 1, 10)]
    assert any("9900 USD" in error for error in troubles())
    assert set(ProviderEvent.objects.exclude(state="done").values_list("state", flat=True)) == {"quarantined"}


def test_a_bank_debit_counts_in_the_month_in_which_it_arrives(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 30)) as traveller:
        campaign = make_campaign()
        paid_at(double, monthly_gift(campaign), method="debit")
        hear_all(double)
        before = (Gift.objects.get().status, Payment.objects.count())
        pass_by(traveller, double, utc(2027, 2, 3))

    assert before == ("pending", 0)
    assert (Gift.objects.get().status, days_paid(), months_counted()) == ("paid", [date(2027, 2, 2)], [2])
    assert troubles() == []


@pytest.mark.parametrize("interval", ["once", "month"])
def test_a_bank_debit_that_bounces_never_counts(double: Rehearsal, interval: str) -> None:
    with starting(utc(2027, 1, 10)) as traveller:
        paid_at(double, monthly_gift(make_campaign(), interval=interval), method="debit_fails")
        hear_all(double)
        before = Gift.objects.get().status
        pass_by(traveller, double, utc(2027, 1, 14))

    assert (before, Gift.objects.get().status, Payment.objects.count()) == ("pending", "failed", 0)
    assert troubles() == []


def test_what_falls_due_in_half_a_year_is_billed_in_its_order(double: Rehearsal) -> None:
    with starting(utc(2027, 1, 10)) as traveller:
        campaign = make_campaign()
        for number in range(3):
            traveller.shift(timedelta(days=3))
            subscribed(double, campaign, 1_000 + number)
        pass_by(traveller, double, utc(2027, 7, 1))

    moments = [event["created"] for event in double.state.of_kind("event", most=1_000)]
    assert moments == sorted(moments, reverse=True)
    assert Payment.objects.count() == 18
    assert (subscriptions.active_supporters(campaign, mode="rehearsal"), troubles()) == (1, [])
    assert subscriptions.monthly_recurring(campaign, mode="rehearsal") == {"USD": Money(3_003, "USD")}
