"""A gift from the form to the meter: our pages, unmodified stripe-python, the double, signed messages."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from standfirst.funding import campaigns, meter
from standfirst.funding.giving import gifts
from standfirst.funding.models import Gift, Payment, ProviderEvent, Subscription
from standfirst.funding.payments import subscriptions
from standfirst.funding.providers.protocol import ProviderUnreachable
from standfirst.funding.rehearsal.chaos import Chaos, Odds
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.testing.funding import make_campaign, rehearsing, wait_until
from standfirst.testing.subscriptions import monthly_gift

pytestmark = pytest.mark.usefixtures("committed_books")


class Browser:
    """A browser without scripts: it keeps cookies, follows redirects, and says from where it posts."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), _KeepPosting())

    def get(self, url: str) -> tuple[int, str, str]:
        return self._open(urllib.request.Request(url))

    def post(self, url: str, **fields: str) -> tuple[int, str, str]:
        data = urllib.parse.urlencode(fields).encode()
        return self._open(urllib.request.Request(url, data=data, headers={"Origin": self.origin}))

    def _open(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            with self._opener.open(request, timeout=20) as response:
                return response.status, response.url, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.url, error.read().decode()


class _KeepPosting(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request: Any, *rest: Any) -> Any:
        code, location = rest[1], rest[4]
        if code == 307:
            return urllib.request.Request(location, data=request.data, headers=dict(request.headers), unverifiable=True)
        return super().redirect_request(request, *rest)


def raised_minor() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


@pytest.fixture
def running(live_server: Any, settings: Any, tmp_path: Path, request: Any) -> Iterator[Rehearsal]:
    settings.STANDFIRST = replace(settings.STANDFIRST, url=live_server.url)
    chaos = getattr(request, "param", None)
    with rehearsing(tmp_path, webhook_url=f"{live_server.url}/funding/events/stripe/", chaos=chaos) as double:
        make_campaign()
        yield double


@pytest.fixture
def site(running: Rehearsal, live_server: Any) -> str:
    return str(live_server.url)


def test_a_supporter_gives_25_and_the_meter_moves(site: str) -> None:
    browser = Browser(site)
    form_status, _url, form = browser.get(f"{site}/support/?from=story:42")

    status, page_url, page = browser.post(f"{site}/gifts/", preset_once="2500", **{"from": "story:42"})
    declined_status, _url, declined = browser.post(page_url, action="decline")
    thanked_status, thanks_url, thanks = browser.post(page_url, action="pay")

    assert (form_status, status, declined_status, thanked_status) == (200, 200, 402, 200)
    assert "story:42" in form
    assert all("Rehearsal" in text for text in (form, page, thanks))
    assert "$25" in page
    assert "declined" in declined
    assert "/support/thanks/" in thanks_url
    assert "$25" in thanks
    assert raised_minor() == 2_500
    gift = Gift.objects.select_related("donor").get()
    assert (gift.status, gift.story_key, str(gift.donor)) == ("paid", "story:42", "reader@example.org")
    wait_until(lambda: ProviderEvent.objects.filter(state="done").count() == 5)  # two of them say that it was declined
    assert Payment.objects.count() == 1


def test_double_click_back_button_and_reload_give_one_gift(site: str) -> None:
    browser = Browser(site)

    pages = {browser.post(f"{site}/gifts/", preset_once="2500")[1] for _ in range(3)}
    for _ in range(2):
        browser.post(next(iter(pages)), action="pay")

    assert len(pages) == 1
    assert Gift.objects.count() == 1
    assert Payment.objects.count() == 1


def test_the_message_alone_counts_the_gift_when_the_supporter_never_returns(site: str) -> None:
    browser = Browser(site)
    _status, page_url, _page = browser.post(f"{site}/gifts/", amount="12.50")
    plain = urllib.request.Request(page_url, data=b"action=pay")
    opener = urllib.request.build_opener(_NoRedirect())

    with pytest.raises(urllib.error.HTTPError, match="303"):
        opener.open(plain)

    wait_until(lambda: Payment.objects.filter(amount_minor=1_250).exists())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_rest: Any) -> None:
        return None


@pytest.mark.parametrize("running", [Chaos(Odds(drop=20, duplicate=40, delay=60, error=20), seed=3)], indirect=True)
def test_months_of_gifts_that_come_again_survive_lost_doubled_late_and_disordered_messages(
    running: Rehearsal,
) -> None:
    with time_machine.travel(datetime(2027, 1, 29, 12, tzinfo=UTC)) as traveller:
        gifts_of = [monthly_gift(campaigns.current(), 1_000 * number) for number in (1, 2, 3)]
        for gift, method in zip(gifts_of, ("good", "declined", "good"), strict=True):
            page = wait_until(lambda gift=gift: opened(gift))
            assert "/pay/" in page
            with running.state.change():
                running.bank.pay(Gift.objects.get(pk=gift.pk).session_ref, method=method)
        wait_until(lambda: Payment.objects.count() == Subscription.objects.count() == 3, seconds_max=60)
        skipping = Subscription.objects.get(gift=gifts_of[2])
        wait_until(lambda: skipped(skipping), seconds_max=60)
        for month, day in ((2, 20), (3, 10), (3, 31)):
            traveller.move_to(datetime(2027, month, day, 12, tzinfo=UTC))
            with running.state.change():
                running.bank.catch_up()
            wait_until(lambda: running.state.next_due_ms() is None, seconds_max=60)
        found = {row.gift.amount_minor: row.status for row in Subscription.objects.select_related("gift")}

    paid = list(Payment.objects.order_by("paid_at", "amount_minor").values_list("paid_at__date", "amount_minor"))
    first, second, third = date(2027, 1, 29), date(2027, 2, 28), date(2027, 3, 29)
    assert paid[:3] == [(first, 1_000), (first, 2_000), (first, 3_000)]
    assert paid[3:] == [(second, 1_000), (third, 1_000), (third, 3_000)]
    assert found == {1_000: "active", 2_000: "lapsed", 3_000: "active"}


def opened(gift: Gift) -> str:
    """The provider's answer may get lost on purpose; whoever asks again gets the same page."""
    try:
        return gifts.payment_page(Gift.objects.get(pk=gift.pk))
    except ProviderUnreachable:
        return ""


def skipped(subscription: Subscription) -> bool:
    try:
        return subscriptions.skip_month(subscription=subscription).status == "paused"
    except ProviderUnreachable:
        return subscriptions.refresh(subscription).status == "paused"


@pytest.mark.parametrize("running", [Chaos(Odds(drop=30, duplicate=50, delay=60, error=30), seed=11)], indirect=True)
def test_lost_doubled_late_and_disordered_messages_leave_exactly_the_gifts_that_were_paid(site: str) -> None:
    for number in range(6):
        browser = Browser(site)
        for _patience in range(6):  # three failures in a row reach the supporter, who is asked to try again
            _status, page_url, _page = browser.post(f"{site}/gifts/", amount=f"{number + 1}")
            if "/pay/" in page_url:
                break
        browser.post(page_url, action="pay")

    wait_until(lambda: ProviderEvent.objects.filter(state="done").count() == 18, seconds_max=60)
    assert raised_minor() == 2_100
    assert Payment.objects.count() == 6
