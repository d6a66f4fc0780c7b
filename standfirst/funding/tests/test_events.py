"""The door for messages: nothing unproven is written, nothing proven is lost, nothing is ever a 500."""

import json
import time
import uuid
from typing import Any

import pytest
from django.test import Client

from standfirst.funding import meter, tasks
from standfirst.funding.giving import gifts
from standfirst.funding.models import Gift, Payment, ProviderEvent
from standfirst.funding.payments import inbox
from standfirst.funding.providers import registry
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.funding.rehearsal.webhooks import signature
from standfirst.kit.money import Money
from standfirst.testing.funding import dataclass_with, make_campaign, message, started_gift, together

URL = "/funding/events/stripe/"
EVENT = {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "livemode": False}


def secret() -> str:
    return registry.provider("stripe").account.webhook_secret  # type: ignore[attr-defined,no-any-return]


def event(about: str, **wishes: Any) -> bytes:
    return json.dumps(EVENT | {"data": {"object": {"id": about, "object": "x"}}} | wishes).encode()


def send(body: bytes, header: str | None = None, **extra: Any) -> Any:
    stated = signature(body, secret(), int(time.time())) if header is None else header
    return Client().post(URL, body, content_type="application/json", headers={"Stripe-Signature": stated}, **extra)


def paid_session(double: Rehearsal, **wishes: Any) -> str:
    gift = started_gift(make_campaign(), **wishes)
    gifts.payment_page(gift)
    gift.refresh_from_db()
    with double.state.change():
        double.bank.pay(gift.session_ref)
    return str(gift.session_ref)


def raised() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


@pytest.mark.usefixtures("books")
def test_a_proven_message_of_a_paid_gift_counts_it_at_once(double: Rehearsal) -> None:
    session = paid_session(double)

    answer = send(event(session))

    assert (answer.status_code, raised()) == (200, 2_500)
    assert ProviderEvent.objects.get().state == "done"


@pytest.mark.usefixtures("books")
def test_a_message_that_claims_more_than_the_provider_says_counts_nothing(double: Rehearsal) -> None:
    gift = started_gift(make_campaign())
    gifts.payment_page(gift)
    gift.refresh_from_db()
    claim = {"id": gift.session_ref, "object": "checkout.session", "payment_status": "paid", "status": "complete"}

    answer = send(event("", data={"object": claim}))

    assert (answer.status_code, raised()) == (200, 0)
    assert Gift.objects.get().status == "open"


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "header",
    ["", "garbage", "t=1,v1=00", "v0=abc", "t=x,v1=y", "t=1,v1=é", "t=99999999999999999999999,v1=00", "t=,v1="],
)
def test_a_message_without_a_valid_signature_is_refused_and_nothing_is_written(header: str) -> None:
    answer = send(event("cs_1"), header)

    assert (answer.status_code, answer.json()["code"]) == (400, "funding.event_refused")
    assert ProviderEvent.objects.count() == 0


@pytest.mark.usefixtures("books")
def test_the_signature_of_another_endpoint_or_an_old_one_is_refused() -> None:
    body = event("cs_1")
    wrong = signature(body, "whsec_of_another_endpoint", int(time.time()))
    stale = signature(body, secret(), int(time.time()) - 301)

    assert [send(body, header).status_code for header in (wrong, stale)] == [400, 400]
    assert ProviderEvent.objects.count() == 0


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"7",
        b"\xff\xfe",
        b"{",
        b'{"object": "event"}',
        b'{"object":"event","data":[]}',
        json.dumps(EVENT).encode(),
        event("", id=5),
        json.dumps(EVENT | {"data": {"object": {"id": None}}}).encode(),
    ],
)
def test_signed_nonsense_is_refused_and_never_breaks_us(body: bytes) -> None:
    answer = send(body)

    assert answer.status_code == 400
    assert ProviderEvent.objects.count() == 0


@pytest.mark.usefixtures("books")
def test_a_huge_message_is_not_read() -> None:
    assert send(b" " * 600_000, "t=1,v1=0").status_code == 413


@pytest.mark.usefixtures("books")
def test_a_live_message_is_refused_in_rehearsal_and_a_test_message_on_a_live_site(live: Any) -> None:
    on_live_site = send(event("cs_1"))
    live.STANDFIRST = dataclass_with(live.STANDFIRST, mode="rehearsal")
    in_rehearsal = send(event("cs_1", livemode=True))

    assert (on_live_site.status_code, in_rehearsal.status_code) == (400, 400)
    assert ProviderEvent.objects.count() == 0


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("missing", ["stripe_webhook_secret", "stripe_secret_key"])
def test_without_a_secret_every_message_is_refused(live: Any, missing: str) -> None:
    body = event("cs_1", livemode=True)
    live.STANDFIRST = dataclass_with(live.STANDFIRST, **{missing: ""})

    answers = [send(body, signature(body, text, int(time.time()))) for text in ("", " ", "whsec_x")]

    assert [answer.status_code for answer in answers] == [400] * 3


@pytest.mark.usefixtures("books")
def test_a_test_key_takes_no_live_gifts(live: Any) -> None:
    live.STANDFIRST = dataclass_with(live.STANDFIRST, stripe_secret_key="sk_test_x")

    assert registry.takes_gifts_online() is False


@pytest.mark.usefixtures("books")
def test_an_unknown_or_offline_provider_sends_no_messages() -> None:
    answers = [Client().post(f"/funding/events/{name}/", b"{}", content_type="x/y") for name in ("paypal", "offline")]

    assert [answer.status_code for answer in answers] == [404, 400]
    assert Client().get(URL).status_code == 405


@pytest.mark.usefixtures("books")
def test_messages_that_we_do_not_act_on_are_accepted_and_not_kept() -> None:
    answer = send(event("cus_1", type="customer.created"))

    assert (answer.status_code, ProviderEvent.objects.count()) == (200, 0)


@pytest.mark.usefixtures("books")
def test_different_messages_about_one_payment_are_one_gift(double: Rehearsal) -> None:
    session = paid_session(double)
    intent = double.state.of_kind("payment_intent")[0]["id"]
    charge = double.state.of_kind("charge")[0]["id"]

    for number, about in enumerate((session, intent, charge, session)):
        send(event(about, id=f"evt_{number}"))

    assert (raised(), Payment.objects.count()) == (2_500, 1)
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.usefixtures("committed_books")
def test_the_same_message_sixteen_times_at_once_is_one_gift(double: Rehearsal) -> None:
    body = event(paid_session(double))

    answers = together([lambda: send(body).status_code] * 16)

    assert answers == [200] * 16
    assert (raised(), Payment.objects.count(), ProviderEvent.objects.count()) == (2_500, 1, 1)


@pytest.mark.usefixtures("books")
def test_a_message_that_comes_before_our_own_row_is_parked_and_applied_later(double: Rehearsal) -> None:
    session = paid_session(double)
    gift = Gift.objects.select_related("campaign").get()
    Gift.objects.all().delete()

    send(event(session))
    parked = ProviderEvent.objects.get()
    gift.pk = None
    gift.save(force_insert=True)
    ProviderEvent.objects.update(next_try_at=parked.received_at)
    tried = tasks.process_parked()

    assert (parked.state, parked.tries, tried) == ("parked", 1, 1)
    assert (raised(), ProviderEvent.objects.get().state) == (2_500, "done")


@pytest.mark.usefixtures("books")
def test_a_message_is_parked_while_the_provider_is_away_and_given_to_a_person_in_the_end(settings: Any) -> None:
    settings.STANDFIRST = dataclass_with(settings.STANDFIRST, rehearsal_url="http://127.0.0.1:9")
    pk = message("evt_1", "cs_1")
    registry.provider("stripe")._client._requestor._options.max_network_retries = 0  # type: ignore[attr-defined]

    states = [inbox.process(pk)]
    ProviderEvent.objects.update(tries=inbox.TRIES_MAX - 1)
    states.append(inbox.process(pk))

    assert states == ["parked", "quarantined"]
    assert "does not answer" in ProviderEvent.objects.get().error


@pytest.mark.usefixtures("books")
def test_a_message_that_contradicts_our_books_waits_for_a_person(double: Rehearsal) -> None:
    session = paid_session(double)
    Gift.objects.update(amount_minor=9_900)

    answer = send(event(session))

    found = ProviderEvent.objects.get()
    assert (answer.status_code, found.state, raised()) == (200, "quarantined", 0)
    assert "2500 USD" in found.error


@pytest.mark.usefixtures("books")
def test_what_waits_for_a_person_can_be_tried_again_and_never_counts_twice(double: Rehearsal) -> None:
    session = paid_session(double)
    Gift.objects.update(amount_minor=9_900)
    send(event(session))
    Gift.objects.update(amount_minor=2_500)
    pk = ProviderEvent.objects.get().pk

    for _ in range(2):
        inbox.try_again(event_pk=pk)
        inbox.process(pk)

    assert (ProviderEvent.objects.get().state, raised()) == ("done", 2_500)


@pytest.mark.usefixtures("books")
def test_an_object_that_the_provider_does_not_know_is_tried_again(double: Rehearsal) -> None:
    states = [inbox.process(message(f"evt_{ref}", ref)) for ref in ("cs_nope", "ch_nope", "pi_nope", "re_nope", "xx_1")]

    assert states == ["parked"] * 5


@pytest.mark.usefixtures("books")
def test_a_crash_after_the_payment_page_was_opened_loses_no_gift(double: Rehearsal) -> None:
    session = paid_session(double)
    Gift.objects.update(session_ref="", session_url="")

    send(event(session))

    assert raised() == 2_500


@pytest.mark.usefixtures("books")
def test_a_refund_made_at_the_provider_or_before_a_crash_is_booked_from_its_message(double: Rehearsal) -> None:
    send(event(paid_session(double)))
    payment = Payment.objects.get()
    refund = registry.provider("stripe").refund(payment.provider_ref, Money(700, "USD"), uuid.uuid4())

    for number in range(2):
        send(event(refund.ref, id=f"evt_refund_{number}", type="refund.created"))

    assert raised() == 1_800
    assert payment.refunds.get().status == "done"
