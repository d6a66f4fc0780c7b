"""The form: what is typed is kept, what is wrong is said beside it, and one person's haste is one gift."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from standfirst.funding import campaigns, meter
from standfirst.funding.giving import gifts
from standfirst.funding.models import Gift
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, dataclass_with, make_campaign, paid_gift, started_gift

pytestmark = pytest.mark.usefixtures("books")
PRESSED = re.compile(r'name="preset_(\w+)" value="(\d+)" checked')
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def client() -> Client:
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


def give(client: Client, **fields: str) -> Any:
    """Post the form as a browser does: a 307 is followed with the same fields."""
    answer: Any = client.post("/gifts/", fields)
    return client.post(answer["Location"], fields) if answer.status_code == 307 else answer


def test_the_form_offers_amounts_and_remembers_the_story(client: Client) -> None:
    make_campaign()

    html = client.get("/support/?from=story:42").content.decode()

    assert all(f">{text}<" in html for text in ("$10", "$25", "$50", "$100"))
    assert PRESSED.findall(html) == [("once", "2500"), ("month", "1000"), ("year", "10000")]
    assert 'name="from" value="story:42"' in html
    assert "Rehearsal" in html


def test_the_form_is_the_same_bytes_for_everybody(client: Client) -> None:
    make_campaign()
    client.cookies["sf_gift"] = "a" * 32

    answer: Any = client.get("/support/")

    assert answer.content == Client().get("/support/").content
    assert not answer.cookies
    assert answer.shown.keys >= {"publication", "funding.campaign"}
    assert answer.form_targets == ("http://127.0.0.1:8001",)


def test_an_amount_in_the_address_is_prefilled(client: Client) -> None:
    make_campaign()

    preset = client.get("/support/?amount=50").content.decode()
    typed = client.get("/support/?amount=17.50").content.decode()
    nonsense = client.get("/support/", {"amount": HOSTILE}).content.decode()

    assert ("once", "5000") in PRESSED.findall(preset)
    assert 'value="17.50"' in typed
    assert "once" not in dict(PRESSED.findall(typed))
    assert "alert(1)" not in nonsense


@pytest.mark.parametrize("story", [HOSTILE, "story:", "story:1;drop", "x" * 50, "STORY:1", "story:" + "9" * 19])
def test_a_story_of_another_form_is_left_out(client: Client, double: Rehearsal, story: str) -> None:
    make_campaign()

    give(client, preset_once="2500", **{"from": story})

    assert Gift.objects.get().story_key == ""


def test_a_gift_leads_to_the_payment_page_and_counts_nothing_yet(client: Client, double: Rehearsal) -> None:
    make_campaign()

    answer = give(client, preset_once="2500", name=" Ada  Lovelace ", message="Go on", anonymous="yes")

    gift = Gift.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{double.url}/pay/{gift.session_ref}")
    assert (gift.display_name, gift.message, gift.anonymous, gift.amount_minor) == (
        "Ada Lovelace",
        "Go on",
        True,
        2_500,
    )
    found = meter.read()
    assert found is not None
    assert found.raised.minor == 0


def test_a_typed_amount_counts_instead_of_the_button(client: Client, double: Rehearsal) -> None:
    make_campaign()

    give(client, preset_once="2500", amount="12,50")

    assert Gift.objects.get().amount_minor == 1_250


def test_haste_is_one_gift_and_the_newest_words_count(client: Client, double: Rehearsal) -> None:
    make_campaign()

    pages = {give(client, preset_once="2500", name=name)["Location"] for name in ("Ad", "Ada", "Ada L.")}

    assert len(pages) == 1
    assert Gift.objects.get().display_name == "Ada L."


def test_another_amount_another_browser_and_a_gift_after_the_first_was_paid_are_gifts_of_their_own(
    client: Client, double: Rehearsal
) -> None:
    make_campaign()
    give(client, preset_once="2500")
    give(client, preset_once="5000")
    give(Client(headers={"Sec-Fetch-Site": "same-origin"}), preset_once="2500")
    first = Gift.objects.order_by("pk").first()
    assert first is not None
    with double.state.change():
        double.bank.pay(first.session_ref)
    gifts.refresh(first)

    give(client, preset_once="2500", again="yes")

    assert Gift.objects.count() == 4


def test_a_browser_that_keeps_no_cookie_can_give_all_the_same(double: Rehearsal) -> None:
    make_campaign()
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})

    first = client.post("/gifts/", {"preset_once": "2500"})
    client.cookies.clear()
    answer = client.post(first["Location"], {"preset_once": "2500"})

    assert (first.status_code, answer.status_code) == (307, 303)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"amount": "abc"}, 422, "funding.amount_not_understood"),
        ({"amount": ""}, 422, "funding.amount_not_understood"),
        ({"preset_once": "-5"}, 422, "funding.amount_not_understood"),
        ({"preset_once": "٢٥"}, 422, "funding.amount_not_understood"),
        ({"preset_once": "1"}, 422, "funding.amount_out_of_range"),
        ({"preset_once": "99999999999"}, 422, "funding.amount_out_of_range"),
        ({"amount": "1e9"}, 422, "funding.amount_not_understood"),
        ({"amount": "5", "name": "x" * 61}, 422, "funding.name_too_long"),
        ({"amount": "5", "message": "x" * 501}, 422, "funding.message_too_long"),
    ],
)
def test_what_is_wrong_is_said_with_its_status_and_nothing_is_written(
    client: Client, fields: dict[str, str], status: int, code: str
) -> None:
    make_campaign()

    answer = give(client, **fields)

    assert (answer.status_code, answer["X-Refusal"]) == (status, code)
    assert "Nothing was charged." in answer.content.decode()
    assert Gift.objects.count() == 0


def test_a_mistake_loses_nothing_that_was_typed(client: Client) -> None:
    make_campaign()

    html = give(
        client, amount="12..5", name="Ada", message="Go on", anonymous="yes", **{"from": "story:7"}
    ).content.decode()

    assert 'value="12..5"' in html
    assert 'aria-invalid="true"' in html
    assert all(text in html for text in ('value="Ada"', ">Go on</textarea>", 'value="story:7"', "<details", " open>"))


def test_hostile_words_are_shown_as_text(client: Client, double: Rehearsal) -> None:
    make_campaign()

    html = give(client, amount="x", name=HOSTILE, message=HOSTILE).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_when_the_payment_service_is_away_the_form_says_so_and_keeps_everything(client: Client, settings: Any) -> None:
    settings.STANDFIRST = dataclass_with(settings.STANDFIRST, rehearsal_url="http://127.0.0.1:9")
    make_campaign()

    answer = give(client, amount="12.50", name="Ada")

    assert (answer.status_code, answer["X-Refusal"]) == (503, "funding.provider_unreachable")
    assert 'value="12.50"' in answer.content.decode()
    assert Gift.objects.get().status == "open"


def test_without_keys_a_live_site_offers_no_button_and_takes_no_gift(client: Client, live: Any) -> None:
    live.STANDFIRST = dataclass_with(live.STANDFIRST, stripe_secret_key="")
    make_campaign()

    html = client.get("/support/").content.decode()
    answer = give(client, preset_once="2500")

    assert "<form class=" not in html
    assert (answer.status_code, answer["X-Refusal"]) == (503, "funding.not_set_up")


def test_without_a_campaign_the_page_says_so(client: Client) -> None:
    assert "No campaign takes gifts" in client.get("/support/").content.decode()
    assert give(client, preset_once="2500").status_code == 409


def test_a_form_sent_from_another_site_is_refused() -> None:
    make_campaign()

    answer = Client(headers={"Sec-Fetch-Site": "cross-site"}).post("/gifts/", {"preset_once": "2500"})

    assert (answer.status_code, Gift.objects.count()) == (403, 0)


def test_opening_the_address_of_gifts_leads_to_the_form(client: Client) -> None:
    assert client.get("/gifts/")["Location"] == "/support/"


def test_returning_proves_nothing(client: Client, double: Rehearsal) -> None:
    make_campaign()
    give(client, preset_once="2500")
    gift = Gift.objects.get()

    answer = client.get(f"/support/thanks/{gift.public_id}/?paid=1&session_id={gift.session_ref}")

    assert "It will appear shortly" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"
    gift.refresh_from_db()
    assert gift.status == "open"


def test_returning_after_paying_shows_the_gift_before_any_message_came(client: Client, double: Rehearsal) -> None:
    make_campaign()
    give(client, preset_once="2500")
    gift = Gift.objects.get()
    with double.state.change():
        double.bank.pay(gift.session_ref)

    html = client.get(f"/support/thanks/{gift.public_id}/").content.decode()
    html_again = client.get(f"/support/cancelled/{gift.public_id}/", follow=True).content.decode()

    assert "has arrived" in html
    assert "<strong>$25</strong>" in html
    assert "has arrived" in html_again
    found = meter.read()
    assert found is not None
    assert found.raised.minor == 2_500


def test_returning_while_the_payment_service_is_away_is_no_error(client: Client, settings: Any) -> None:
    settings.STANDFIRST = dataclass_with(settings.STANDFIRST, rehearsal_url="http://127.0.0.1:9")
    gift = started_gift(make_campaign())
    gifts.keep_page(gift=gift, url="http://127.0.0.1:9/pay/cs_1", session_ref="cs_1")

    answer = client.get(f"/support/thanks/{gift.public_id}/")

    assert (answer.status_code, "shortly" in answer.content.decode()) == (200, True)


def test_turning_back_leads_to_the_form_with_the_same_amount_and_story(client: Client, double: Rehearsal) -> None:
    make_campaign()
    give(client, amount="17.50", **{"from": "story:42"})
    gift = Gift.objects.get()

    html = client.get(f"/support/cancelled/{gift.public_id}/").content.decode()

    assert "/support/?from=story%3A42&amp;amount=17.50" in html


def test_the_page_of_an_unknown_gift_does_not_exist(client: Client) -> None:
    unknown = "/support/thanks/00000000-0000-4000-8000-000000000000/"

    assert client.get(unknown).status_code == 404


def test_the_meter_for_machines_says_what_the_meter_says_and_names_nobody(client: Client) -> None:
    campaign = make_campaign()
    paid_gift(campaign, 140_000, display_name="Ada Lovelace", message="A secret")
    charged_gift(campaign, email="ada@example.org")

    answer: Any = client.get("/funding/meter.json")

    data = answer.json()
    assert (data["raised_minor"], data["goal_minor"], data["percent"], data["rehearsal"]) == (
        142_500,
        500_000,
        28,
        True,
    )
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.shown.keys == {"funding.meter"}
    assert answer.shown.expires_at == meter.read().expires_at  # type: ignore[union-attr]
    assert b"Ada" not in answer.content


def test_no_public_page_names_a_supporter(client: Client) -> None:
    campaign = make_campaign()
    paid_gift(campaign, 140_000, display_name="Ada Lovelace", message="A secret")
    charged_gift(campaign, email="ada@example.org")

    pages = [client.get(url).content.decode() for url in ("/", "/support/", "/funding/meter.json", "/fragments/meter")]

    assert not any(word in page for page in pages for word in ("Lovelace", "ada@example.org", "A secret"))


def test_a_closed_campaign_takes_no_gift(client: Client) -> None:
    campaign = make_campaign()
    campaigns.change(campaign=campaign, name=campaign.name, tz=campaign.tz, active=False)

    assert give(client, preset_once="2500").status_code == 409
    assert client.get("/funding/meter.json").json() == {"campaign": None}


@pytest.mark.parametrize(("minutes", "opened", "count"), [(10, False, 1), (30, False, 2), (30, True, 1), (56, True, 2)])
def test_a_gift_left_lying_is_taken_up_again_only_while_its_page_can_be_paid(
    double: Rehearsal, minutes: int, opened: bool, count: int
) -> None:
    make_campaign()
    wishes: dict[str, Any] = {"amount": Money(2_500, "USD"), "browser_key": "a" * 32}
    first = gifts.start(**wishes)
    if opened:
        gifts.payment_page(first)

    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        again = gifts.start(**wishes)
        page = gifts.payment_page(again)

    assert Gift.objects.count() == count
    assert "/pay/" in page
