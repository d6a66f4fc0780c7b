"""What a supporter can choose: how often, how much, in which currency, for which campaign; and what is asked first."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client

from standfirst.funding.giving import gave, gifts, presets
from standfirst.funding.models import Gift, Interval
from standfirst.funding.payments import counting
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_facts, started_gift

pytestmark = pytest.mark.usefixtures("books")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def client() -> Client:
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


def give(client: Client, **fields: str) -> Any:
    answer: Any = client.post("/gifts/", fields)
    return client.post(answer["Location"], fields) if answer.status_code == 307 else answer


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of a page that asks to confirm."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def test_each_cadence_has_its_own_amounts(client: Client, double: Rehearsal) -> None:
    campaign = make_campaign()
    presets.replace(campaign=campaign, interval=Interval.MONTH, amounts=[Money(700, "USD")], locale="en")

    html = client.get("/support/").content.decode()
    give(client, interval="month", preset_once="2500", preset_month="700", preset_year="10000")

    assert 'name="preset_month" value="700" checked' in html
    gift = Gift.objects.get()
    assert (gift.interval, gift.amount_minor) == ("month", 700)


def test_an_address_can_name_the_cadence(client: Client) -> None:
    make_campaign()

    html = client.get("/support/?interval=month&amount=20").content.decode()
    nonsense = client.get("/support/", {"interval": HOSTILE}).content.decode()

    assert 'name="interval" value="month" checked' in html
    assert 'name="preset_month" value="2000" checked' in html
    assert 'name="interval" value="once" checked' in nonsense
    assert "alert(1)" not in nonsense


def test_another_cadence_is_another_gift(client: Client, double: Rehearsal) -> None:
    make_campaign()

    for interval in ("once", "month", "once", "month"):
        give(client, interval=interval, amount="20")

    assert sorted(Gift.objects.values_list("interval", flat=True)) == ["month", "once"]


@pytest.mark.parametrize("interval", ["week", HOSTILE, "MONTH", "once;month"])
def test_a_cadence_that_does_not_exist_is_refused(client: Client, interval: str) -> None:
    make_campaign()

    answer = give(client, interval=interval, amount="20")

    assert (answer.status_code, Gift.objects.count()) == (422, 0)
    assert "alert(1)" not in answer.content.decode()


@pytest.mark.parametrize("method", ["bank", "offline", "paypal", HOSTILE])
def test_p3_a_way_to_pay_that_is_not_set_up_cannot_be_chosen(client: Client, method: str) -> None:
    make_campaign()

    answer = give(client, amount="20", method=method)

    assert (answer.status_code, answer["X-Refusal"]) == (422, "funding.method_not_offered")
    assert Gift.objects.count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        "NaN",
        "inf",
        "1e9",
        "-5",
        "−5",
        "0",
        "0.00",
        "0.001",
        "1,00,000",
        "٢٥٫٥٥٥",
        "10001",
        "99999999999999999999",
        "<b>",
        "1/2",
    ],
)
def test_p2_an_amount_that_is_none_is_said_to_be_none_and_is_kept(client: Client, typed: str) -> None:
    make_campaign()

    answer = give(client, amount=typed, name="Ada")

    assert answer.status_code == 422
    assert answer["X-Refusal"] in {"funding.amount_not_understood", "funding.amount_out_of_range"}
    html = answer.content.decode()
    assert 'aria-invalid="true"' in html
    assert 'value="Ada"' in html
    assert Gift.objects.count() == 0


@pytest.mark.parametrize(
    ("language", "typed", "minor"), [("de", "1.000,50", 100_050), ("ar", "٢٥٫٥٠", 2_550), ("en", "1,000.50", 100_050)]
)
def test_p2_an_amount_is_read_as_its_language_writes_it(
    client: Client, double: Rehearsal, settings: Any, language: str, typed: str, minor: int
) -> None:
    settings.LANGUAGE_CODE = language
    make_campaign(currency="EUR")

    give(client, amount=typed)

    assert Gift.objects.get().amount_minor == minor


@pytest.mark.parametrize(("currency", "typed", "minor"), [("JPY", "1500", 1_500), ("KWD", "5.125", 5_125)])
def test_p2_a_currency_keeps_its_own_decimals(
    client: Client, double: Rehearsal, currency: str, typed: str, minor: int
) -> None:
    make_campaign(currency=currency)

    give(client, amount=typed)
    refused = give(client, amount=f"{typed}.55" if currency == "JPY" else f"{typed}5")

    assert Gift.objects.get().amount_minor == minor
    assert refused.status_code == 422


@pytest.mark.parametrize("name", ["next", "success_url", "cancel_url", "return_to"])
def test_p4_nobody_can_lead_a_supporter_elsewhere(client: Client, double: Rehearsal, name: str) -> None:
    make_campaign()

    answer = give(client, amount="20", **{name: "https://evil.example/", "from": "https://evil.example/"})

    gift = Gift.objects.get()
    session = double.state.find(gift.session_ref, "checkout.session")
    assert session is not None
    assert session["success_url"].startswith("http://127.0.0.1:8000/support/thanks/")
    assert answer["Location"].startswith(f"{double.url}/pay/")
    assert "evil.example" not in str(session)
    assert "evil.example" not in client.get(f"/support/cancelled/{gift.public_id}/").content.decode()


def test_with_the_fee_added_the_sum_is_shown_before_it_is_paid(client: Client, double: Rehearsal) -> None:
    make_campaign()

    asked = give(client, preset_once="2500", cover="yes", name="Ada", message=HOSTILE)
    html = asked.content.decode()
    assert (asked.status_code, Gift.objects.count()) == (200, 0)
    assert all(text in html for text in ("$25", "(estimated)", "$1.06", "$26.06"))
    assert "<script>alert" not in html

    answer = give(client, **fields_of(html))

    gift = Gift.objects.get()
    assert (answer.status_code, gift.amount_minor, gift.cover_minor, gift.display_name) == (303, 2_500, 106, "Ada")


def test_who_has_seen_the_sum_is_not_asked_and_who_saw_another_one_is(client: Client, double: Rehearsal) -> None:
    make_campaign()

    seen = give(client, preset_once="2500", cover="yes", confirmed="2606")
    other = give(client, preset_once="5000", cover="yes", confirmed="2606")

    assert (seen.status_code, other.status_code) == (303, 200)


def test_from_the_page_that_asks_one_can_go_back_to_the_form_with_everything(client: Client) -> None:
    make_campaign()
    html = give(client, amount="25", interval="month", cover="yes", name="Ada", dedication="For Bo").content.decode()

    form = give(client, change="yes", **fields_of(html)).content.decode()

    assert 'name="interval" value="month" checked' in form
    for kept in ('value="25"', 'value="Ada"', 'value="For Bo"', 'name="cover" value="yes" checked'):
        assert kept in form


def test_p1_the_fee_and_the_cadence_are_part_of_what_makes_a_gift_the_same(client: Client, double: Rehearsal) -> None:
    make_campaign()
    wishes = [
        {"amount": "25"},
        {"amount": "25", "cover": "yes", "confirmed": "2606"},
        {"amount": "25", "interval": "year"},
    ]

    pages = [give(client, **wish)["Location"] for wish in wishes * 2]

    assert pages[:3] == pages[3:]
    assert len(set(pages)) == 3


def pay(double: Rehearsal, gift: Gift) -> None:
    with double.state.change():
        double.bank.pay(gift.session_ref)
    gifts.refresh(gift)


def test_who_gave_the_same_a_moment_ago_is_asked(client: Client, double: Rehearsal) -> None:
    make_campaign()
    give(client, amount="20", name="Ada")
    pay(double, Gift.objects.get())

    asked = give(client, amount="20", name="Bo")
    another = give(client, amount="21")
    again = give(client, **fields_of(asked.content.decode()))

    assert (asked.status_code, "Give again?" in asked.content.decode()) == (200, True)
    assert another.status_code == 303
    assert again.status_code == 303
    assert set(Gift.objects.values_list("display_name", flat=True)) == {"Ada", "Bo", ""}


def test_after_ten_minutes_the_same_is_no_mistake(client: Client, double: Rehearsal) -> None:
    make_campaign()
    give(client, amount="20")
    pay(double, Gift.objects.get())

    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert give(client, amount="20").status_code == 303


def test_another_browser_is_not_asked(client: Client, double: Rehearsal) -> None:
    make_campaign()
    give(client, amount="20")
    pay(double, Gift.objects.get())

    assert give(Client(headers={"Sec-Fetch-Site": "same-origin"}), amount="20").status_code == 303


def test_a_campaign_of_its_own_has_its_own_page_and_takes_its_own_gifts(client: Client, double: Rehearsal) -> None:
    make_campaign()
    boat = make_campaign(slug="boat", name="A boat", featured=False, currency="EUR")

    html = client.get("/support/boat/").content.decode()
    give(client, campaign="boat", amount="20")

    assert "<h1>A boat</h1>" in html
    assert 'name="campaign" value="boat"' in html
    assert Gift.objects.get().campaign == boat
    assert client.get("/support/nothing/").status_code == 404


def test_a_campaign_that_has_ended_takes_nothing(client: Client) -> None:
    make_campaign()
    make_campaign(slug="boat", active=False)

    form = client.get("/support/boat/")

    assert (form.status_code, client.get("/support/nowhere/").status_code) == (200, 404)
    assert "takes no more gifts" in form.content.decode()
    assert "<form" not in form.content.decode().partition("<main")[2]
    assert give(client, campaign="boat", amount="20").status_code == 409
    assert give(client, campaign="nowhere", amount="20").status_code == 409
    assert Gift.objects.count() == 0


def test_another_currency_can_be_given_where_it_is_set_up(client: Client, double: Rehearsal, settings: Any) -> None:
    settings.STANDFIRST = replace(settings.STANDFIRST, currencies=("EUR", "JPY"))
    make_campaign()

    html = client.get("/support/?currency=JPY").content.decode()
    give(client, currency="JPY", preset_once="2500")
    refused = give(client, currency="GBP", amount="20")

    assert "¥2,500" in html
    assert 'name="cover"' not in html
    assert '?currency=EUR"' in html
    gift = Gift.objects.get()
    assert (gift.currency, gift.amount_minor) == ("JPY", 2_500)
    assert refused.status_code == 409


def test_p5_a_forged_return_is_not_thanked(client: Client, double: Rehearsal) -> None:
    make_campaign()
    give(client, amount="20")
    gift = Gift.objects.get()

    client.get(f"/support/thanks/{gift.public_id}/?paid=1&redirect_status=succeeded")

    gift.refresh_from_db()
    assert gift.status == "open"
    assert "sf_gave" not in client.cookies


def test_after_paying_the_browser_is_thanked_until_the_month_ends_and_the_cookie_names_nobody(
    client: Client, double: Rehearsal
) -> None:
    make_campaign(slug="fund", tz="America/New_York")
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        give(client, amount="20", name="Ada")
        gift = Gift.objects.get()
        with double.state.change():
            double.bank.pay(gift.session_ref)
        client.get(f"/support/thanks/{gift.public_id}/")

    cookie = client.cookies["sf_gave"]
    assert signing.Signer(salt="standfirst.funding.gave").unsign(cookie.value) == "fund.2026-11"
    assert cookie["expires"].startswith("Tue, 01 Dec 2026 05:00:0")
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", "")


def test_who_gives_each_month_is_thanked_in_the_next_one_too() -> None:
    campaign = make_campaign()
    now = clock.now()

    assert gave.thanked_until(started_gift(campaign, interval="month"), now) - now > timedelta(days=300)
    fixed = started_gift(make_campaign(kind="fixed", featured=False))
    fixed.campaign.kind = "fixed"
    assert gave.thanked_until(fixed, now) - now == timedelta(days=30)


def test_pages_are_the_same_for_who_has_given(client: Client) -> None:
    make_campaign()
    client.cookies["sf_gave"] = "fund.2026-11:x"

    for path in ("/", "/support/", "/fragments/meter"):
        assert client.get(path).content == Client().get(path).content
    html = client.get("/fragments/meter").content.decode()
    assert "thanks-instead" in html
    assert "asks" in html


def test_p13_hiding_the_name_is_decided_for_each_gift() -> None:
    campaign = make_campaign()
    shown = started_gift(campaign, 1_000, display_name="Ada", anonymous=False, browser_key="a" * 32)
    hidden = started_gift(campaign, 2_000, display_name="Ada", anonymous=True, browser_key="a" * 32)
    for gift in (shown, hidden):
        counting.apply(facts=paid_facts(gift, email="ada@example.org"))

    shown.refresh_from_db()
    hidden.refresh_from_db()

    assert shown.donor == hidden.donor
    assert (shown.anonymous, hidden.anonymous) == (False, True)


def test_p10_hostile_words_stay_words_on_every_page_of_a_gift(
    client: Client, double: Rehearsal, admin_client: Client
) -> None:
    make_campaign(name=HOSTILE)
    give(client, amount="20", name=HOSTILE[:60], message=HOSTILE, dedication=HOSTILE)
    gift = Gift.objects.get()
    addresses = [f"/support/cancelled/{gift.public_id}/", f"/support/thanks/{gift.public_id}/", "/support/"]

    pages = [client.get(address).content.decode() for address in addresses]
    pay(double, gift)
    pages.append(client.get(f"/support/thanks/{gift.public_id}/").content.decode())
    desk = admin_client.get("/desk/gifts/", follow=True).content.decode()

    assert not any(bad in page for page in (*pages, desk) for bad in ("<script>alert", "<img src=x"))


def test_a_dedication_that_is_too_long_is_refused_beside_its_field(client: Client) -> None:
    make_campaign()

    answer = give(client, amount="20", dedication="x" * 101)

    assert (answer.status_code, answer["X-Refusal"]) == (422, "funding.dedication_too_long")
    assert 'aria-describedby="refusal"' in answer.content.decode()


def test_a_gift_that_is_paid_is_not_taken_up_again_by_its_browser() -> None:
    campaign = make_campaign()
    first = started_gift(campaign, browser_key="a" * 32)
    counting.apply(facts=paid_facts(first))

    assert started_gift(campaign, browser_key="a" * 32).pk != first.pk


def test_p7_the_form_does_not_tell_whether_an_e_mail_address_has_given(settings: Any) -> None:
    account = {"bank_name": "Harbour Press", "bank_iban": "DE89370400440532013000"}
    settings.STANDFIRST = replace(settings.STANDFIRST, **account)
    make_campaign(currency="EUR")

    def answer_to(email: str) -> tuple[int, str]:
        stranger = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR="198.51.100.9")
        answer = give(stranger, method="bank", amount="20", email=email)
        return answer.status_code, re.sub(r"[0-9a-f-]{36}", "", answer["Location"])

    supporter = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR="203.0.113.7")
    give(supporter, method="bank", amount="20", email="ada@example.org")

    assert answer_to("ada@example.org") == answer_to("nobody@example.org")
