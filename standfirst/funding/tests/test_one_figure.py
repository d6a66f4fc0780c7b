"""One figure, to the cent, wherever it is shown; and what stands beside it says the same everywhere, too."""

import csv
import io
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from standfirst.accounts.models import Account
from standfirst.funding import campaigns, meter, reports
from standfirst.funding.books import closings, ledger
from standfirst.funding.models import Campaign, Gift, Mode, Subscription
from standfirst.funding.payments import counting, refunds, subscriptions
from standfirst.funding.public import months, promised
from standfirst.funding.tests.test_desk import signed_in
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_facts, paid_gift, refund_facts, started_gift
from standfirst.web.pages import fragments

pytestmark = pytest.mark.usefixtures("books")
OCTOBER, NOVEMBER = datetime(2026, 10, 20, 17, tzinfo=UTC), datetime(2026, 11, 16, 18, tzinfo=UTC)
NOVEMBER_DAY = date(2026, 11, 1)
GROSS, NET = 7_550, 7_471


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def covered_gift(campaign: Campaign, minor: int, cover: int, fee: int) -> Any:
    """Count a gift by card with what was added for the fees, and what the payment service kept."""
    gift = started_gift(campaign, minor)
    Gift.objects.filter(pk=gift.pk).update(cover_minor=cover)
    gift.refresh_from_db()
    charge = {"amount": gift.charged, "settled": gift.charged, "fee": Money(fee, "USD"), "fee_ref": f"txn_{gift.pk}"}
    return counting.apply(facts=paid_facts(gift, charge=charge)).payments.get()


@pytest.fixture(params=[False, True], ids=["given", "after fees"])
def campaign(request: Any) -> Any:
    """A campaign in November: a closed and restated October, two gifts by card, one by hand, a refund, a correction."""
    with at(OCTOBER):
        found = make_campaign(slug="fund")
        Campaign.objects.update(net_of_fees=request.param)
        found.refresh_from_db()
        before = covered_gift(found, 4_000, 0, 146)
    with at(NOVEMBER):
        closings.close_due()
        refunds.settle(payment=before, facts=refund_facts("re_0", Money(1_500, "USD")))
        first = covered_gift(found, 5_000, 96, 175)
        covered_gift(found, 1_000, 0, 0)
        paid_gift(found, 2_500)
        refunds.settle(payment=first, facts=refund_facts("re_1", Money(1_000, "USD")))
        ledger.adjust(
            debit="bank",
            credit=ledger.income(found),
            amount=Money(50, "USD"),
            mode=Mode.REHEARSAL,
            period=first.period,
            note="Two quarters behind the drawer",
            by=Account.objects.create_user("treasurer@example.org"),
        )
        yield found


def page(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_every_page_file_and_report_says_what_the_meter_says(campaign: Campaign) -> None:
    net = campaign.net_of_fees
    expected = NET if net else GROSS
    text = "$74.71" if net else "$75.50"
    file: Any = Client().get("/funding/2026-11/ledger.csv")
    desk = signed_in("Editors", permissions=("access_admin",))

    figures = {
        "meter": meter.read().raised.minor,  # type: ignore[union-attr]
        "json": Client().get("/funding/meter.json").json()["raised_minor"],
        "campaign's json": Client().get("/funding/campaigns/fund/meter.json").json()["raised_minor"],
        "months": months.of(campaign, Mode.REHEARSAL)[0].raised.minor,
        "statement": months.statement(campaign, NOVEMBER_DAY, Mode.REHEARSAL).month.raised.minor,  # type: ignore[union-attr]
        "closing": closings.of(campaign.periods.get(first_day=NOVEMBER_DAY)).now.minor,
        "report": reports.raised(campaign, mode="rehearsal")[-1].given.minor,
        "downloaded ledger": counted_in(file.getvalue(), net=net),
    }
    pages = {
        "band": fragments.meters([""])[""].html,
        "in a sentence": fragments.meters(["figure"])["figure"].html,
        "picture": page("/funding/meter.svg"),
        "overview": page("/funding/"),
        "month": page("/funding/2026-11/"),
        "desk": desk.get("/desk/").content.decode(),
        "reports": desk.get(reverse("funding_reports:index")).content.decode(),
    }

    assert figures == dict.fromkeys(figures, expected)
    assert {name for name, html in pages.items() if text not in html} == set()


def counted_in(file: bytes, *, net: bool) -> int:
    """Add up a downloaded ledger as a reader with a spreadsheet would."""
    accounts = {"income:gifts:fund"} | ({"income:fee_cover", "expense:fees"} if net else set())
    sums = 0
    for row in csv.DictReader(io.StringIO(file.decode("utf-8-sig"))):
        minor = int(row["amount_minor"])
        sums += minor * (row["credit"] in accounts) - minor * (row["debit"] in accounts)
    return sums


def test_a_month_that_moved_after_its_end_is_shown_as_closed_and_restated_everywhere(campaign: Campaign) -> None:
    closed, now = ("$38.54", "$23.54") if campaign.net_of_fees else ("$40", "$25")

    overview, statement = page("/funding/"), page("/funding/2026-10/")
    report = reports.raised(campaign, mode="rehearsal")

    assert f"restated; closed with {closed}" in overview
    assert f"it showed {closed}." in statement
    assert f"<strong>{now}</strong>" in statement
    assert [each.restated for each in report] == [True, False]


def test_a_month_in_which_nothing_moved_after_its_end_is_not_called_restated(campaign: Campaign) -> None:
    with at(datetime(2026, 12, 2, 12, tzinfo=UTC)):
        closings.close_due()
        november = reports.raised(campaign, mode="rehearsal")[-1]
        statement = page("/funding/2026-11/")

    assert (november.closed, november.restated) == (november.given, False)
    assert "As it was when the month ended." in statement


def test_the_months_statement_is_there_on_the_first_without_any_job(campaign: Campaign) -> None:
    with at(datetime(2026, 12, 1, 5, 0, tzinfo=UTC)):  # midnight in New York
        overview, statement = page("/funding/"), page("/funding/2026-11/")
        said = meter.read()

    assert "still running" not in statement
    assert 'href="/funding/2026-11/"' in overview
    assert (said.raised.minor, said.first_day) == (0, date(2026, 12, 1))  # type: ignore[union-attr]


MIDNIGHT = datetime(2026, 12, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("path", ["/funding/", "/funding/2026-11/", "/funding/meter.json", "/funding/meter.svg"])
def test_case_33_no_page_with_the_months_sum_is_kept_over_its_midnight(path: str) -> None:
    with at(datetime(2026, 12, 1, 4, 59, 50, tzinfo=UTC)):
        make_campaign()
        answer: Any = Client().get(path)
        band = fragments.meters(["", "figure"])

    assert answer.shown.expires_at == MIDNIGHT
    assert {each.expires_at for each in band.values()} == {MIDNIGHT}


def subscribed(campaign: Campaign, minor: int, **wishes: Any) -> Subscription:
    interval = wishes.pop("interval", "month")
    gift = started_gift(campaign, minor)
    Gift.objects.filter(pk=gift.pk).update(interval=interval, currency=wishes.pop("currency", "USD"))
    said = {"gift": gift, "provider": "stripe", "provider_ref": f"sub_{gift.pk}", "started_at": clock.now()}
    return Subscription.objects.create(**said | {"seen_at": clock.now()} | wishes)


@at(NOVEMBER)
def test_what_comes_again_is_the_same_for_readers_and_on_the_desk_and_is_no_part_of_the_sum() -> None:
    campaign = make_campaign()
    for minor, interval in ((1_000, "month"), (1_300, "year"), (500, "year")):
        subscribed(campaign, minor, interval=interval)
    subscribed(campaign, 2_000, status="past_due", failures=1)
    subscribed(campaign, 7_000, status="paused")
    subscribed(campaign, 9_000, status="lapsed")
    subscribed(campaign, 4_000, currency="EUR")

    found = promised.of(campaign, Mode.REHEARSAL)

    assert found == promised.Promised(supporters=5, a_month=Money(3_150, "USD"))
    assert subscriptions.monthly_recurring(campaign, mode="rehearsal")["USD"] == found.a_month
    assert reports.recurring(campaign, mode="rehearsal")[-1] == (NOVEMBER_DAY, found.a_month)
    assert "$31.50 a month from 5 supporters" in page("/funding/")
    assert meter.read().raised.minor == 0  # type: ignore[union-attr]


@at(NOVEMBER)
def test_milestones_are_shown_on_the_way_and_beyond_the_goal() -> None:
    campaign = make_campaign(goal_minor=300_000)
    steps = [(Money(100_000, "USD"), "A photographer"), (Money(400_000, "USD"), "An office by the sea")]
    campaigns.set_milestones(campaign=campaign, steps=steps)
    paid_gift(campaign, 100_000)

    html = page("/funding/")
    first, second = re.findall(r'<li class="books-milestone.*?</li>', html, re.DOTALL)

    assert all(word in first for word in ("$1,000", "A photographer", ">reached<"))
    assert all(word in second for word in ("$4,000", "An office by the sea", "beyond the goal"))
    assert ("beyond the goal" in first, ">reached<" in second) == (False, False)
