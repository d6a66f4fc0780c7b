"""Letters to supporters: each about one fact, once; kind words; nothing secret in the database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from standfirst.funding.models import Donor, Gift, Receipt, Subscription
from standfirst.funding.payments import counting, subscriptions
from standfirst.funding.providers.protocol import Charge
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.funding.supporters import letters, roster
from standfirst.kit import clock
from standfirst.mail import postman
from standfirst.mail.models import Letter
from standfirst.testing import supporters as people
from standfirst.testing.funding import make_campaign, paid_facts, started_gift
from standfirst.testing.mail import MailServer, a_mail_server
from standfirst.testing.subscriptions import pass_by, starting

pytestmark = pytest.mark.usefixtures("books")
ADA = "ada@example.org"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as running:
        yield running


@pytest.fixture
def monthly(double: Rehearsal) -> Subscription:
    made = people.regular(double, make_campaign(), 1_000, email=ADA)
    Letter.objects.all().delete()
    return made


def text_of(letter: Any) -> str:
    return letter.get_body(("plain",)).get_content()


def test_a_gift_is_thanked_for_with_its_receipt_as_text_and_pdf(server: MailServer) -> None:
    people.given(make_campaign(name="Winter fund"), 2_550, email=ADA)

    postman.deliver()

    letter = server.letters[0]
    pdf = next(iter(letter.iter_attachments()))
    assert letter["To"] == ADA
    assert "thank you" in letter["Subject"]
    for said in ("$25.50", "Winter fund", "-00001", "/support/me/", "rehearsal: no money moved"):
        assert said in text_of(letter)
        assert said in letter.get_body(("html",)).get_content()
    assert (pdf.get_content_type(), pdf.get_content()[:5]) == ("application/pdf", b"%PDF-")


def test_who_covers_the_fee_reads_what_was_paid(server: MailServer) -> None:
    gift = started_gift(make_campaign(), 2_000)
    Gift.objects.filter(pk=gift.pk).update(cover_minor=91)
    gift.refresh_from_db()
    counting.apply(facts=paid_facts(gift, charge={"amount": gift.charged}, email=ADA))

    postman.deliver()

    text = text_of(server.letters[0])
    assert [line for line in text.splitlines() if "$" in line] == ["Gift: $20", "For the fees: $0.91", "Paid: $20.91"]


def test_a_renewal_is_thanked_for_as_one(monthly: Subscription) -> None:
    charge = Charge(ref="ch_renewal", amount=monthly.gift.money, paid_at=clock.now(), invoice_ref="in_renewal")

    counting.count(gift=monthly.gift, charge=charge)

    assert "arrived again" in Letter.objects.get().text


def test_an_erased_supporter_gets_no_receipt_that_waited(server: MailServer) -> None:
    people.given(make_campaign(), email=ADA)
    donor = Donor.objects.get()
    Letter.objects.update(to="somewhere@example.org")  # as if it had been typed in another way
    roster.erase(donor=donor)

    postman.deliver()

    assert server.letters == []
    assert Letter.objects.get().state == "dropped"


def test_a_failed_renewal_is_told_once_until_it_is_paid_again(monthly: Subscription, server: MailServer) -> None:
    for failures in (1, 2, 3):
        Subscription.objects.update(failures=failures, status="past_due")
        letters.renewal_failed(subscription=monthly)
    charge = Charge(ref="ch_2", amount=monthly.gift.money, paid_at=clock.now())
    counting.count(gift=monthly.gift, charge=charge)
    letters.renewal_failed(subscription=monthly)
    postman.deliver()

    failed = [letter for letter in server.letters if "could not be taken" in letter["Subject"]]
    assert len(failed) == 2
    assert "/support/me/links/" in text_of(failed[0])
    assert "$10" in text_of(failed[0])


def test_the_link_in_a_letter_opens_the_page_a_week_long_and_once(monthly: Subscription) -> None:
    letters.renewal_failed(subscription=monthly)
    token = people.link_in(Letter.objects.get()).rstrip("/").rpartition("/")[2]

    with time_machine.travel(clock.now() + timedelta(days=6, hours=23)):
        first = people.client().post("/support/me/session/", {"token": token})
        second = people.client().post("/support/me/session/", {"token": token})

    assert (first.status_code, second.status_code) == (302, 410)


@pytest.mark.parametrize(
    ("ends", "told"),
    [(date(2026, 11, 30), 1), (date(2026, 12, 23), 1), (date(2026, 12, 24), 0), (date(2026, 11, 1), 0)],
)
def test_a_card_that_ends_within_a_month_is_announced_once(monthly: Subscription, ends: date, told: int) -> None:
    Subscription.objects.update(card_expires_on=ends)
    with time_machine.travel("2026-11-22T12:00Z"):
        letters.announce_expiring_cards()
        letters.announce_expiring_cards()

    found = Letter.objects.filter(key__startswith="card_expires")
    assert found.count() == told
    assert all("4242" in letter.text for letter in found)


def test_a_new_card_that_ends_is_announced_again(monthly: Subscription) -> None:
    letters.card_expires(subscription=monthly)
    monthly.card_last4 = "1881"

    letters.card_expires(subscription=monthly)

    assert Letter.objects.count() == 2


@pytest.mark.parametrize(("status", "said"), [("cancelled", "as you wished"), ("lapsed", "could not be taken")])
def test_the_end_of_a_regular_gift_is_told_once_in_kind_words(monthly: Subscription, status: str, said: str) -> None:
    monthly.status = status

    letters.subscription_ended(subscription=monthly)
    letters.subscription_ended(subscription=monthly)

    assert said in Letter.objects.get().text
    assert "Thank you" in Letter.objects.get().text


def test_going_on_after_a_pause_is_told_once_a_day(monthly: Subscription) -> None:
    letters.subscription_resumed(subscription=monthly)
    letters.subscription_resumed(subscription=monthly)

    assert [letter.subject for letter in Letter.objects.all()] == ["Your regular gift goes on"]


def test_whatever_reports_the_end_the_supporter_is_told(monthly: Subscription) -> None:
    subscriptions.cancel(subscription=monthly)
    subscriptions.cancel(subscription=monthly)

    assert [letter.key for letter in Letter.objects.all()] == [f"ended:{monthly.pk}:cancelled"]


def test_a_rehearsed_month_with_a_decline_tells_it_once_and_thanks_for_the_rest(
    double: Rehearsal, server: MailServer
) -> None:
    with starting(datetime(2027, 1, 30, 12, tzinfo=UTC)) as traveller:
        subscription = people.regular(double, make_campaign(), email=ADA)
        with double.state.change():
            double.bank.decline_next(subscription.provider_ref)
        pass_by(traveller, double, datetime(2027, 3, 1, tzinfo=UTC))
        pass_by(traveller, double, datetime(2027, 3, 31, tzinfo=UTC))
        postman.deliver()

    subjects = [letter["Subject"].split(" ")[0] for letter in server.letters]
    assert subjects.count("Receipt") == 3
    assert subjects.count("Your") == 1
    assert [str(receipt) for receipt in Receipt.objects.order_by("id")] == ["2027-00001", "2027-00002", "2027-00003"]


def test_a_supporter_without_an_address_gets_no_letter(monthly: Subscription) -> None:
    Donor.objects.update(email=None)
    monthly = Subscription.objects.select_related("gift__donor").get()

    for write in (letters.renewal_failed, letters.card_expires, letters.subscription_ended):
        write(subscription=monthly)

    assert not Letter.objects.exists()


def test_a_letter_is_dated_and_signed_in_the_supporters_language(monthly: Subscription) -> None:
    Donor.objects.update(language="de")
    monthly = Subscription.objects.select_related("gift__donor").get()

    letters.subscription_resumed(subscription=monthly)

    assert "10\xa0$" in Letter.objects.get().text
    assert 'lang="de"' in Letter.objects.get().html
