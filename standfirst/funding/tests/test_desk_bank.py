"""The bank's pages on the desk: a treasurer brings a file, and settles what is not certain."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from standfirst.funding.models import BankLine, ColumnMapping, Payment
from standfirst.funding.tests.test_bank_lines import transfer
from standfirst.funding.tests.test_desk import post, signed_in
from standfirst.testing.funding import make_campaign, paid_gift

pytestmark = pytest.mark.usefixtures("books")
DATA = Path(__file__).parent / "data"


@pytest.fixture
def treasurer() -> Client:
    return signed_in("Treasurers")


@pytest.fixture
def campaign() -> Any:
    return make_campaign(currency="EUR", tz="Europe/Berlin")


def bring(client: Client, name: str) -> str:
    file = SimpleUploadedFile(name, (DATA / name).read_bytes())
    return client.post(reverse("bank_desk:bring"), {"file": file}, follow=True).content.decode()


def settle(client: Client, **fields: str) -> str:
    line = BankLine.objects.filter(state__in=["new", "suggested"]).order_by("pk").first()
    assert line is not None
    return post(client, reverse("bank_desk:settle", args=[line.pk]), **fields).content.decode()


@pytest.fixture(autouse=True)
def _november(time_machine: Any) -> None:
    time_machine.move_to("2026-11-22T12:00:00Z", tick=True)


def test_a_treasurer_brings_a_statement_and_settles_every_line(treasurer: Client, campaign: Any) -> None:
    gift = transfer(campaign)
    transfer(campaign, 1_000, display_name="Grace Hopper", reference="99MM99MM9")

    said = bring(treasurer, "camt053_08.xml")
    counted = settle(treasurer, do="count")
    new = settle(treasurer, do="new", campaign=str(campaign.pk), display_name="Mary")

    assert "1 line counted · 1 to confirm · 1 waits" in said
    assert all(words in said for words in ("Grace Hopper", "Count it for this gift", "Mary Somerville"))
    assert "Counted for the gift" in counted
    assert "No line waits" in new
    assert Payment.objects.filter(gift=gift).exists()
    assert sorted(Payment.objects.values_list("amount_minor", flat=True)) == [1_000, 2_000, 2_500]
    assert set(Payment.objects.values_list("recorded_by__username", flat=True)) == {"Treasurers-someone"}


def test_case_29_a_transfer_recorded_by_hand_is_confirmed_as_the_same(treasurer: Client, campaign: Any) -> None:
    by_hand = paid_gift(campaign, 2_500, display_name="Ada", reference="app")

    said = bring(treasurer, "camt053_08.xml")
    line = BankLine.objects.get(state="suggested")
    post(treasurer, reverse("bank_desk:settle", args=[line.pk]), do="same")

    line.refresh_from_db()
    assert "It is the same" in said
    assert (line.state, line.payment) == ("same", by_hand)


def test_case_29_what_a_statement_brought_is_not_recorded_by_hand_unasked(treasurer: Client, campaign: Any) -> None:
    transfer(campaign)
    bring(treasurer, "camt053_08.xml")
    typed = {"campaign": str(campaign.pk), "amount": "25", "received_on": "2026-11-18", "reference": "app"}

    asked = post(treasurer, reverse("gifts_desk:add"), **typed).content.decode()
    before = Payment.objects.count()
    post(treasurer, reverse("gifts_desk:add"), another="on", **typed)

    assert "A bank statement brought the same amount" in asked
    assert (before, Payment.objects.count()) == (1, 2)


def test_a_line_is_set_aside_with_a_reason_and_looked_at_again(treasurer: Client, campaign: Any) -> None:
    bring(treasurer, "dutch.940")

    settle(treasurer, do="ignore", note="rent")
    aside = treasurer.get(reverse("bank_desk:index") + "?state=ignored").content.decode()
    again = post(treasurer, reverse("bank_desk:settle", args=[BankLine.objects.get().pk]), do="again")

    assert "rent" in aside
    assert "waits again" in again.content.decode()
    assert BankLine.objects.get().state == "new"


def test_a_line_is_counted_for_the_gift_whose_reference_is_typed(treasurer: Client, campaign: Any) -> None:
    gift = transfer(campaign, 900, reference="99MM99MM9")
    bring(treasurer, "dutch.940")

    wrong = settle(treasurer, do="count", reference="ABC")
    settle(treasurer, do="count", reference="99m-m99 mm9")

    assert "no gift has that reference" in wrong
    assert Payment.objects.get().gift == gift


@pytest.mark.parametrize("do", ["", "nonsense"])
def test_an_unknown_decision_changes_nothing(treasurer: Client, campaign: Any, do: str) -> None:
    bring(treasurer, "dutch.940")

    assert "please choose" in settle(treasurer, do=do)
    assert BankLine.objects.get().state == "new"


def test_a_wrong_file_is_refused_in_words(treasurer: Client, campaign: Any) -> None:
    file = SimpleUploadedFile("x.pdf", b"%PDF \0")

    said = treasurer.post(reverse("bank_desk:bring"), {"file": file}, follow=True).content.decode()
    without = post(treasurer, reverse("bank_desk:bring")).content.decode()

    assert "no CAMT.053, MT940 or CSV" in said
    assert "no CAMT.053, MT940 or CSV" in without


def test_a_new_banks_columns_are_asked_for_once(treasurer: Client, campaign: Any) -> None:
    asked = bring(treasurer, "german.csv")
    hidden = dict(re.findall(r'name="(file_name|packed)" value="([^"]*)"', asked))
    typed = {"booked_on": "0", "amount": "4", "payer": "2", "text": "3", "currency": "5", "decimal_mark": ","}

    unnamed = post(treasurer, reverse("bank_desk:columns"), date_order="dmy", **typed, **hidden).content.decode()
    wrong = post(treasurer, reverse("bank_desk:columns"), bank="Sea", date_order="mdy", **typed, **hidden)
    done = post(treasurer, reverse("bank_desk:columns"), bank="Sea", date_order="dmy", **typed, **hidden)
    again = bring(treasurer, "german.csv")

    assert "Nothing was taken in yet" in asked
    assert "This field is required" in unnamed
    assert "is no date in the order that was said" in wrong.content.decode()
    assert "2 wait" in done.content.decode()
    assert "2 known before" in again
    assert ColumnMapping.objects.get().name == "Sea"


@pytest.mark.parametrize("packed", ["", "!!", "AAAA", "eJwDAAAAAAE="])
def test_a_carried_file_that_was_tampered_with_is_refused(treasurer: Client, campaign: Any, packed: str) -> None:
    answer = post(treasurer, reverse("bank_desk:columns"), packed=packed, bank="Sea")

    assert answer.status_code == 200
    assert BankLine.objects.count() == 0


def test_p10_hostile_words_of_a_payer_are_shown_as_text(treasurer: Client, campaign: Any) -> None:
    text = (DATA / "german.csv").read_text(encoding="utf-8-sig").replace("Grace Hopper", "<script>alert(1)</script>")
    file = SimpleUploadedFile("<img src=x onerror=alert(1)>.csv", text.encode())

    asked = treasurer.post(reverse("bank_desk:bring"), {"file": file}, follow=True).content.decode()
    hidden = dict(re.findall(r'name="(file_name|packed)" value="([^"]*)"', asked))
    typed = {"booked_on": "0", "amount": "4", "payer": "2", "currency": "5", "decimal_mark": ",", "date_order": "dmy"}
    shown = post(treasurer, reverse("bank_desk:columns"), bank="<b>", **typed, **hidden).content.decode()

    assert "&lt;script&gt;alert(1)" in shown
    assert not any(raw in page for page in (asked, shown) for raw in ("<script>alert(1)", "<img src=x"))
