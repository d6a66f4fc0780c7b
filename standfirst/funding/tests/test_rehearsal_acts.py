"""What a rehearsal can be told to do, and that the double keeps to Stripe's rules and words while it does it."""

import json
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe

from standfirst.funding.books import checking
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import DisputeFacts, Facts, ProviderRefused
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, rehearsing
from standfirst.testing.subscriptions import hear_all, intent_of, pass_by, starting, subscribed

pytestmark = pytest.mark.usefixtures("db")


def provider() -> Any:
    return registry.provider("stripe")


def charged(double: Rehearsal, minor: int = 2_500, currency: str = "USD", **how: Any) -> str:
    ref = provider().start(intent_of(minor, currency)).session_ref
    with double.state.change():
        double.bank.pay(ref, **how)
    return str(double.state.of_kind("charge", most=1)[0]["id"])


def act(double: Rehearsal, name: str, ref: str) -> str:
    """Do something through the API, as a script would; returns the id of what was made or changed."""
    request = urllib.request.Request(
        f"{double.url}/v1/rehearsal/{name}/{ref}", data=b"", headers={"Authorization": f"Bearer {double.api_key}"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(json.load(response)["id"])


def dispute_of(charge: str) -> DisputeFacts:
    facts: Facts = provider().fetch(charge)
    assert facts.charge is not None
    (dispute,) = facts.charge.disputes
    return dispute


def moved(dispute: DisputeFacts) -> list[tuple[str, int, int]]:
    return [(move.kind, move.settled.minor, move.fee.minor if move.fee else 0) for move in dispute.moves]


def test_a_dispute_takes_the_money_and_a_fee_and_a_victory_brings_the_money_back(double: Rehearsal) -> None:
    charge = charged(double)
    ref = act(double, "dispute", charge)
    opened = dispute_of(charge)
    act(double, "win", ref)
    won = dispute_of(charge)

    assert (opened.status, moved(opened)) == ("open", [("withdrawn", 2_500, 1_500)])
    assert (won.status, moved(won)) == ("won", [("withdrawn", 2_500, 1_500), ("reinstated", 2_500, 0)])
    assert opened.answer_by is not None


def test_w12_a_dispute_can_be_won_after_it_was_lost_and_be_about_a_part_only(double: Rehearsal) -> None:
    charge = charged(double)
    ref = act(double, "dispute-half", charge)
    act(double, "lose", ref)
    lost = dispute_of(charge)
    act(double, "win", ref)

    assert (lost.status, lost.amount, moved(lost)) == ("lost", Money(1_250, "USD"), [("withdrawn", 1_250, 1_500)])
    assert dispute_of(charge).status == "won"
    with double.state.change(), pytest.raises(Refused):
        double.bank.disputes.lose(ref)


def test_an_inquiry_moves_nothing_until_it_becomes_a_dispute(double: Rehearsal) -> None:
    charge = charged(double)
    ref = act(double, "inquire", charge)
    asked = dispute_of(charge)
    act(double, "escalate", ref)

    assert (asked.status, asked.moves) == ("inquiry", ())
    assert (dispute_of(charge).status, len(dispute_of(charge).moves)) == ("open", 1)


def test_what_a_bank_takes_back_cannot_be_refunded_as_well(double: Rehearsal) -> None:
    charge = charged(double)
    ref = act(double, "dispute-half", charge)
    with pytest.raises(ProviderRefused, match="charge_disputed"):
        provider().refund(charge, Money(100, "USD"), clock_uuid())
    act(double, "lose", ref)
    with pytest.raises(ProviderRefused, match="amount_too_large"):
        provider().refund(charge, Money(1_251, "USD"), clock_uuid())

    assert provider().refund(charge, Money(1_250, "USD"), clock_uuid()).state == "done"


def clock_uuid() -> Any:
    return intent_of().public_id


def test_charge_refund_and_dispute_lead_to_the_same_facts(double: Rehearsal) -> None:
    charge = charged(double)
    refund = provider().refund(charge, Money(500, "USD"), clock_uuid())
    dispute = act(double, "dispute-half", charge)
    intent = double.bank.get(charge, "charge")["payment_intent"]
    session = double.state.of_kind("checkout.session")[0]["id"]

    facts = [provider().fetch(ref) for ref in (session, intent, charge, refund.ref, dispute)]

    assert len(set(facts)) == 1


def test_a_refund_that_bounces_days_later_is_a_line_of_the_balance_of_its_own(double: Rehearsal) -> None:
    charge = charged(double)
    refund = act(double, "refund", charge)
    act(double, "fail-refund", refund)

    lines = [(line.kind, line.source, line.amount.minor) for line in everything_moved()]

    assert lines == [("refund_failed", refund, 2_500), ("refund", refund, -2_500), ("charge", charge, 2_500)]
    found = provider().fetch(charge).charge
    assert found.refunds[0].state == "failed"


def everything_moved(**span: Any) -> list[Any]:
    since = span.get("since", clock.now() - timedelta(days=4_000))
    return list(provider().movements(since, span.get("until", clock.now() + timedelta(days=4_000))))


def test_movements_are_bounded_by_time_and_come_whole_however_many_there_are(double: Rehearsal) -> None:
    with starting(datetime(2027, 1, 1, 12, tzinfo=UTC)) as traveller:
        with double.state.change():
            double.bank.catch_up()
            for _ in range(230):
                double.bank.charges.settle(100, "usd", "ch_rh_many", "charge")
        traveller.shift(timedelta(days=1))
        charged(double)
        noon = clock.now()
        lines = everything_moved()

        assert len(lines) == len({line.ref for line in lines}) == 231
        assert len(everything_moved(since=noon)) == 1
        assert len(everything_moved(until=noon)) == 230
        assert sum(line.amount.minor for line in lines) == 230 * 100 + 2_500


def test_a_payout_empties_the_balance_and_comes_by_itself_on_the_first(double: Rehearsal) -> None:
    with starting(datetime(2027, 1, 10, 12, tzinfo=UTC)) as traveller:
        charged(double)
        act(double, "payout", "now")
        by_hand = double.bank.payouts.balance()
        charged(double, 5_000)
        pass_by(traveller, double, datetime(2027, 2, 2, tzinfo=UTC))

    payouts = double.state.of_kind("payout")
    assert (by_hand, double.bank.payouts.balance()) == ({"usd": 0}, {"usd": 0})
    assert [each["amount"] for each in payouts] == [4_825, 2_397]
    assert datetime.fromtimestamp(payouts[0]["created"], tz=UTC) == datetime(2027, 2, 1, tzinfo=UTC)
    assert next(line.kind for line in everything_moved()) == "payout"


def test_another_currency_is_settled_in_that_of_the_account_at_a_rate(double: Rehearsal) -> None:
    with starting(datetime(2027, 1, 10, 12, tzinfo=UTC)):
        charged(double, 1_000, "EUR")
        in_dollars = provider().fetch(charged(double, 5_000, "USD")).charge
        in_yen = provider().fetch(charged(double, 10_000, "JPY")).charge

    line = double.state.of_kind("balance_transaction", most=1)[0]
    assert in_dollars.settled.currency == in_yen.settled.currency == "EUR"
    assert 4_500 < in_dollars.settled.minor < 4_800
    assert 5_900 < in_yen.settled.minor < 6_300
    assert in_yen.fee.currency == "EUR"
    assert round(10_000 * line["exchange_rate"] * 100) == in_yen.settled.minor


def test_what_the_double_says_are_words_that_stripe_knows(double: Rehearsal) -> None:
    with starting(datetime(2027, 1, 10, 12, tzinfo=UTC)) as traveller:
        sub = subscribed(double, make_campaign())
        pass_by(traveller, double, datetime(2027, 2, 11, tzinfo=UTC))
        provider().portal(sub.customer_ref, "http://127.0.0.1/")
        charge = charged(double)
        act(double, "dispute", charge)
        act(double, "payout", "now")
    types: dict[str, Any] = {
        "balance_transaction": stripe.BalanceTransaction,
        "billing_portal.session": stripe.billing_portal.Session,
        "charge": stripe.Charge,
        "checkout.session": stripe.checkout.Session,
        "customer": stripe.Customer,
        "dispute": stripe.Dispute,
        "event": stripe.Event,
        "invoice": stripe.Invoice,
        "invoice_payment": stripe.InvoicePayment,
        "payment_intent": stripe.PaymentIntent,
        "payment_method": stripe.PaymentMethod,
        "payout": stripe.Payout,
        "subscription": stripe.Subscription,
    }
    inner: dict[str, tuple[Any, Any]] = {
        "subscription": (lambda thing: thing["items"]["data"][0], stripe.SubscriptionItem),
        "invoice": (lambda thing: thing["lines"]["data"][0], stripe.InvoiceLineItem),
    }

    for kind, type_ in types.items():
        things = double.state.of_kind(kind)
        assert things, kind
        for thing in things:
            assert set(thing) <= set(type_.__annotations__), kind
    for kind, (part, type_) in inner.items():
        assert set(part(double.state.of_kind(kind)[0])) <= set(type_.__annotations__), kind
    price = double.state.of_kind("subscription")[0]["items"]["data"][0]["price"]
    assert set(price) <= set(stripe.Price.__annotations__)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"mode": "payment"}, "line_items[0][price_data][recurring]"),
        ({"payment_intent_data": {"metadata": {"a": "b"}}}, "payment_intent_data"),
        ({"subscription_data": {"metdata": {"a": "b"}}}, "subscription_data[metdata]"),
    ],
)
def test_what_belongs_to_the_other_mode_is_refused(double: Rehearsal, change: dict[str, Any], param: str) -> None:
    price = {"currency": "usd", "unit_amount": 500, "recurring": {"interval": "month"}, "product_data": {"name": "x"}}
    sound: dict[str, Any] = {
        "mode": "subscription",
        "success_url": "http://x.example",
        "cancel_url": "http://x.example",
        "line_items": [{"quantity": 1, "price_data": price}],
    }

    with pytest.raises(stripe.InvalidRequestError) as refused:
        provider()._client.v1.checkout.sessions.create(params=sound | change)

    assert refused.value.param == param


def test_an_expansion_deeper_than_four_steps_is_refused_as_at_stripe(double: Rehearsal) -> None:
    charge = charged(double)
    intent = double.bank.get(charge, "charge")["payment_intent"]

    for deep in ("latest_charge.refunds.data.balance_transaction.source", "latest_charge.colour"):
        with pytest.raises(stripe.InvalidRequestError):
            provider()._client.v1.payment_intents.retrieve(intent, params={"expand": [deep]})


def test_a_gift_that_is_given_once_costs_one_question_and_one_that_comes_again_two(
    double: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with starting(datetime(2027, 1, 10, 12, tzinfo=UTC)):
        once = charged(double)
        sub = subscribed(double, make_campaign())
        invoice = double.state.of_kind("invoice")[0]["id"]
        session = double.state.of_kind("checkout.session")[-1]["id"]
        asked: list[str] = []
        answer = double.api.answer
        monkeypatch.setattr(double.api, "answer", lambda *args: (asked.append(args[1]), answer(*args))[1])
        counts = {}
        for ref in (session, once, sub.provider_ref, invoice):
            asked.clear()
            provider().fetch(ref)
            counts[ref] = len(asked)

    assert counts == {session: 1, once: 1, sub.provider_ref: 1, invoice: 2}


def test_what_fell_due_while_the_double_was_down_is_done_at_its_own_moment(tmp_path: Path) -> None:
    with starting(datetime(2027, 1, 10, 12, tzinfo=UTC)) as traveller:
        with rehearsing(tmp_path) as double:
            sub = subscribed(double, make_campaign())
        traveller.move_to(datetime(2027, 3, 15, tzinfo=UTC))
        with rehearsing(tmp_path) as double:
            hear_all(double)

    paid = [each.paid_at.date() for each in sub.gift.payments.order_by("paid_at")]
    assert paid == [date(2027, 1, 10), date(2027, 2, 10), date(2027, 3, 10)]
    assert checking.check() == []


def test_the_control_page_shows_what_can_be_done_and_does_it(double: Rehearsal) -> None:
    with starting(datetime(2027, 1, 10, 12, tzinfo=UTC)) as traveller:
        sub = subscribed(double, make_campaign(), email='<b>"x"@example.org')
        page = double.desk.answer(False, "/control/", {}).html
        done = double.desk.answer(True, f"/control/decline-next/{sub.provider_ref}", {}).html
        nonsense = double.desk.answer(True, f"/control/lose/{sub.provider_ref}", {}).html
        pass_by(traveller, double, datetime(2027, 2, 11, tzinfo=UTC))
    sub.refresh_from_db()

    assert "Rehearsal: no real money" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert f"/control/dispute/{double.state.of_kind('charge')[-1]['id']}" in page
    assert "Done: decline next" in done
    assert "Not done: No such dispute" in nonsense
    assert sub.status == "past_due"


def test_a_page_of_another_site_cannot_press_the_buttons(double: Rehearsal) -> None:
    charge = charged(double)
    address = f"{double.url}/control/dispute/{charge}"
    request = urllib.request.Request(address, data=b"", headers={"Sec-Fetch-Site": "cross-site"})

    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10)

    assert double.state.of_kind("dispute") == []


def test_nonsense_of_all_kinds_is_refused_by_name(double: Rehearsal) -> None:
    charge = charged(double)
    for name, ref in (("dance", charge), ("win", "du_nope"), ("decline-next", charge), ("bring-debit", "x")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            act(double, name, ref)
        assert json.loads(refused.value.read())["error"]["message"]
