"""Supporters on the desk: treasurers do for them what they can do themselves; nobody else sees a name."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from standfirst.accounts.models import Account
from standfirst.funding.models import Donor, Payment, Subscription, SupporterAct
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.funding.supporters import roster, statements
from standfirst.mail import outbox
from standfirst.mail.models import Letter
from standfirst.testing import supporters as people
from standfirst.testing.funding import make_campaign

pytestmark = pytest.mark.usefixtures("books")
ADA, BOB = "ada@example.org", "bob@example.org"


def on_the_desk(name: str, *groups: str, permissions: tuple[str, ...] = ()) -> Client:
    account = Account.objects.create_user(username=name, password="x")
    account.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    client.force_login(account)
    return client


@pytest.fixture
def monthly(double: Rehearsal) -> Subscription:
    return people.regular(double, make_campaign(), 1_000, email=ADA)


@pytest.fixture
def treasurer() -> Client:
    return on_the_desk("theo", "Treasurers")


def addresses(donor: Donor) -> dict[str, list[str]]:
    payment = Payment.objects.filter(gift__donor=donor).first()
    return {
        "get": [
            reverse("supporters_desk:index"),
            reverse("supporters_desk:inspect", args=[donor.pk]),
            reverse("supporters_desk:receipt", args=[payment.pk]),
        ],
        "post": [
            *(reverse("supporters_desk:act", args=[donor.pk, what]) for what in ("cancel", "amount", "pause", "name")),
            reverse("supporters_desk:erase", args=[donor.pk]),
            reverse("supporters_desk:merge", args=[donor.pk]),
        ],
    }


def act(client: Client, subscription: Subscription, what: str, **fields: str) -> Any:
    url = reverse("supporters_desk:act", args=[subscription.gift.donor_id, what])
    return client.post(url, {"gift": str(subscription.gift.public_id)} | fields, follow=True)


def test_p12_nobody_but_treasurers_sees_or_changes_a_supporter(monthly: Subscription) -> None:
    others = [
        on_the_desk("ed", "Editors", permissions=("access_admin",)),
        on_the_desk("mo", "Moderators", permissions=("access_admin",)),
        on_the_desk("au", "Authors", permissions=("access_admin",)),
        on_the_desk("vi", permissions=("access_admin", "view_gift", "view_payment")),
        Client(headers={"Sec-Fetch-Site": "same-origin"}),
    ]
    donor = monthly.gift.donor
    fields = {"gift": str(monthly.gift.public_id), "sure": "yes", "email": BOB, "amount": "5", "months": "1"}

    for other in others:
        seen = [other.get(url) for url in addresses(donor)["get"]]
        done = [other.post(url, fields) for url in addresses(donor)["post"]]
        assert {answer.status_code for answer in [*seen, *done]} == {302}
        assert not any(ADA in answer.content.decode() for answer in [*seen, other.get("/desk/", follow=True)])

    donor.refresh_from_db()
    monthly.refresh_from_db()
    assert (donor.email, monthly.status, SupporterAct.objects.count()) == (ADA, "active", 0)


def test_who_may_look_may_not_change(monthly: Subscription) -> None:
    looker = on_the_desk("lo", permissions=("access_admin", "view_donor"))

    page = looker.get(reverse("supporters_desk:inspect", args=[monthly.gift.donor_id])).content.decode()
    act(looker, monthly, "cancel")

    monthly.refresh_from_db()
    assert ADA in page
    assert "Change the amount" not in page
    assert monthly.status == "active"


def test_a_treasurer_finds_a_supporter_by_address_and_name(treasurer: Client, monthly: Subscription) -> None:
    people.given(monthly.gift.campaign, 900, email=BOB, display_name="Robert")

    found = [
        treasurer.get(reverse("supporters_desk:index"), {"q": q}).content.decode() for q in ("ada@", "Robert", "nobody")
    ]

    assert [(ADA in html, BOB in html) for html in found] == [(True, False), (False, True), (False, False)]


def test_one_supporter_shows_gifts_receipts_and_what_was_changed(treasurer: Client, monthly: Subscription) -> None:
    roster.note(donor=monthly.gift.donor, what="pause", about="2027-01-11")

    page = treasurer.get(reverse("supporters_desk:inspect", args=[monthly.gift.donor_id])).content.decode()

    for said in ("$10", "-00001", "paused until 2027-01-11", "the supporter", "Visa ···· 4242"):
        assert said in page


def test_a_treasurer_does_what_a_supporter_asks_for_and_it_is_written_down(
    treasurer: Client, monthly: Subscription
) -> None:
    act(treasurer, monthly, "amount", amount="15")
    act(treasurer, monthly, "pause", months="3")
    act(treasurer, monthly, "resume")
    act(treasurer, monthly, "skip")
    act(treasurer, monthly, "name", shown="no")
    page = act(treasurer, monthly, "cancel").content.decode()

    monthly.refresh_from_db()
    assert monthly.status == "cancelled"
    assert list(SupporterAct.objects.order_by("id").values_list("what", "by__username")) == [
        (what, "theo") for what in ("change_amount", "pause", "resume", "skip_month", "hide_name", "cancel")
    ]
    assert "theo" in page


def test_what_is_refused_is_said(treasurer: Client, monthly: Subscription) -> None:
    wrong = act(treasurer, monthly, "amount", amount="much").content.decode()
    act(treasurer, monthly, "cancel")
    again = act(treasurer, monthly, "cancel").content.decode()

    assert "could not read" in wrong
    assert "nothing to change" in again


@pytest.mark.parametrize(
    ("what", "gift"), [("cancel", "x"), ("cancel", "7f0f6a2e-0000-4000-8000-000000000000"), ("x", "")]
)
def test_what_is_not_there_is_not_found(treasurer: Client, monthly: Subscription, what: str, gift: str) -> None:
    url = reverse("supporters_desk:act", args=[monthly.gift.donor_id, what])

    assert treasurer.post(url, {"gift": gift or str(monthly.gift.public_id)}).status_code == 404


def test_a_treasurer_merges_two_and_erases_one(treasurer: Client, monthly: Subscription) -> None:
    people.given(monthly.gift.campaign, 900, email=BOB)
    donor = monthly.gift.donor
    merge, erase = (reverse(f"supporters_desk:{name}", args=[donor.pk]) for name in ("merge", "erase"))

    unknown = treasurer.post(merge, {"email": "nobody@example.org"}, follow=True).content.decode()
    itself = treasurer.post(merge, {"email": ADA}, follow=True).content.decode()
    merged = treasurer.post(merge, {"email": " BOB@example.org"}, follow=True).content.decode()
    unsure = treasurer.post(erase, follow=True).content.decode()
    erased = treasurer.post(erase, {"sure": "yes"}, follow=True).content.decode()

    donor.refresh_from_db()
    assert "No supporter has that address" in unknown
    assert "cannot be merged" in itself
    assert "The gifts of both stand here" in merged
    assert "Nothing was erased" in unsure
    assert "is erased" in erased
    assert (donor.email, donor.gifts.count(), Donor.objects.exclude(email=None).count()) == (None, 2, 0)


def test_receipts_and_copies_of_statements_are_handed_out(treasurer: Client, monthly: Subscription) -> None:
    with time_machine.travel("2031-01-01"):
        statement, _new = statements.issue(donor=monthly.gift.donor, first_day=date(2026, 1, 1))

    receipt = treasurer.get(reverse("supporters_desk:receipt", args=[Payment.objects.get().pk]))
    copy = treasurer.get(reverse("supporters_desk:statement", args=[statement.pk]))

    assert receipt.content.startswith(b"%PDF-")
    assert copy.content.startswith(b"%PDF-")
    assert treasurer.get(reverse("supporters_desk:receipt", args=[999])).status_code == 404


def test_nothing_is_added_edited_or_deleted_by_hand(treasurer: Client, monthly: Subscription) -> None:
    donor = monthly.gift.donor

    answers = [treasurer.get(f"/desk/supporters/{what}/{donor.pk}/").status_code for what in ("edit", "delete", "copy")]

    assert answers == [404] * 3
    assert treasurer.get("/desk/supporters/new/").status_code == 404


def test_a_treasurer_says_who_issues_receipts(treasurer: Client) -> None:
    url = reverse("wagtailsettings:edit", args=["funding", "issuer"])

    page = treasurer.get(url, follow=True)

    assert page.status_code == 200
    assert "fiscal year" in page.content.decode()


def test_letters_that_could_not_be_delivered_are_seen_and_tried_again(treasurer: Client, monthly: Subscription) -> None:
    letter = outbox.claim(letter_id=Letter.objects.get().pk)
    outbox.failed(letter=letter, why="refused: 550", for_good=True)
    editor = on_the_desk("ed", "Editors", permissions=("access_admin",))

    home = treasurer.get("/desk/").content.decode()
    listed = treasurer.get(reverse("letters_desk:index")).content.decode()
    page = treasurer.get(reverse("letters_desk:inspect", args=[letter.pk])).content.decode()
    others = editor.get(reverse("letters_desk:index"))
    treasurer.post(reverse("letters_desk:try_again", args=[letter.pk]))

    assert "1 letter could not be delivered" in home
    assert "refused: 550" in listed
    assert "Your gift has arrived" not in page  # a letter's text is nobody else's business
    assert others.status_code == 302
    assert "letter could not" not in editor.get("/desk/").content.decode()
    assert outbox.due(10) == [letter.pk]
