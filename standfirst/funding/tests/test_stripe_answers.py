"""W14: answers of Stripe in the shapes of several API versions, read without a network."""

import json
import logging
import time
from typing import Any

import pytest

from standfirst.funding.providers import registry
from standfirst.funding.providers import stripe_facts as read
from standfirst.funding.providers.stripe import API_VERSION, HANDLED, Stripe, StripeAccount
from standfirst.funding.rehearsal.webhooks import signature
from standfirst.kit.money import Money

pytestmark = pytest.mark.one_database

MARKS = {"gift": "8f8cdb5c-0000-4000-8000-000000000001", "site": "https://example.org"}
NEW: dict[str, Any] = {
    "id": "in_1",
    "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1", "metadata": MARKS}},
    "payments": {"data": [{"status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}}]},
    "billing_reason": "subscription_cycle",
}
OLD: dict[str, Any] = {
    "id": "in_1",
    "subscription": "sub_1",
    "subscription_details": {"metadata": MARKS},
    "payment_intent": "pi_1",
    "billing_reason": "subscription_cycle",
}


@pytest.mark.parametrize("invoice", [NEW, OLD])
def test_w14_an_invoice_names_its_subscription_its_payment_and_our_marks_in_both_shapes(
    invoice: dict[str, Any],
) -> None:
    assert read.subscription_ref(invoice) == "sub_1"
    assert read.intent_of_invoice(invoice) == "pi_1"
    assert read.marks_of_invoice(invoice) == MARKS
    assert read.is_adjusted(invoice) is False


@pytest.mark.parametrize(
    "invoice",
    [{"id": "in_1"}, {"id": "in_1", "parent": None, "payments": {"data": []}}, {"id": "in_1", "payment_intent": None}],
)
def test_w14_an_invoice_of_no_subscription_and_one_over_nothing_name_nothing(invoice: dict[str, Any]) -> None:
    assert (read.subscription_ref(invoice), read.intent_of_invoice(invoice)) == ("", "")
    assert read.marks_of_invoice(invoice) == {}


def test_the_payment_that_worked_counts_among_several_of_an_invoice() -> None:
    def payment(ref: str, status: str) -> dict[str, Any]:
        return {"status": status, "payment": {"type": "payment_intent", "payment_intent": ref}}

    listed = {"data": [payment("pi_1", "canceled"), payment("pi_2", "paid"), payment("pi_3", "open")]}

    assert read.intent_of_invoice(NEW | {"payments": listed}) == "pi_2"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"billing_reason": "subscription_update"}, True),
        ({"starting_balance": -500, "ending_balance": 0}, True),
        ({"total_discount_amounts": [{"amount": 100}]}, True),
        ({"lines": {"data": [{"proration": True}]}}, True),
        ({"lines": {"data": [{"parent": {"subscription_item_details": {"proration": True}}}]}}, True),
        ({"lines": {"data": [{"parent": {"subscription_item_details": {"proration": False}}}]}}, False),
        ({"starting_balance": 0, "ending_balance": None, "total_discount_amounts": None}, False),
    ],
)
def test_an_amount_that_stripe_computed_is_known_as_such(change: dict[str, Any], expected: bool) -> None:
    assert read.is_adjusted(NEW | change) is expected


SUBSCRIPTION: dict[str, Any] = {
    "id": "sub_1",
    "customer": "cus_1",
    "status": "active",
    "currency": "eur",
    "start_date": 1_700_000_000,
    "billing_cycle_anchor": 1_700_000_000,
    "items": {"data": [{"price": {"unit_amount": 500, "recurring": {"interval": "month"}}}]},
}


@pytest.mark.parametrize("place", ["item", "subscription"])
def test_w14_the_end_of_a_period_is_found_where_either_version_says_it(place: str) -> None:
    item = SUBSCRIPTION["items"]["data"][0]
    items = {"data": [item | ({"current_period_end": 1_702_592_000} if place == "item" else {})]}
    whole = SUBSCRIPTION | {"items": items} | ({"current_period_end": 1_702_592_000} if place != "item" else {})

    facts = read.subscription(whole)

    assert facts is not None
    assert (facts.next_at, facts.charged) == (read.moment(1_702_592_000), Money(500, "EUR"))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "trialing"}, "active"),
        ({"status": "unpaid"}, "lapsed"),
        ({"status": "past_due", "pause_collection": {"behavior": "void", "resumes_at": None}}, "past_due"),
        ({"pause_collection": {"behavior": "void", "resumes_at": None}}, "paused"),
        ({"status": "canceled", "cancellation_details": {"reason": "payment_failed"}}, "lapsed"),
        ({"status": "canceled", "cancellation_details": {"reason": "payment_disputed"}}, "cancelled"),
        ({"status": "canceled"}, "cancelled"),
        ({"status": "incomplete"}, None),
        ({"status": "incomplete_expired"}, None),
        ({"status": "a word of next year"}, None),
    ],
)
def test_each_state_of_a_subscription_has_one_of_ours(change: dict[str, Any], status: str | None) -> None:
    facts = read.subscription(SUBSCRIPTION | {"current_period_end": 1_702_592_000} | change)

    assert (facts and facts.status) == status


def test_a_wallets_card_or_a_bank_account_is_shown_as_what_it_is() -> None:
    def shown(method: dict[str, Any]) -> Any:
        facts = read.subscription(
            SUBSCRIPTION | {"current_period_end": 1_702_592_000, "default_payment_method": method}
        )
        return facts and facts.card and (facts.card.brand, facts.card.last4, str(facts.card.expires_on))

    assert shown({"type": "card", "card": {"brand": "visa", "last4": "4242", "exp_month": 2, "exp_year": 2028}}) == (
        "visa",
        "4242",
        "2028-02-29",
    )
    assert shown({"type": "sepa_debit", "sepa_debit": {"last4": "3000"}}) == ("sepa_debit", "3000", "None")
    assert shown({"type": "link", "link": {"email": "someone@example.org"}}) == ("link", "", "None")


def test_w14_a_message_of_another_version_is_taken_by_its_id_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    stripe = Stripe(StripeAccount("sk_test_x", "whsec_x", live=False, site=registry.site_mark()))
    bodies = []
    for version in ("2020-08-27", None, API_VERSION):
        event = {"id": "evt_1", "object": "event", "type": "invoice.paid", "livemode": False, "api_version": version}
        bodies.append(json.dumps(event | {"data": {"object": {"id": "in_1", "subscription": "sub_1"}}}).encode())

    with caplog.at_level(logging.WARNING):
        refs = [
            ref.object_ref
            for body in bodies
            for ref in stripe.verify(body, {"Stripe-Signature": signature(body, "whsec_x", int(time.time()))})
        ]

    assert refs == ["in_1"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        f"messages of Stripe come in version 2020-08-27; set its endpoint to {API_VERSION}"
    ]


def test_every_message_that_the_specification_names_is_acted_on() -> None:
    needed = {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "invoice.paid",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "charge.refunded",
        "refund.updated",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }

    assert needed <= HANDLED
