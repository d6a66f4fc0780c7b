"""A supporter's own page: all that was given, every receipt, and every change in as few steps as giving."""

from typing import Any

import pytest
from django.test import Client

from standfirst.funding.models import Donor, Gift, Payment, Subscription, SupporterAct
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.mail.models import Letter
from standfirst.testing import supporters as people
from standfirst.testing.funding import make_campaign, paid_gift

pytestmark = pytest.mark.usefixtures("books")
ADA, EVE = "ada@example.org", "eve@example.org"


@pytest.fixture
def monthly(double: Rehearsal) -> Subscription:
    return people.regular(double, make_campaign(), 1_000, email=ADA)


@pytest.fixture
def ada(monthly: Subscription) -> Client:
    return people.signed_in(ADA)


def act(browser: Client, subscription: Subscription, what: str, **fields: str) -> Any:
    return browser.post(f"/support/me/gifts/{subscription.gift.public_id}/{what}/", fields, follow=True)


def acts() -> list[tuple[str, str]]:
    return list(SupporterAct.objects.order_by("id").values_list("what", "note"))


def test_the_page_shows_what_was_given_its_receipt_and_what_comes_next(ada: Client, monthly: Subscription) -> None:
    page = ada.get("/support/me/").content.decode()

    assert "<strong>$10</strong> each month" in page
    assert "Visa ···· 4242" in page
    assert "2026-00001" in page or "-00001" in page
    assert "Skip the next month" in page
    assert "Rehearsal" in page


def test_a_new_amount_is_given_from_the_next_payment_on(ada: Client, monthly: Subscription) -> None:
    answer = act(ada, monthly, "amount", amount="12.50")

    assert monthly.terms.first().amount_minor == 1_250
    assert acts() == [("change_amount", "$10 → $12.50")]
    assert "you give the new amount" in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "much", "-5", "0.01", "1e9", "<script>alert(1)</script>"])
def test_an_amount_that_makes_no_sense_is_shown_again_and_nothing_changes(
    ada: Client, monthly: Subscription, typed: str
) -> None:
    answer = act(ada, monthly, "amount", amount=typed)

    assert answer.status_code == 422
    assert monthly.terms.count() == 1
    assert "<script>alert(1)" not in answer.content.decode()
    assert acts() == []


def test_a_month_can_be_skipped_in_one_step(ada: Client, monthly: Subscription) -> None:
    act(ada, monthly, "skip")
    again = act(ada, monthly, "skip")

    assert again.status_code == 409
    assert [what for what, _note in acts()] == ["skip_month"]


def test_a_pause_and_going_on_again(ada: Client, monthly: Subscription) -> None:
    paused = act(ada, monthly, "pause", months="3").content.decode()
    resumed = act(ada, monthly, "resume").content.decode()
    refused = act(ada, monthly, "pause", months="99")

    assert "paused until" in paused
    assert "paused until" not in resumed
    assert refused.status_code == 422
    assert [what for what, _note in acts()] == ["pause", "resume"]


def test_cancelling_is_one_step_and_once(ada: Client, monthly: Subscription) -> None:
    act(ada, monthly, "cancel")
    again = act(ada, monthly, "cancel")

    monthly.refresh_from_db()
    assert monthly.status == "cancelled"
    assert again.status_code == 409
    assert acts() == [("cancel", "")]


def test_another_card_is_entered_at_the_payment_service(ada: Client, monthly: Subscription, double: Rehearsal) -> None:
    answer = ada.post(f"/support/me/gifts/{monthly.gift.public_id}/card/")
    page = ada.get("/support/me/")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{double.url}/portal/")
    assert f"form-action 'self' {double.url}" in page.headers["Content-Security-Policy"]


def test_a_failed_payment_is_said_and_the_card_comes_first(ada: Client, monthly: Subscription) -> None:
    Subscription.objects.update(status="past_due")

    page = ada.get("/support/me/").content.decode()

    assert "could not be taken" in page
    assert "Use another card" in page


def test_a_name_is_shown_or_hidden_for_each_gift(ada: Client, monthly: Subscription) -> None:
    named = people.given(monthly.gift.campaign, 700, display_name="Ada L.").gift

    ada.post(f"/support/me/gifts/{named.public_id}/name/", {"shown": "no"})
    hidden = Gift.objects.get(pk=named.pk).anonymous
    ada.post(f"/support/me/gifts/{named.public_id}/name/", {"shown": "no"})
    ada.post(f"/support/me/gifts/{named.public_id}/name/", {"shown": "yes"})

    assert hidden
    assert not Gift.objects.get(pk=named.pk).anonymous
    assert [what for what, _note in acts()] == ["hide_name", "show_name"]


def test_nothing_of_another_supporter_can_be_seen_or_changed(monthly: Subscription, double: Rehearsal) -> None:
    theirs = people.regular(double, monthly.gift.campaign, 2_000, email=EVE)
    ada = people.signed_in(ADA)
    payment = Payment.objects.get(gift=theirs.gift)

    receipt = ada.get(f"/support/me/receipts/{payment.pk}.pdf")
    cancelled = act(ada, theirs, "cancel")

    theirs.refresh_from_db()
    assert (receipt.status_code, cancelled.status_code, theirs.status) == (404, 404, "active")
    assert EVE not in ada.get("/support/me/").content.decode()


def test_a_stranger_sees_no_receipt_and_can_do_nothing(monthly: Subscription) -> None:
    stranger = people.client()
    payment = Payment.objects.get()

    answers = [
        stranger.get(f"/support/me/receipts/{payment.pk}.pdf"),
        stranger.post(f"/support/me/gifts/{monthly.gift.public_id}/cancel/"),
        stranger.post("/support/me/erasure/", {"sure": "yes"}),
        stranger.post("/support/me/years/", {"first_day": "2025-01-01"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 302, 302, 302]
    assert Donor.objects.get().email == ADA


def test_a_get_changes_nothing(ada: Client, monthly: Subscription) -> None:
    answers = [ada.get(f"/support/me/gifts/{monthly.gift.public_id}/{what}/") for what in ("cancel", "skip", "name")]

    monthly.refresh_from_db()
    assert [answer.status_code for answer in answers] == [405] * 3
    assert monthly.status == "active"


def test_a_number_that_no_payment_can_have_is_no_place_to_begin(ada: Client, monthly: Subscription) -> None:
    answers = [ada.get(f"/support/me/?before={number}") for number in ("9" * 5_000, "٣", "-1", "x")]

    assert [answer.status_code for answer in answers] == [200] * 4


def test_a_receipt_is_handed_out_as_a_file(ada: Client, monthly: Subscription) -> None:
    answer = ada.get(f"/support/me/receipts/{Payment.objects.get().pk}.pdf")

    assert answer.content.startswith(b"%PDF-")
    assert 'filename="receipt-rehearsal-' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_erasing_oneself_asks_first_cancels_and_then_forgets(ada: Client, monthly: Subscription) -> None:
    page = ada.get("/support/me/erasure/").content.decode()
    unsure = ada.post("/support/me/erasure/")
    still = Donor.objects.get().email
    done = ada.post("/support/me/erasure/", {"sure": "yes"})

    monthly.refresh_from_db()
    assert "Your regular gift is cancelled first." in page
    assert (unsure.status_code, still) == (422, ADA)
    assert done.status_code == 200
    assert (Donor.objects.get().email, monthly.status) == (None, "cancelled")
    assert "You are erased" in done.content.decode()
    assert 'name="email"' in ada.get("/support/me/").content.decode()


def test_a_hostile_name_is_text_and_a_very_long_list_is_paged(ada: Client, monthly: Subscription) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    people.given(monthly.gift.campaign, 700, display_name=hostile)
    donor = Donor.objects.get()
    for number in range(51):
        gift = paid_gift(monthly.gift.campaign, 100 + number).gift
        Gift.objects.filter(pk=gift.pk).update(donor=donor)

    first = ada.get("/support/me/").content.decode()
    older = ada.get("/support/me/", {"before": first.split("?before=")[1].split('"')[0]}).content.decode()
    nonsense = ada.get("/support/me/", {"before": "9" * 400})

    assert "<img src=x" not in first
    assert "?before=" not in older
    assert (first + older).count("as PDF") == 53
    assert nonsense.status_code == 200


def test_the_page_costs_the_same_few_queries_for_many_payments(
    ada: Client, monthly: Subscription, django_assert_max_num_queries: Any
) -> None:
    donor = Donor.objects.get()
    for number in range(20):
        gift = paid_gift(monthly.gift.campaign, 100 + number).gift
        Gift.objects.filter(pk=gift.pk).update(donor=donor)

    with django_assert_max_num_queries(25):
        ada.get("/support/me/")

    assert Letter.objects.filter(to=ADA).exists()
