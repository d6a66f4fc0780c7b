"""Gifts by bank transfer: told where to, open until matched, lapsed when nothing came."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import segno
import time_machine
from django.test import Client

from standfirst.funding import meter
from standfirst.funding.giving import gifts, references
from standfirst.funding.models import Donor, Gift
from standfirst.funding.providers import bank, registry
from standfirst.funding.providers.bank import BankAccount
from standfirst.funding.providers.protocol import EventRefused, NotSetUp
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign

pytestmark = pytest.mark.usefixtures("books")
TRANSFER = {"method": "bank", "amount": "17.50"}
ACCOUNT = BankAccount("Hafenblatt e. V.", "DE89370400440532013000", "COBADEFF360")


@pytest.fixture(autouse=True)
def _with_account(settings: Any) -> None:
    settings.STANDFIRST = replace(
        settings.STANDFIRST, bank_name=ACCOUNT.name, bank_iban=ACCOUNT.iban, bank_bic=ACCOUNT.bic
    )


@pytest.fixture
def live(live: Any) -> Any:
    live.STANDFIRST = replace(live.STANDFIRST, bank_name=ACCOUNT.name, bank_iban=ACCOUNT.iban, bank_bic=ACCOUNT.bic)
    return live


@pytest.fixture
def client() -> Client:
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


def give(client: Client, **fields: str) -> Any:
    answer: Any = client.post("/gifts/", TRANSFER | fields)
    return client.post(answer["Location"], TRANSFER | fields) if answer.status_code == 307 else answer


def page_of(client: Client, answer: Any) -> str:
    return str(client.get(answer["Location"].partition("//")[2].partition("/")[2].join(["/", ""])).content.decode())


def test_the_supporter_is_told_where_to_and_nothing_is_counted(client: Client, live: Any) -> None:
    make_campaign(currency="EUR")

    answer = give(client)
    html = page_of(client, answer)

    gift = Gift.objects.get()
    assert (answer.status_code, gift.status, gift.cover_minor) == (303, "open", 0)
    assert gift.reference
    for text in ("Hafenblatt e. V.", "DE89 3704 0044 0532 0130 00", "€17.50", references.shown(gift.reference)):
        assert text in html
    assert '<svg class="bank-code"' in html or 'class="bank-code"' in html
    assert "style=" not in html
    found = meter.read()
    assert found is not None
    assert found.raised.minor == 0


def test_in_rehearsal_nobody_is_led_to_a_real_account(client: Client) -> None:
    make_campaign(currency="EUR")

    html = page_of(client, give(client))

    assert "DE36 0000 0000 0000 0000 00" in html
    assert "3704" not in html
    assert "(rehearsal)" in html


def test_haste_is_one_transfer_with_one_reference(client: Client) -> None:
    make_campaign(currency="EUR")

    pages = {give(client, name=name)["Location"] for name in ("Ad", "Ada", "Ada L.")}

    assert len(pages) == 1
    assert Gift.objects.get().display_name == "Ada L."


def test_the_code_holds_what_a_banking_app_needs() -> None:
    svg = bank.epc_code(ACCOUNT, Money(1_750, "EUR"), "K7M-3QX-9TA")
    lines = ["BCD", "002", "1", "SCT", "COBADEFF360", ACCOUNT.name, ACCOUNT.iban, "EUR17.5", "", "", "K7M-3QX-9TA"]
    expected = segno.make_qr("\n".join(lines), error="m", boost_error=False)

    assert svg == expected.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="bank-code")
    assert bank.epc_code(ACCOUNT, Money(1_750, "USD"), "K7M-3QX-9TA") == ""


def test_a_receipt_goes_where_the_supporter_wishes(client: Client) -> None:
    make_campaign(currency="EUR")

    give(client, email=" Ada@Example.org ")
    wrong = give(client, email="ada at example", amount="19")

    assert Donor.objects.get().email == "ada@example.org"
    assert Gift.objects.get().donor == Donor.objects.get()
    assert (wrong.status_code, wrong["X-Refusal"]) == (422, "funding.email_not_understood")
    assert 'value="ada at example"' in wrong.content.decode()


def test_a_transfer_that_does_not_come_lapses_after_sixty_days_and_says_so(client: Client) -> None:
    make_campaign(currency="EUR")
    page = give(client)["Location"]

    with time_machine.travel(clock.now() + timedelta(days=59)):
        assert gifts.lapse_transfers() == 0
    with time_machine.travel(clock.now() + timedelta(days=61)):
        assert gifts.lapse_transfers() == 1

    assert Gift.objects.get().status == "lapsed"
    assert "was not made" in page_of(client, {"Location": page})


def test_a_lapsed_transfer_given_again_is_a_new_one_with_a_new_reference(client: Client) -> None:
    make_campaign(currency="EUR")
    give(client)
    with time_machine.travel(clock.now() + timedelta(days=61)):
        gifts.lapse_transfers()

    give(client)

    first, second = Gift.objects.order_by("pk")
    assert first.reference != second.reference


def test_without_an_account_the_form_offers_none_and_takes_none(client: Client, settings: Any) -> None:
    settings.STANDFIRST = replace(settings.STANDFIRST, bank_iban="")
    make_campaign(currency="EUR")

    html = client.get("/support/").content.decode()
    answer = give(client)

    assert "Bank transfer" not in html
    assert (answer.status_code, answer["X-Refusal"]) == (422, "funding.method_not_offered")
    assert Gift.objects.count() == 0


def test_where_cards_are_not_set_up_transfers_alone_are_offered(client: Client, live: Any) -> None:
    live.STANDFIRST = replace(live.STANDFIRST, stripe_secret_key="")
    make_campaign(currency="EUR")

    html = client.get("/support/").content.decode()
    answer = give(client, method="")

    assert re.search(r'type="hidden" name="method" value="bank"', html)
    assert "Monthly" not in html
    assert 'name="cover"' not in html
    assert answer.status_code == 303


@pytest.mark.parametrize("interval", ["month", "year"])
def test_a_transfer_does_not_come_again_by_itself(client: Client, interval: str) -> None:
    make_campaign(currency="EUR")

    answer = give(client, interval=interval)

    assert (answer.status_code, answer["X-Refusal"]) == (422, "funding.cannot_come_again")


def test_the_fee_is_not_added_to_what_has_none(client: Client) -> None:
    make_campaign(currency="EUR")

    give(client, cover="yes")

    assert Gift.objects.get().charged == Money(1_750, "EUR")


def test_the_same_e_mail_from_the_same_household_is_asked_and_from_elsewhere_not() -> None:
    make_campaign(currency="EUR")

    def post(address: str, **fields: str) -> Any:
        browser = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR=address)
        return give(browser, email="ada@example.org", **fields)

    post("203.0.113.7")
    here, elsewhere = post("203.0.113.7"), post("203.0.113.99")
    again = post("203.0.113.7", again="yes")

    assert (here.status_code, "Give again?" in here.content.decode()) == (200, True)
    assert elsewhere.status_code == 303
    assert again.status_code == 303


def test_the_thanks_of_an_open_transfer_lead_to_its_page(client: Client) -> None:
    make_campaign(currency="EUR")
    give(client)
    gift = Gift.objects.get()

    answer: Any = client.get(f"/support/thanks/{gift.public_id}/")

    assert answer["Location"] == f"/support/transfers/{gift.public_id}/"
    assert "sf_gave" not in client.cookies


def test_the_page_of_a_transfer_is_nobodys_else_and_is_kept_nowhere(client: Client) -> None:
    campaign = make_campaign(currency="EUR")
    give(client)
    card = gifts.start(amount=Money(1_000, campaign.currency))

    answer: Any = client.get(f"/support/transfers/{Gift.objects.order_by('pk')[0].public_id}/")

    assert answer["Cache-Control"] == "no-store, private"
    assert "noindex" in answer.content.decode()
    assert client.get(f"/support/transfers/{card.public_id}/").status_code == 404
    assert client.get("/support/transfers/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_nobody_can_report_a_transfer_from_outside(client: Client) -> None:
    provider = registry.provider("bank")

    with pytest.raises(EventRefused):
        provider.verify(b"{}", {})
    with pytest.raises(NotSetUp):
        provider.fetch("x")
    assert client.post("/funding/events/bank/", b"{}", content_type="application/json").status_code == 400


def test_who_began_a_gift_is_forgotten_after_two_days(client: Client) -> None:
    make_campaign(currency="EUR")
    give(client)
    Gift.objects.update(household="h")

    assert gifts.forget_browsers() == 0
    with time_machine.travel(clock.now() + timedelta(days=3)):
        assert gifts.forget_browsers() == 1
        assert gifts.forget_browsers() == 0

    gift = Gift.objects.get()
    assert (gift.browser, gift.household) == ("", None)
