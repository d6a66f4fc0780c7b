"""Reports: the same figures as the books, in a handful of queries, and nobody's name."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from standfirst.funding import reports
from standfirst.funding.books import ledger
from standfirst.funding.desk import charts, months
from standfirst.funding.models import Closing, Donor, Gift, Interval, Payment, Period, Subscription, Terms
from standfirst.funding.payments import refunds
from standfirst.funding.tests.test_desk import signed_in
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_gift

pytestmark = pytest.mark.usefixtures("books")
MODE = "rehearsal"


@pytest.fixture(autouse=True)
def _november(time_machine: Any) -> None:
    time_machine.move_to("2026-11-22T12:00:00Z")


def donor(name: str) -> Donor:
    return Donor.objects.get_or_create(email=f"{name}@example.org", defaults={"created_at": clock.now()})[0]


def gave(campaign: Any, name: str, *months: str, minor: int = 1_000, interval: str = "once") -> list[Payment]:
    paid = [paid_gift(campaign, minor, on=date.fromisoformat(f"{month}-15"), display_name=name) for month in months]
    Gift.objects.filter(payments__in=paid).update(donor=donor(name), interval=interval)
    return paid


def number(month: str) -> int:
    return reports.number_of(date.fromisoformat(f"{month}-01"))


def test_months_say_what_the_ledger_says_and_what_they_closed_at() -> None:
    campaign = make_campaign()
    first, _second = gave(campaign, "ada", "2026-09", "2026-10")
    period = Period.objects.get(first_day=date(2026, 9, 1))
    at = clock.now()
    Closing.objects.create(period=period, mode=MODE, given_minor=1_000, goal_minor=5_000, ended_at=at, closed_at=at)
    refunds.send(refunds.ask(payment=first, amount=Money(300, "USD")).pk)

    september, october = reports.raised(campaign, mode=MODE)

    assert (september.given.minor, september.closed, september.restated) == (700, Money(1_000, "USD"), True)
    assert (october.given.minor, october.closed, october.restated) == (1_000, None, False)
    assert september.given.minor == ledger.given_minor(campaign, period, mode=MODE)
    assert september.goal == Money(5_000, "USD")


def test_the_running_month_has_its_goal_and_no_empty_months_stand_before_the_first() -> None:
    campaign = make_campaign(goal_minor=5_000)
    gave(campaign, "ada", "2026-10", "2026-11")

    report = reports.of(campaign, mode=MODE)

    assert [month.goal for month in report.months] == [None, Money(5_000, "USD")]
    assert [each.first_day for each in report.comings] == [date(2026, 10, 1), date(2026, 11, 1)]
    assert [day for day, _promised in report.recurring] == [date(2026, 10, 1), date(2026, 11, 1)]


def test_rehearsed_months_are_not_real_ones() -> None:
    campaign = make_campaign()
    gave(campaign, "ada", "2026-09")

    assert reports.raised(campaign, mode="live") == []
    assert reports.histories(campaign, mode="live") == []


def test_people_come_lapse_and_come_back() -> None:
    campaign = make_campaign()
    gave(campaign, "ada", "2026-01", "2026-02", "2026-06", interval="month")
    gave(campaign, "grace", "2026-02")
    each_month = [date(2026, month, 1) for month in range(1, 12)]

    told = {each.first_day.month: each for each in reports.comings(reports.histories(campaign, mode=MODE), each_month)}

    assert [told[month].gave for month in (1, 2, 3, 6)] == [1, 2, 0, 1]
    assert [told[month].new for month in (1, 2, 6)] == [1, 1, 0]
    assert {month for month in told if told[month].lapsed} == {5, 9}
    assert {month for month in told if told[month].regained} == {6}


def test_a_yearly_supporter_stays_for_the_year() -> None:
    campaign = make_campaign()
    gave(campaign, "ada", "2025-10", "2026-11", interval="year")
    months = [reports.month_of(number("2025-10") + step) for step in range(14)]

    told = reports.comings(reports.histories(campaign, mode=MODE), months)

    assert sum(each.lapsed + each.regained for each in told) == 0


def test_a_cohort_is_followed_month_by_month() -> None:
    campaign = make_campaign()
    gave(campaign, "ada", "2026-06", "2026-07", "2026-08", "2026-09", interval="month")
    gave(campaign, "grace", "2026-06", interval="month")
    gave(campaign, "mary", "2026-10", interval="month")
    months = [date(2026, month, 1) for month in range(5, 12)]

    june, october = reports.cohorts(reports.histories(campaign, mode=MODE), months)

    assert (june.size, june.stayed) == (2, (2, 2, 2, 1, 1, 1))
    assert june.percents == [100, 100, 100, 50, 50, 50]
    assert october.stayed == (1, 1)


@given(
    st.lists(
        st.dictionaries(st.integers(24_300, 24_330), st.sampled_from([2, 12, 13]), min_size=1).map(
            lambda history: {month: month + lasts for month, lasts in history.items()}
        ),
        max_size=8,
    )
)
def test_whoever_came_either_went_or_is_there(people: list[dict[int, int]]) -> None:
    every = [reports.month_of(month) for month in range(24_290, 24_360)]

    told = reports.comings(people, every)
    followed = reports.cohorts(people, every)

    assert sum(each.new for each in told) == len(people) == sum(cohort.size for cohort in followed)
    assert sum(each.new + each.regained for each in told) == sum(each.lapsed for each in told)
    assert sum(each.gave for each in told) == sum(len(history) for history in people)
    assert all(0 <= each <= 100 for cohort in followed for each in cohort.percents)


def subscribed(campaign: Any, minor: int, since: str, **wishes: Any) -> Subscription:
    interval = wishes.pop("interval", "month")
    at = datetime.fromisoformat(since).replace(tzinfo=UTC)
    gift = Gift.objects.create(
        campaign=campaign, amount_minor=minor, currency=wishes.pop("currency", campaign.currency), interval=interval,
        provider="stripe", mode=MODE, started_at=at,
    )  # fmt: skip
    return Subscription.objects.create(
        **{"gift": gift, "provider": "stripe", "provider_ref": f"sub_{gift.pk}", "started_at": at, "seen_at": at}
        | wishes
    )


def test_what_comes_again_is_known_at_the_end_of_each_month() -> None:
    campaign = make_campaign()
    raised = subscribed(campaign, 1_000, "2026-08-03")
    Terms.objects.create(subscription=raised, amount_minor=1_000, set_at=raised.started_at)
    Terms.objects.create(subscription=raised, amount_minor=1_500, set_at=datetime(2026, 10, 5, tzinfo=UTC))
    subscribed(campaign, 1_300, "2026-09-30", interval=Interval.YEAR)
    subscribed(campaign, 700, "2026-08-02", ended_at=datetime(2026, 10, 2, tzinfo=UTC), status="cancelled")
    subscribed(campaign, 900, "2026-10-10", status="paused")
    subscribed(campaign, 900, "2026-01-10", currency="EUR")

    told = {day: money.minor for day, money in reports.recurring(campaign, mode=MODE)}

    yearly = 1_300
    assert told[date(2026, 7, 1)] == 0
    assert told[date(2026, 8, 1)] == 1_700
    assert told[date(2026, 9, 1)] == (1_700 * 12 + yearly) // 12
    assert told[date(2026, 10, 1)] == ((1_500 + 900) * 12 + yearly) // 12
    assert told[date(2026, 11, 1)] == (1_500 * 12 + yearly) // 12


def test_a_story_is_named_above_five_gifts_only() -> None:
    campaign = make_campaign()
    for key, gifts in (("story:1", 5), ("story:2", 6)):
        for place in range(gifts):
            payment = paid_gift(campaign, 100 + place, story_key=key)
    refunds.send(refunds.ask(payment=payment, amount=payment.money).pk)

    [story] = reports.stories(campaign, mode=MODE)

    assert (story.key, story.gifts, story.given.minor) == ("story:2", 6, 100 + 101 + 102 + 103 + 104)


def test_a_report_takes_a_handful_of_queries_however_many_gifts(django_assert_num_queries: Any) -> None:
    campaign = make_campaign()
    for name in ("ada", "grace", "mary"):
        gave(campaign, name, "2026-07", "2026-08", "2026-09")

    with django_assert_num_queries(8):
        report = reports.of(campaign, mode=MODE)

    assert (report.people, report.known_until) == (3, date(2026, 9, 15))


def test_an_editor_reads_the_reports_and_no_name() -> None:
    campaign = make_campaign(goal_minor=5_000)
    gave(campaign, "ada", "2026-09", "2026-11")
    other = make_campaign(featured=False, slug="roof", currency="JPY", goal_minor=None)

    editor = signed_in("Editors", permissions=("access_admin",))
    page = editor.get(reverse("funding_reports:index")).content.decode()
    second = editor.get(reverse("funding_reports:index"), {"campaign": other.slug}).content.decode()

    assert "September 2026: $10" in page
    assert '<th scope="row">November 2026</th><td>$10</td>' in page
    assert "ada" not in page.replace("adapt", "")
    assert "Nothing was given yet" in second


def test_without_a_campaign_the_reports_say_so() -> None:
    assert "There is no campaign yet" in signed_in("Treasurers").get(reverse("funding_reports:index")).content.decode()


@given(st.lists(st.integers(-(10**12), 10**12), max_size=30))
def test_a_bar_never_leaves_its_chart(values: list[int]) -> None:
    chart = charts.bars("x", "X", [("l", value, "s") for value in values], marks=[abs(value) for value in values])

    assert all(0 <= bar.y <= charts.HEIGHT and bar.y + bar.height == charts.HEIGHT for bar in chart.bars)
    assert all(bar.mark is not None and 0 <= bar.mark <= charts.HEIGHT for bar in chart.bars)


def test_a_month_is_paged_by_keyset_and_sums_its_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(months, "PAYMENTS_A_PAGE", 2)
    campaign = make_campaign(slug="fund")
    for place in range(5):
        paid_gift(campaign, 100 + place, on=date(2026, 11, 3), display_name=f"Person {place}")
    treasurer = signed_in("Treasurers")
    url = reverse("months_desk:month", args=["fund", "2026-11-01"])

    first = treasurer.get(url).content.decode()
    before = Payment.objects.order_by("-pk")[1].pk
    second = treasurer.get(url, {"before": before}).content.decode()
    index = treasurer.get(reverse("months_desk:index")).content.decode()

    assert [f"Person {place}" in first for place in range(5)] == [False, False, False, True, True]
    assert [f"Person {place}" in second for place in range(5)] == [False, True, True, False, False]
    assert f"?before={before}" in first
    assert "$5.10" in first
    assert url in index
    assert treasurer.get(reverse("months_desk:month", args=["fund", "2026-13-01"])).status_code == 404


def test_a_month_takes_as_many_queries_whatever_it_holds() -> None:
    campaign = make_campaign(slug="fund")
    treasurer = signed_in("Treasurers")
    url = reverse("months_desk:month", args=["fund", "2026-11-01"])
    counts = []
    for _ in range(2):
        for _more in range(4):
            paid_gift(campaign, 100)
        with CaptureQueriesContext(connection) as captured:
            treasurer.get(url)
        counts.append(len(captured))

    assert counts[0] == counts[1]
