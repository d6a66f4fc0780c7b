"""Yearly statements: by the publication's fiscal year, issued once, copies say that they are copies."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from wagtail.models import Site

from standfirst.funding.models import Donor, Issuer, YearStatement
from standfirst.funding.payments import refunds
from standfirst.funding.supporters import letterhead, roster, statements
from standfirst.kit.money import Money
from standfirst.testing import supporters as people
from standfirst.testing.funding import make_campaign, refund_facts, together

pytestmark = pytest.mark.usefixtures("books")
ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def new_zealand(books: None, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    Issuer.objects.create(site=Site.objects.get(is_default_site=True), fiscal_first_month=4)


def gave(campaign: Any, minor: int, at: datetime, email: str = ADA) -> Any:
    with time_machine.travel(at, tick=False):
        return people.given(campaign, minor, email=email)


@pytest.mark.usefixtures("new_zealand")
def test_a_new_zealand_year_runs_from_april_to_march() -> None:
    campaign = make_campaign(tz="Pacific/Auckland")
    gave(campaign, 1_000, datetime(2025, 3, 31, 10, 59, tzinfo=UTC))  # still March there
    gave(campaign, 2_000, datetime(2025, 3, 31, 11, 0, tzinfo=UTC))  # midnight: April
    gave(campaign, 4_000, datetime(2026, 3, 31, 10, 59, tzinfo=UTC))
    gave(campaign, 8_000, datetime(2026, 3, 31, 11, 0, tzinfo=UTC))
    with time_machine.travel("2026-06-01"):
        years = statements.years_of(Donor.objects.get())
        statement, _new = statements.issue(donor=Donor.objects.get(), first_day=date(2025, 4, 1))

    assert [(year.name, year.given_text, year.over) for year in years] == [
        ("2026/27", "$80", False),
        ("2025/26", "$60", True),
        ("2024/25", "$10", True),
    ]
    assert statement.totals["sums"] == {"USD": 6_000}


@pytest.mark.parametrize(
    ("at", "first_month", "year"),
    [
        ("2026-01-01T00:00Z", 1, date(2026, 1, 1)),
        ("2026-03-31T23:59Z", 4, date(2025, 4, 1)),
        ("2026-04-01T00:00Z", 4, date(2026, 4, 1)),
        ("2024-02-29T12:00Z", 3, date(2023, 3, 1)),
        ("2026-12-31T23:59Z", 12, date(2026, 12, 1)),
    ],
)
def test_a_moment_lies_in_one_fiscal_year(at: str, first_month: int, year: date) -> None:
    assert letterhead.fiscal_year_of(datetime.fromisoformat(at), first_month) == year


def test_a_statement_is_issued_once_and_later_copies_say_so() -> None:
    payment = gave(make_campaign(), 1_000, datetime(2025, 5, 5, tzinfo=UTC))
    donor = Donor.objects.get()

    first, new = statements.issue(donor=donor, first_day=date(2025, 1, 1))
    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(400, "USD")))
    again, new_again = statements.issue(donor=donor, first_day=date(2025, 1, 1))

    assert (new, new_again, first.pk) == (True, False, again.pk)
    assert "Copy" not in statements.paper(first, copy=False).words
    assert "Copy" in statements.paper(again, copy=True).words
    assert "less what went back: $10" in statements.paper(again, copy=True).words  # as it was issued


def test_what_went_back_before_it_was_issued_is_taken_off() -> None:
    payment = gave(make_campaign(), 1_000, datetime(2025, 5, 5, tzinfo=UTC))
    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(400, "USD")))

    statement, _new = statements.issue(donor=Donor.objects.get(), first_day=date(2025, 1, 1))

    assert statement.totals["sums"] == {"USD": 600}


def test_neither_the_running_year_nor_one_without_gifts_has_a_statement() -> None:
    people.given(make_campaign())
    donor = Donor.objects.get()

    with pytest.raises(statements.YearNotOver):
        statements.issue(donor=donor, first_day=date(2030, 1, 1))
    with pytest.raises(statements.NothingGiven):
        statements.issue(donor=donor, first_day=date(2001, 1, 1))
    with pytest.raises(statements.NothingGiven):
        statements.issue(donor=donor, first_day=date(1, 1, 1))


def test_a_statement_is_of_a_whole_fiscal_year_and_no_gift_is_on_two_when_its_beginning_is_moved() -> None:
    gave(make_campaign(), 1_000, datetime(2025, 5, 5, tzinfo=UTC))
    donor = Donor.objects.get()

    with pytest.raises(statements.NothingGiven):
        statements.issue(donor=donor, first_day=date(2025, 5, 1))
    statements.issue(donor=donor, first_day=date(2025, 1, 1))
    Issuer.objects.create(site=Site.objects.get(is_default_site=True), fiscal_first_month=4)

    with pytest.raises(statements.NothingGiven):
        statements.issue(donor=donor, first_day=date(2025, 4, 1))


def test_a_statement_is_never_changed_not_even_by_erasing() -> None:
    gave(make_campaign(), 1_000, datetime(2025, 5, 5, tzinfo=UTC))
    statement, _new = statements.issue(donor=Donor.objects.get(), first_day=date(2025, 1, 1))

    roster.erase(donor=Donor.objects.get())
    with pytest.raises(DatabaseError), transaction.atomic():
        YearStatement.objects.update(number=9)

    statement.refresh_from_db()
    assert ADA not in str(statement.totals)
    assert "A reader" in statements.paper(statement, copy=True).words


def test_after_a_merge_no_gift_stands_on_two_statements() -> None:
    campaign = make_campaign()
    gave(campaign, 1_000, datetime(2025, 5, 5, tzinfo=UTC), email=ADA)
    gave(campaign, 2_000, datetime(2025, 6, 5, tzinfo=UTC), email=BOB)
    ada, bob = Donor.objects.get(email=ADA), Donor.objects.get(email=BOB)
    statements.issue(donor=bob, first_day=date(2025, 1, 1))

    roster.merge(keep=ada, other=bob)
    statement, _new = statements.issue(donor=ada, first_day=date(2025, 1, 1))

    assert statement.totals["sums"] == {"USD": 1_000}


@pytest.mark.usefixtures("committed_books")
def test_statements_of_a_year_are_numbered_without_a_gap_whoever_asks_at_once() -> None:
    campaign = make_campaign()
    for number in range(6):
        gave(campaign, 1_000, datetime(2025, 5, 5, tzinfo=UTC), email=f"reader{number}@example.org")

    together(
        [lambda d=donor: statements.issue(donor=d, first_day=date(2025, 1, 1)) for donor in Donor.objects.all()] * 2
    )

    assert sorted(YearStatement.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_the_page_hands_out_the_statement_then_copies() -> None:
    gave(make_campaign(), 1_000, datetime(2025, 5, 5, tzinfo=UTC))
    ada = people.signed_in(ADA)
    before = ada.get("/support/me/").content.decode()

    first = ada.post("/support/me/years/", {"first_day": "2025-01-01"})
    after = ada.get("/support/me/").content.decode()
    copy = ada.get(f"/support/me/years/{YearStatement.objects.get().pk}.pdf")
    stranger = people.client().get(f"/support/me/years/{YearStatement.objects.get().pk}.pdf")
    wrong = [
        ada.post("/support/me/years/", {"first_day": day}).status_code for day in ("", "x", "9999-01-01", "2024-02-29")
    ]

    assert "Statement 2025 as PDF" in before
    assert "Copy of the statement 2025" in after
    assert first.content.startswith(b"%PDF-")
    assert copy.content.startswith(b"%PDF-")
    assert first.content != copy.content
    assert stranger.status_code == 404
    assert wrong == [404, 404, 409, 404]
