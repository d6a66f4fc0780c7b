"""P6: cards that the payment page declines reach the limits, so that whoever tries out cards is stopped."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from standfirst.funding import allowances
from standfirst.funding.giving import gifts
from standfirst.funding.models import Gift, Payment, ProviderEvent
from standfirst.funding.providers import registry
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.funding.rehearsal.webhooks import signature
from standfirst.testing.funding import make_campaign, rehearsing, started_gift, together, wait_until
from standfirst.testing.subscriptions import hear_all, monthly_gift, subscribed

WAIT_SECONDS = 0.05
HOUSEHOLD = "203.0.113.7"
DECLINED = {"charge.failed", "payment_intent.payment_failed"}


def declines(gift: Gift, kind: str = "gift") -> int:
    """How many declined cards stand against a trait of ``gift``."""
    traits = {"everybody": "all", "gift": str(gift.public_id), "household": gift.household or ""}
    return allowances.counted(what="decline", traits={kind: traits[kind]}).get(kind, 0)


def open_page(gift: Gift) -> Gift:
    gifts.payment_page(gift)
    gift.refresh_from_db()
    return gift


def decline(double: Rehearsal, gift: Gift, times: int = 1) -> None:
    with double.state.change():
        for _ in range(times):
            double.bank.decline(gift.session_ref)


def send(kind: str, about: str, number: int) -> int:
    body = json.dumps(
        {"id": f"evt_{kind}_{number}", "object": "event", "type": kind, "livemode": False}
        | {"data": {"object": {"id": about, "object": "x"}}}
    ).encode()
    account: Any = registry.provider("stripe")
    header = signature(body, account.account.webhook_secret, int(time.time()))
    headers = {"Stripe-Signature": header}
    return Client().post("/funding/events/stripe/", body, content_type="application/json", headers=headers).status_code


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("begin", [started_gift, monthly_gift])
def test_p6_a_declined_card_is_counted_once_whatever_messages_come_and_the_gift_stays_open(
    double: Rehearsal, begin: Any
) -> None:
    gift = open_page(begin(make_campaign()))
    decline(double, gift, times=2)
    told = [(each["type"], each["data"]["object"]["id"]) for each in double.state.of_kind("event", most=100)]

    codes = {send(kind, about, number) for number in range(2) for kind, about in told if kind in DECLINED}
    hear_all(double)

    assert [kind for kind, _about in told if kind in DECLINED].count("charge.failed") == 2
    assert {kind for kind, _about in told} >= DECLINED
    assert codes == {200}
    assert (declines(gift), declines(gift, "everybody")) == (2, 2)
    gift.refresh_from_db()
    assert gift.status == "open"
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("begin", [started_gift, monthly_gift])
def test_p6_another_card_pays_after_a_declined_one_and_counts_once(double: Rehearsal, begin: Any) -> None:
    gift = open_page(begin(make_campaign()))
    decline(double, gift, times=2)
    with double.state.change():
        double.bank.pay(gift.session_ref)

    states = set(hear_all(double))

    gift.refresh_from_db()
    assert (gift.status, states) == ("paid", {"done"})
    assert Payment.objects.get().amount_minor == gift.amount_minor
    assert declines(gift) == 2


@pytest.mark.usefixtures("books")
def test_p6_a_renewal_that_fails_is_nobody_trying_out_cards(double: Rehearsal) -> None:
    begun = datetime(2026, 9, 15, 12, tzinfo=UTC)
    with time_machine.travel(begun, tick=False) as traveller:
        subscription = subscribed(double, make_campaign(), method="declined")
        for days in (31, 35, 41, 49):
            traveller.move_to(begun + timedelta(days=days))
            hear_all(double)

            assert declines(subscription.gift, "everybody") == 0
    failed = [each for each in double.state.of_kind("charge") if each["status"] == "failed"]
    assert len(failed) >= 4
    assert ProviderEvent.objects.filter(type="charge.failed", state="done").count() == len(failed)


@pytest.mark.usefixtures("books")
def test_p6_a_subscription_whose_first_card_was_declined_is_given_up_and_never_renewed(double: Rehearsal) -> None:
    begun = datetime(2026, 9, 15, 12, tzinfo=UTC)
    with time_machine.travel(begun, tick=False) as traveller:
        gift = open_page(monthly_gift(make_campaign()))
        decline(double, gift)
        hear_all(double)
        traveller.move_to(begun + timedelta(days=70))
        hear_all(double)

    gift.refresh_from_db()
    assert gift.status == "lapsed"
    assert [each["status"] for each in double.state.of_kind("subscription")] == ["incomplete_expired"]
    assert len(double.state.of_kind("charge")) == 1


@pytest.mark.usefixtures("books")
def test_p6_a_payment_page_is_closed_after_ten_declined_cards_and_not_before(double: Rehearsal) -> None:
    gift = open_page(started_gift(make_campaign()))
    decline(double, gift, times=10)
    hear_all(double)
    assert double.bank.session(gift.session_ref)["status"] == "open"

    decline(double, gift)
    hear_all(double)
    hear_all(double)

    gift.refresh_from_db()
    assert (double.bank.session(gift.session_ref)["status"], gift.status) == ("expired", "lapsed")


@pytest.mark.usefixtures("books")
def test_p6_a_failed_charge_of_another_shop_on_the_same_account_is_passed_by(double: Rehearsal) -> None:
    gift = open_page(started_gift(make_campaign()))
    decline(double, gift)
    charge = double.state.of_kind("charge")[0]
    with double.state.change():
        double.state.put(charge | {"payment_intent": None, "metadata": {}})

    assert send("charge.failed", charge["id"], 1) == 200
    assert ProviderEvent.objects.get().state == "done"
    assert declines(gift, "everybody") == 0


@pytest.fixture
def site(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[tuple[str, Rehearsal]]:
    """A site behind a proxy that it believes, and the rehearsal that sends it real messages."""
    settings.STANDFIRST = replace(settings.STANDFIRST, url=live_server.url, proxies=("127.0.0.1",))
    with rehearsing(tmp_path, webhook_url=f"{live_server.url}/funding/events/stripe/") as double:
        make_campaign()
        yield str(live_server.url), double


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: Any) -> None:
        return None


def posted(url: str, origin: str, **fields: str) -> tuple[int, str]:
    """POST a form as a browser of HOUSEHOLD would; return the status and where it leads.

    The test server lets ten connections wait and turns others away before it has read anything: those try again.
    """
    while True:
        try:
            return _posted(url, origin, **fields)
        except (ConnectionResetError, ConnectionRefusedError):
            time.sleep(WAIT_SECONDS)


def _posted(url: str, origin: str, **fields: str) -> tuple[int, str]:
    headers = {"Origin": origin, "X-Forwarded-For": HOUSEHOLD}
    request = urllib.request.Request(url, data=urllib.parse.urlencode(fields).encode(), headers=headers)
    try:
        with urllib.request.build_opener(_Stay()).open(request, timeout=60) as response:
            return response.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", "")


@pytest.mark.slow
@pytest.mark.usefixtures("committed_books")
def test_p6_fifty_cards_tried_at_once_over_http_are_counted_and_end_the_households_hour(
    site: tuple[str, Rehearsal],
) -> None:
    url, double = site
    noon = datetime.now(UTC).replace(minute=1, second=0, microsecond=0)  # no hour ends while the test runs
    with time_machine.travel(noon, tick=True):
        begun = [posted(f"{url}/gifts/?keyed=1", url, amount=str(20 + number)) for number in range(5)]
        pages = [page for _status, page in begun]
        assert [status for status, _page in begun] == [303] * 5

        tried = together(
            [lambda page=pages[number % 5]: posted(page, double.url, action="decline") for number in range(50)]
        )
        charges = double.state.of_kind("charge", most=100)
        reached = [each for each in double.state.of_kind("event", most=1_000) if each["type"] in DECLINED]
        wait_until(
            lambda: ProviderEvent.objects.filter(type__in=DECLINED, state="done").count() >= 2 * len(charges),
            seconds_max=60,
        )
        refused = together([lambda: posted(f"{url}/gifts/?keyed=1", url, amount="99")] * 50)

    assert {status for status, _page in tried} <= {402, 410}
    assert len(charges) == [status for status, _page in tried].count(402)
    assert len(charges) > allowances.DECLINES_MAX["household"]
    assert len(reached) == 2 * len(charges)
    gift = Gift.objects.first()
    assert gift is not None
    assert declines(gift, "household") == len(charges)
    assert {status for status, _page in refused} == {429}
    assert Gift.objects.count() == 5
    assert Payment.objects.count() == 0
    for each in Gift.objects.all():
        assert double.bank.session(each.session_ref)["status"] == "expired"
