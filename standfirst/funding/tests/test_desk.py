"""The desk: treasurers see and do everything through the verbs, others see the sum and nobody's name."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from standfirst.accounts.models import Account
from standfirst.funding import campaigns, meter
from standfirst.funding.models import Campaign, Gift, Payment, ProviderEvent, Refund
from standfirst.funding.payments import inbox, refunds
from standfirst.kit import clock
from standfirst.testing.funding import charged_gift, make_campaign, message, paid_gift

pytestmark = pytest.mark.usefixtures("books")
LISTS = ["gifts_desk:index", "campaigns_desk:index", "inbox_desk:index"]


def signed_in(*groups: str, permissions: tuple[str, ...] = ()) -> Client:
    account = Account.objects.create_user(username=f"{'-'.join(groups)}-someone", password="x")
    account.groups.set([Group.objects.get_or_create(name=name)[0] for name in groups])
    account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    client.force_login(account)
    return client


@pytest.fixture
def treasurer() -> Client:
    return signed_in("Treasurers")


def post(client: Client, url: str, **fields: str) -> Any:
    return client.post(url, fields, follow=True)


@pytest.mark.parametrize("name", LISTS)
def test_a_treasurer_sees_the_lists(treasurer: Client, name: str) -> None:
    charged_gift(make_campaign(), email="ada@example.org")
    message("evt_1", "cs_1")

    answer = treasurer.get(reverse(name))

    assert answer.status_code == 200


def test_others_on_the_desk_see_the_sum_and_never_a_name() -> None:
    paid_gift(make_campaign(), 140_000, display_name="Ada Lovelace")
    editor = signed_in("Newcomers", permissions=("access_admin",))

    home = editor.get("/desk/").content.decode()
    answers = [editor.get(reverse(name)) for name in LISTS]
    gift = editor.get(reverse("gifts_desk:inspect", args=[Gift.objects.get().pk]))

    assert "$1,400" in home
    assert "Lovelace" not in home
    assert all("Lovelace" not in answer.content.decode() for answer in [*answers, gift])
    assert [answer.status_code for answer in [*answers, gift]] == [302] * 4


def test_others_on_the_desk_can_neither_refund_nor_retry() -> None:
    payment = charged_gift(make_campaign())
    editor = signed_in("Newcomers", permissions=("access_admin", "view_gift"))
    pk = message("evt_1", "cs_1")

    editor.post(reverse("gifts_desk:refund", args=[payment.pk]), {"amount": "5"})
    editor.post(reverse("inbox_desk:try_again", args=[pk]))

    assert Refund.objects.count() == 0


def test_gifts_are_found_by_name_address_and_reference(treasurer: Client) -> None:
    campaign = make_campaign()
    paid_gift(campaign, 100, display_name="Ada Lovelace", reference="Slip 77")
    charged_gift(campaign, email="grace@example.org")

    found = [
        treasurer.get(reverse("gifts_desk:index"), {"q": q}).content.decode() for q in ("Lovelace", "grace@", "Slip 77")
    ]

    assert ["Ada Lovelace" in html for html in found] == [True, False, True]
    assert "grace@example.org" in found[1]


def test_a_treasurer_records_an_offline_gift(treasurer: Client) -> None:
    campaign = make_campaign()
    fields = {
        "campaign": str(campaign.pk),
        "amount": "1,250.50",
        "received_on": str(clock.local_date(campaign.zone)),
        "reference": "Statement 7",
    }

    answer = post(treasurer, reverse("gifts_desk:add"), **fields)
    again = post(treasurer, reverse("gifts_desk:add"), **fields | {"amount": "5"})

    payment = Payment.objects.get()
    assert (answer.status_code, payment.amount_minor) == (200, 125_050)
    assert payment.recorded_by is not None
    assert "Another gift stands under the reference" in again.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "x"),
        ("amount", "0"),
        ("amount", "9" * 18),
        ("amount", "9" * 30),
        ("received_on", "2999-01-01"),
        ("received_on", "0026-11-20"),
        ("received_on", "0001-01-01"),
        ("reference", ""),
    ],
)
def test_a_wrong_offline_gift_is_shown_again_and_not_recorded(treasurer: Client, name: str, value: str) -> None:
    campaign = make_campaign()
    fields = {"campaign": str(campaign.pk), "amount": "5", "received_on": "2026-01-01", "reference": "r"}

    answer = post(treasurer, reverse("gifts_desk:add"), **fields | {name: value})

    assert answer.status_code == 200
    assert Payment.objects.count() == 0


def test_a_treasurer_asks_for_a_refund_and_the_background_does_it(treasurer: Client) -> None:
    payment = paid_gift(make_campaign(), 5_000)
    page = treasurer.get(reverse("gifts_desk:inspect", args=[payment.gift_id])).content.decode()

    answer = post(treasurer, reverse("gifts_desk:refund", args=[payment.pk]), amount="20", reason="a slip")
    too_much = post(treasurer, reverse("gifts_desk:refund", args=[payment.pk]), amount="30.01")
    asked = Refund.objects.get()
    refunds.send(asked.pk)

    assert "Send money back" in page
    assert "$20 will go back" in answer.content.decode()
    assert "$30 can go back at most" in too_much.content.decode()
    assert (asked.reason, asked.asked_by is not None) == ("a slip", True)
    found = meter.read()
    assert found is not None
    assert found.raised.minor == 3_000


def test_a_treasurer_opens_a_campaign_and_sets_its_goal(treasurer: Client) -> None:
    fields = {"name": "The fund", "slug": "fund", "currency": "EUR", "tz": "Europe/Berlin", "kind": "monthly"}

    post(treasurer, reverse("campaigns_desk:add"), active="on", goal="5,000", **fields)
    campaign = Campaign.objects.get()
    post(
        treasurer,
        reverse("campaigns_desk:edit", args=[campaign.pk]),
        name="Fund",
        tz="UTC",
        active="on",
        goal="6000.50",
        fee_basis_points="150",
        fee_fixed_minor="25",
        offered_month="5\n7.50",
        milestones="3,000: a photographer\n9,000: an office by the sea",
    )

    campaign.refresh_from_db()
    assert (campaign.name, campaign.tz, campaign.currency) == ("Fund", "UTC", "EUR")
    assert list(campaign.presets.values_list("interval", "amount_minor")) == [("month", 500), ("month", 750)]
    assert list(campaign.milestones.values_list("amount_minor", "label", "stretch")) == [
        (300_000, "a photographer", False),
        (900_000, "an office by the sea", True),
    ]
    assert (campaign.fee_basis_points, campaign.fee_fixed_minor) == (150, 25)
    assert list(campaign.goals.values_list("goal_minor", "set_by__username")) == [
        (600_050, "Treasurers-someone"),
        (500_000, "Treasurers-someone"),
    ]


def test_a_milestone_beyond_all_measure_is_refused_in_words(treasurer: Client) -> None:
    campaign = make_campaign()
    fields = {"name": "F", "tz": "UTC", "active": "on", "fee_basis_points": "0", "fee_fixed_minor": "0"}

    answer = post(
        treasurer,
        reverse("campaigns_desk:edit", args=[campaign.pk]),
        **fields | {"milestones": f"{'9' * 30}: the moon"},
    )

    assert "is no milestone" in answer.content.decode()
    assert campaign.milestones.count() == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("goal", "much", "could not read"),
        ("goal", "0", "above zero"),
        ("tz", "Mars/Base", "no time zone"),
        ("currency", "XXY", "no currency"),
    ],
)
def test_a_wrong_campaign_is_shown_again_with_the_reason(treasurer: Client, name: str, value: str, said: str) -> None:
    fields = {"name": "F", "slug": "f", "currency": "EUR", "tz": "UTC", "kind": "monthly", "goal": "5"}

    answer = post(treasurer, reverse("campaigns_desk:add"), **fields | {name: value})

    assert said in answer.content.decode()
    assert Campaign.objects.count() == 0


def test_a_second_campaign_on_every_page_is_refused_in_words(treasurer: Client) -> None:
    make_campaign()
    fields = {
        "name": "F",
        "slug": "f",
        "currency": "EUR",
        "tz": "UTC",
        "kind": "monthly",
        "active": "on",
        "featured": "on",
    }

    answer = post(treasurer, reverse("campaigns_desk:add"), **fields)

    assert "Another campaign stands on every page" in answer.content.decode()


def test_what_waits_for_a_person_is_announced_and_can_be_tried_again(treasurer: Client) -> None:
    make_campaign()
    pk = message("evt_1", "cs_1")
    inbox.quarantine(event_pk=pk, why="it says 5, we say 6")

    home = treasurer.get("/desk/").content.decode()
    page = treasurer.get(reverse("inbox_desk:inspect", args=[pk])).content.decode()
    post(treasurer, reverse("inbox_desk:try_again", args=[pk]))

    assert "1 payment message needs a look" in home
    assert "it says 5, we say 6" in page
    assert ProviderEvent.objects.get().state == "new"


def test_nothing_of_the_money_can_be_deleted_or_copied_on_the_desk(treasurer: Client) -> None:
    campaign = make_campaign()
    pages = treasurer.get(reverse("campaigns_desk:edit", args=[campaign.pk])).content.decode()

    assert not re.search(r"/(delete|copy|history|usage)/\d", pages)
    assert treasurer.get(f"/desk/campaigns/delete/{campaign.pk}/").status_code == 404
    assert campaigns.current() == campaign


def test_hostile_words_of_a_supporter_are_shown_as_text(treasurer: Client) -> None:
    hostile = "<script>alert(1)</script>"
    payment = paid_gift(make_campaign(), 100, display_name=hostile, message=hostile)

    pages = [reverse("gifts_desk:index"), reverse("gifts_desk:inspect", args=[payment.gift_id])]

    assert not any("<script>alert(1)" in treasurer.get(url).content.decode() for url in pages)
