"""What treasurers look after besides gifts: comparisons, rates, promises, and whom they thanked."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from standfirst.accounts.models import Account
from standfirst.funding import pools, watching
from standfirst.funding.books import rate_sheets
from standfirst.funding.models import MatchingPool, Rate, Reconciliation
from standfirst.funding.tests.test_desk import post, signed_in
from standfirst.kit import clock
from standfirst.mail.models import Letter
from standfirst.testing.funding import charged_gift, make_campaign

pytestmark = pytest.mark.usefixtures("books")
DIFFERENCE = {"kind": "missing", "ref": "ch_9", "ours": 500, "theirs": 0, "currency": "USD", "why": ""}


@pytest.fixture
def treasurer() -> Client:
    return signed_in("Treasurers")


def checked(hours_ago: int = 1, *, mode: str = "live", differences: Any = ()) -> Reconciliation:
    at = clock.now() - timedelta(hours=hours_ago)
    return Reconciliation.objects.create(
        provider="stripe", mode=mode, checked_at=at, since=at, compared=3, differences=list(differences)
    )


def test_books_that_agree_say_when_they_were_checked(treasurer: Client, live: Any) -> None:
    checked()

    home = treasurer.get("/desk/").content.decode()
    page = treasurer.get(reverse("reconciliation_desk:index")).content.decode()

    assert "Ledger = stripe, checked" in home
    assert "Ledger = stripe, checked" in page
    assert 'role="alert"' not in home


@pytest.mark.parametrize(
    ("hours", "differences", "said"),
    [(1, [DIFFERENCE], "The books differ"), (27, [], "have not been compared"), (25, [], "")],
)
def test_every_page_of_the_desk_warns_treasurers_alone(
    treasurer: Client, live: Any, hours: int, differences: Any, said: str
) -> None:
    checked(hours, differences=differences)
    editor = signed_in("Editors", permissions=("access_admin",))

    pages = [treasurer.get(url).content.decode() for url in ("/desk/", reverse("gifts_desk:index"))]
    theirs = editor.get("/desk/").content.decode()

    assert all(said in page and ('role="alert"' in page) is bool(said) for page in pages)
    assert 'role="alert"' not in theirs


def test_a_difference_is_shown_in_words(treasurer: Client, live: Any) -> None:
    checked(differences=[DIFFERENCE])

    page = treasurer.get(reverse("reconciliation_desk:index")).content.decode()

    assert "ch_9: $5 stand in our books, the payment service lists nothing." in page


def test_treasurers_are_written_to_once_for_each_comparison_that_differs(treasurer: Client, live: Any) -> None:
    Account.objects.update(email="mira@example.org")
    quiet = watching.warn()
    checked(differences=[DIFFERENCE])

    watching.warn()
    watching.warn()
    once = Letter.objects.count()
    checked(differences=[DIFFERENCE])
    watching.warn()

    assert (quiet, once, Letter.objects.count()) == (0, 1, 2)


ECB = "Date, USD, JPY, GBP, XYZ, \n20 November 2026, 1.25, 160.5, 0.8, 3, \n"
ECB += "2026-11-19,1.2,N/A,0.75,3,\n1999-01-04,1,1,1,1,\n"


def test_the_central_banks_table_is_taken_in_once_and_through_the_euro(treasurer: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-11-22T12:00:00Z")
    make_campaign(currency="USD")

    said = treasurer.post(
        reverse("rates_desk:take_in"), {"file": SimpleUploadedFile("x.csv", ECB.encode())}, follow=True
    ).content.decode()
    again = rate_sheets.take_in(data=ECB.encode())

    rates = {(rate.base, rate.quote, rate.day.day): rate.rate for rate in Rate.objects.all()}
    assert rates["EUR", "USD", 20] == Decimal("1.25")
    assert rates["GBP", "USD", 20] == Decimal("1.5625")
    assert ("EUR", "JPY", 19) not in rates
    assert len(rates) == 8
    assert "8 new rates" in said
    assert again == 0


@pytest.mark.parametrize(
    "text",
    ["", "Day,USD\n", "Date,EUR\n", "Date,USD\nx,1\n", "Date,USD\n2026-11-20,x\n", "Date,USD\n2026-11-20,-1\n",
     "Date,USD\n2026-11-20,NaN\n", "Date,USD\n2026-11-20,1e99\n"],
)  # fmt: skip
def test_a_table_of_another_layout_is_refused_whole(text: str) -> None:
    with pytest.raises(rate_sheets.SheetNotUnderstood):
        rate_sheets.take_in(data=text.encode())

    assert Rate.objects.count() == 0


def test_a_rate_is_typed_once_and_never_replaced(treasurer: Client) -> None:
    typed = {"day": "2026-11-20", "base": "gbp", "quote": "USD", "rate": "1.25", "source": "the paper"}

    post(treasurer, reverse("rates_desk:add"), **typed)
    again = post(treasurer, reverse("rates_desk:add"), **typed | {"rate": "2"}).content.decode()
    unknown = post(treasurer, reverse("rates_desk:add"), **typed | {"base": "XXY"}).content.decode()

    assert Rate.objects.values_list("base", "rate", "day").get() == ("GBP", Decimal("1.25"), date(2026, 11, 20))
    assert "already exists" in again or "stands for 2026-11-20 already" in again
    assert "no currency that we know" in unknown


def test_a_treasurer_writes_down_a_promise_and_ends_it(treasurer: Client) -> None:
    campaign = make_campaign()
    typed = {
        "campaign": str(campaign.pk), "sponsor": "The bakery", "slug": "bakery", "cap": "1,000", "percent": "100",
        "starts_at": "2026-11-01 00:00", "ends_at": "2099-01-01 00:00",
    }  # fmt: skip

    post(treasurer, reverse("pools_desk:add"), **typed)
    pool = MatchingPool.objects.get()
    charged_gift(campaign)
    page = treasurer.get(reverse("pools_desk:inspect", args=[pool.pk])).content.decode()
    post(treasurer, reverse("pools_desk:end", args=[pool.pk]))

    assert pool.cap_minor == 100_000
    assert "of at most $1,000 were added" in page
    assert pools.running(campaign) == []


def test_a_promise_beyond_all_measure_is_refused_in_words(treasurer: Client) -> None:
    typed = {
        "campaign": str(make_campaign().pk), "sponsor": "Ida", "slug": "bakery", "cap": "9" * 30, "percent": "100",
        "starts_at": "2026-11-01 00:00", "ends_at": "2099-01-01 00:00",
    }  # fmt: skip

    answer = post(treasurer, reverse("pools_desk:add"), **typed)

    assert "above zero and at most" in answer.content.decode()
    assert MatchingPool.objects.count() == 0


def test_a_gift_is_thanked_for_once_and_its_history_says_by_whom(treasurer: Client) -> None:
    gift = charged_gift(make_campaign(), email="ada@example.org").gift

    first = post(treasurer, reverse("gifts_desk:thank", args=[gift.pk]), note="a postcard").content.decode()
    again = post(treasurer, reverse("gifts_desk:thank", args=[gift.pk])).content.decode()

    gift.refresh_from_db()
    assert gift.thanked_by is not None
    assert "Thanked." in first
    assert "thanked · Treasurers-someone" in first
    assert "already" in again
    assert list(gift.donor.acts.values_list("what", "note")) == [("thanked", "a postcard")]
    assert [
        len(treasurer.get(reverse("gifts_desk:index") + f"?thanked={asked}").context["object_list"])
        for asked in ("true", "false")
    ] == [1, 0]
