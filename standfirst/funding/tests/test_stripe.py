"""Unmodified stripe-python against our double: what we ask, what we understand, what is refused."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import stripe
from django.utils import timezone

from standfirst.funding import tasks
from standfirst.funding.giving import gifts
from standfirst.funding.models import Gift, Refund
from standfirst.funding.payments import counting, refunds
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Intent, NotFound, ProviderRefused, ProviderUnreachable
from standfirst.funding.providers.stripe import API_VERSION, Stripe, StripeAccount
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit.money import Money
from standfirst.testing.funding import dataclass_with, make_campaign, rehearsing, started_gift, together

pytestmark = pytest.mark.usefixtures("books")


def provider() -> Stripe:
    found = registry.provider("stripe")
    assert isinstance(found, Stripe)
    return found


def intent(**wishes: Any) -> Intent:
    standard: dict[str, Any] = {
        "public_id": uuid.uuid4(),
        "charged": Money(2_500, "USD"),
        "interval": "once",
        "description": "Gift: the fund",
        "success_url": "http://127.0.0.1:8000/thanks/",
        "cancel_url": "http://127.0.0.1:8000/cancelled/",
        "started_at": timezone.now(),
    }
    return Intent(**standard | wishes)


def paid(double: Rehearsal, given: Intent) -> str:
    ref = provider().start(given).session_ref
    with double.state.change():
        double.bank.pay(ref)
    return ref


def test_the_same_gift_opens_one_payment_page(double: Rehearsal) -> None:
    given = intent()

    pages = {provider().start(given) for _ in range(3)}

    assert len(pages) == 1
    assert len(double.state.of_kind("checkout.session")) == 1


def test_the_same_gift_with_another_amount_is_refused_by_its_key(double: Rehearsal) -> None:
    given = intent()
    provider().start(given)

    with pytest.raises(ProviderRefused):
        provider().start(intent(public_id=given.public_id, charged=Money(9_900, "USD")))


def test_facts_follow_the_session_from_open_to_paid(double: Rehearsal) -> None:
    given = intent()
    ref = provider().start(given).session_ref
    states = [provider().fetch(ref).state]
    with double.state.change():
        double.bank.decline(ref)
    states.append(provider().fetch(ref).state)
    with double.state.change():
        double.bank.pay(ref)
    facts = provider().fetch(ref)

    assert [*states, facts.state] == ["open", "open", "paid"]
    assert facts.charge is not None
    assert (facts.charge.amount, facts.charge.fee) == (Money(2_500, "USD"), Money(103, "USD"))
    assert (facts.gift_id, facts.live, facts.email) == (given.public_id, False, "reader@example.org")


def test_session_intent_charge_and_refund_lead_to_the_same_facts(double: Rehearsal) -> None:
    session = paid(double, intent())
    charge = double.state.of_kind("charge")[0]["id"]
    provider().refund(charge, Money(500, "USD"), uuid.uuid4())
    refs = [session, charge, double.state.of_kind("payment_intent")[0]["id"], double.state.of_kind("refund")[0]["id"]]

    facts = [provider().fetch(ref) for ref in refs]

    assert len(set(facts)) == 1
    assert facts[0].charge is not None
    assert [refund.amount.minor for refund in facts[0].charge.refunds] == [500]


def test_an_expired_page_is_a_lapsed_gift(double: Rehearsal) -> None:
    ref = provider().start(intent()).session_ref
    session = double.bank.get(ref, "checkout.session")
    double.state.put(session | {"expires_at": 1})

    assert provider().fetch(ref).state == "lapsed"
    with double.state.change():
        assert double.bank.pay(ref)["status"] == "expired"


def test_over_refunds_and_second_refunds_are_refused_by_the_provider(double: Rehearsal) -> None:
    paid(double, intent())
    charge = double.state.of_kind("charge")[0]["id"]
    key = uuid.uuid4()

    with pytest.raises(ProviderRefused, match="amount_too_large"):
        provider().refund(charge, Money(2_501, "USD"), uuid.uuid4())
    same = {provider().refund(charge, Money(2_500, "USD"), key) for _ in range(2)}
    with pytest.raises(ProviderRefused, match="charge_already_refunded"):
        provider().refund(charge, Money(1, "USD"), uuid.uuid4())

    assert len(same) == 1


def test_a_refund_asked_on_the_desk_is_done_by_the_provider_and_lowers_the_sum(double: Rehearsal) -> None:
    gift = started_gift(make_campaign())
    gifts.payment_page(gift)
    gift.refresh_from_db()
    with double.state.change():
        double.bank.pay(gift.session_ref)
    payment = gifts.refresh(gift).payments.get()
    asked = refunds.ask(payment=payment, amount=Money(1_000, "USD"), reason="twice by mistake")

    states = [refunds.send(asked.pk).status for _ in range(2)]

    assert states == ["done", "done"]
    assert len(double.state.of_kind("refund")) == 1
    with double.state.change():
        double.bank.fail_refund(Refund.objects.get().provider_ref or "")
    counting.apply(facts=provider().fetch(gift.session_ref))
    assert Refund.objects.get().status == "failed"


def test_a_refund_that_the_provider_refuses_ends_as_failed_and_moves_nothing(double: Rehearsal) -> None:
    gift = started_gift(make_campaign())
    gifts.payment_page(gift)
    gift.refresh_from_db()
    with double.state.change():
        double.bank.pay(gift.session_ref)
    payment = gifts.refresh(gift).payments.get()
    asked = refunds.ask(payment=payment, amount=Money(2_500, "USD"))
    provider().refund(payment.provider_ref, Money(2_000, "USD"), uuid.uuid4())

    refused = refunds.send(asked.pk)
    counting.apply(facts=provider().fetch(gift.session_ref))

    assert refused.status == "failed"
    assert refunds.left_of(payment) == Money(500, "USD")


def test_a_refund_waits_while_the_provider_is_away(tmp_path: Any, settings: Any) -> None:
    with rehearsing(tmp_path) as double:
        gift = started_gift(make_campaign())
        gifts.payment_page(gift)
        gift.refresh_from_db()
        with double.state.change():
            double.bank.pay(gift.session_ref)
        payment = gifts.refresh(gift).payments.get()
    asked = refunds.ask(payment=payment, amount=Money(500, "USD"))
    settings.STANDFIRST = dataclass_with(settings.STANDFIRST, rehearsal_url="http://127.0.0.1:9")
    away = refunds.send(asked.pk).status
    Refund.objects.update(at=timezone.now() - timedelta(hours=1))

    with rehearsing(tmp_path):
        tasks.process_parked()

    assert (away, Refund.objects.get().status) == ("asked", "done")


def test_a_provider_that_does_not_answer_is_a_refusal_that_says_what_is_safe(settings: Any) -> None:
    settings.STANDFIRST = dataclass_with(settings.STANDFIRST, rehearsal_url="http://127.0.0.1:9")

    with pytest.raises(ProviderUnreachable, match="Nothing was charged"):
        provider().start(intent())


def test_currencies_whose_decimals_stripe_counts_otherwise_arrive_unchanged(double: Rehearsal) -> None:
    cases = [("UGX", 5_000, 500_000), ("ISK", 3_000, 300_000), ("HUF", 250_050, 250_050)]
    for currency, minor, sent in [*cases, ("JPY", 2_500, 2_500), ("KWD", 5_000, 5_000)]:
        ref = paid(double, intent(charged=Money(minor, currency)))
        charge = provider().fetch(ref).charge
        assert charge is not None
        assert charge.amount == Money(minor, currency)
        assert double.bank.get(ref, "checkout.session")["amount_total"] == sent


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"succes_url": "http://x.example"}, "succes_url"),
        ({"mode": "paymant"}, "mode"),
        ({"submit_type": "give"}, "submit_type"),
        ({"line_items": [{"quantity": "a lot"}]}, "line_items[0][quantity]"),
        (
            {"line_items": [{"price_data": {"currency": "usd", "unit_amont": 5}}]},
            "line_items[0][price_data][unit_amont]",
        ),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"expires_at": 5}, "expires_at"),
        ({"line_items": []}, "line_items"),
    ],
)
def test_the_double_refuses_what_stripes_contract_does_not_know(
    double: Rehearsal, change: dict[str, Any], param: str
) -> None:
    sound: dict[str, Any] = {
        "mode": "payment",
        "success_url": "http://x.example",
        "cancel_url": "http://x.example",
        "line_items": [{"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 500}}],
    }

    with pytest.raises(stripe.InvalidRequestError) as refused:
        provider()._client.v1.checkout.sessions.create(params=sound | change)  # type: ignore[arg-type]

    assert refused.value.param == param


def test_the_double_asks_for_its_key(double: Rehearsal) -> None:
    stranger = Stripe(StripeAccount("sk_test_other", "whsec_x", live=False, site="", api_base=double.url))

    with pytest.raises(stripe.AuthenticationError):
        stranger._client.v1.events.list()


def test_the_double_speaks_only_words_that_stripe_knows(double: Rehearsal) -> None:
    paid(double, intent())
    provider().refund(double.state.of_kind("charge")[0]["id"], Money(100, "USD"), uuid.uuid4())
    types: dict[str, Any] = {
        "checkout.session": stripe.checkout.Session,
        "payment_intent": stripe.PaymentIntent,
        "charge": stripe.Charge,
        "refund": stripe.Refund,
        "balance_transaction": stripe.BalanceTransaction,
        "event": stripe.Event,
    }

    for kind, type_ in types.items():
        for thing in double.state.of_kind(kind):
            assert set(thing) <= set(type_.__annotations__), kind


def test_a_restart_of_the_double_forgets_nothing(tmp_path: Any) -> None:
    given = intent()
    with rehearsing(tmp_path) as double:
        ref = paid(double, given)
    with rehearsing(tmp_path):
        facts = provider().fetch(ref)
        with pytest.raises(NotFound):
            provider().fetch("cs_test_unknown")

    assert (facts.state, facts.gift_id) == ("paid", given.public_id)


def test_our_success_and_cancel_addresses_are_ours_whatever_the_request_says(double: Rehearsal, settings: Any) -> None:
    gifts.payment_page(started_gift(make_campaign()))

    session = double.state.of_kind("checkout.session")[0]
    assert all(
        session[name].startswith(settings.STANDFIRST.url + "/support/") for name in ("success_url", "cancel_url")
    )


def test_the_api_version_is_the_one_these_calls_were_written_against() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.[a-z]+", API_VERSION)
    assert provider()._client._requestor._options.stripe_version == API_VERSION


@pytest.mark.usefixtures("committed_books")
def test_askers_at_the_same_moment_are_led_to_one_page(double: Rehearsal) -> None:
    make_campaign()

    def give() -> str:
        gift = gifts.start(amount=Money(2_500, "USD"), browser_key="a" * 32)
        return gifts.payment_page(gift)

    pages = together([give] * 8)

    assert len(set(pages)) == 1
    assert Gift.objects.count() == 1
