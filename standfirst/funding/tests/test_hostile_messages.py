"""W1–W3: messages that somebody made up. None is believed, none is written, none breaks us."""

import json
import time
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standfirst.accounts.models import Account
from standfirst.delivery.changes import head
from standfirst.funding.models import Payment, ProviderEvent, Subscription
from standfirst.funding.providers import registry
from standfirst.funding.providers.stripe import HANDLED
from standfirst.funding.rehearsal.webhooks import signature
from standfirst.testing.funding import dataclass_with

pytestmark = pytest.mark.usefixtures("books")
URL = "/funding/events/stripe/"
KINDS = sorted(HANDLED)


def event(kind: str = "invoice.paid", *, live: bool = False) -> bytes:
    claim = {"id": "in_1", "object": "invoice", "status": "paid", "amount_paid": 5_000_000}
    said = {"id": "evt_1", "object": "event", "type": kind, "livemode": live, "data": {"object": claim}}
    return json.dumps(said).encode()


def secret() -> str:
    account: Any = registry.provider("stripe")
    return str(account.account.webhook_secret)


def sent(body: bytes, header: str | None) -> int:
    headers = {} if header is None else {"Stripe-Signature": header}
    return Client().post(URL, body, content_type="application/json", headers=headers).status_code


def written() -> tuple[int, ...]:
    return (*(model.objects.count() for model in (ProviderEvent, Payment, Subscription)), head())


@pytest.mark.parametrize("kind", KINDS)
def test_w1_an_unsigned_message_is_refused_and_nothing_is_written(kind: str) -> None:
    before = written()

    assert sent(event(kind), None) == 400
    assert written() == before


@pytest.mark.parametrize("kind", KINDS)
def test_w1_a_message_signed_by_another_secret_or_for_another_endpoint_is_refused(kind: str) -> None:
    body, before, at = event(kind), written(), int(time.time())
    headers = [signature(body, other, at) for other in ("whsec_other_endpoint", "", secret() + "x")]
    headers += [signature(event(kind) + b" ", secret(), at), signature(body, secret(), at).replace("v1=", "v0=")]

    assert {sent(body, header) for header in headers} == {400}
    assert written() == before


@pytest.mark.parametrize("kind", KINDS)
def test_w1_a_message_of_the_test_mode_is_refused_on_a_live_site(live: Any, kind: str) -> None:
    body, before = event(kind), written()

    assert sent(body, signature(body, "whsec_x", int(time.time()))) == 400
    assert written() == before


def test_w1_a_live_message_is_refused_in_rehearsal() -> None:
    body, before = event(live=True), written()

    assert sent(body, signature(body, secret(), int(time.time()))) == 400
    assert written() == before


@pytest.mark.parametrize("missing", ["stripe_webhook_secret", "stripe_secret_key"])
def test_w2_without_a_secret_every_message_is_refused_and_the_desk_says_so(live: Any, missing: str) -> None:
    live.STANDFIRST = dataclass_with(live.STANDFIRST, **{missing: ""})
    body = event(live=True)
    treasurer = Account.objects.create_user("treasurer", is_staff=True)
    wanted = ("access_admin", "change_providerevent")
    treasurer.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    desk = Client()
    desk.force_login(treasurer)

    codes = {sent(body, signature(body, text, int(time.time()))) for text in ("", "whsec_x", "whsec_")}
    page = desk.get("/desk/").content.decode()

    assert codes == {400}
    assert ProviderEvent.objects.count() == 0
    assert "every message about a payment is refused" in page


def test_w2_a_site_that_is_set_up_says_nothing_of_the_kind(live: Any) -> None:
    assert registry.refuses_messages() is False


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=10),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        ).map(lambda value: json.dumps(value).encode()),
        st.dictionaries(
            st.sampled_from(["id", "object", "type", "livemode", "data", "api_version"]),
            st.sampled_from(["evt_1", "event", "invoice.paid", False, None, [], {}, {"object": {"id": 5}}]),
        ).map(lambda value: json.dumps(value).encode()),
    ),
    header=st.one_of(st.none(), st.text(max_size=40), st.just("t=1,v1=é"), st.just("t=" + "9" * 400 + ",v1=0")),
    signed=st.booleans(),
)
def test_w3_bytes_without_sense_are_a_400_whoever_signed_them_and_never_a_500(
    body: bytes, header: str | None, signed: bool
) -> None:
    clean = None if header is None else "".join(each for each in header if each.isprintable() and ord(each) < 256)
    code = sent(body, signature(body, secret(), int(time.time())) if signed else clean)

    assert code == 400
    assert ProviderEvent.objects.count() == 0


def test_w3_a_huge_message_is_not_read_whatever_it_says_about_its_length() -> None:
    assert sent(b" " * (512 * 1024 + 1), "t=1,v1=0") == 413
