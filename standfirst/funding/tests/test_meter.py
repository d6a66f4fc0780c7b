"""What the meter says: one definition, floored percentages, the goal of now."""

import pytest
from django.template.loader import render_to_string

from standfirst.delivery.changes import head, since
from standfirst.funding import campaigns, meter
from standfirst.funding.meter import Meter
from standfirst.funding.models import Campaign
from standfirst.funding.payments import refunds
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_gift, refund_facts

pytestmark = pytest.mark.usefixtures("books")


def read() -> Meter:
    found = meter.read()
    assert found is not None
    return found


def band() -> str:
    return " ".join(render_to_string("funding/_meter.html", {"meter": meter.read()}).split())


def test_nothing_is_shown_without_a_campaign() -> None:
    assert meter.read() is None
    assert band() == ""


def test_the_first_cent_counts() -> None:
    campaign = make_campaign()
    before = read()

    paid_gift(campaign, 1)

    assert (before.raised.minor, before.percent) == (0, 0)
    assert (read().raised.minor, read().percent, read().raised_text("en")) == (1, 0, "$0.01")


@pytest.mark.parametrize(
    ("minor", "percent", "over"),
    [(498_000, 99, None), (499_999, 99, None), (500_000, 100, None), (500_001, 100, 1), (5_000_000, 1_000, 4_500_000)],
)
def test_percent_is_floored_and_the_bar_ends_at_the_goal(minor: int, percent: int, over: int | None) -> None:
    paid_gift(make_campaign(), minor)

    found = read()

    assert found.percent == percent
    assert found.percent_capped == min(percent, 100)
    assert found.bar_value == min(minor, 500_000)
    assert (found.over_by.minor if found.over_by else None) == over


def test_the_newest_goal_counts_and_the_older_ones_stay_on_record() -> None:
    campaign = make_campaign()
    paid_gift(campaign, 100_000)

    for goal in (50_000, 50_000, None, 200_000):
        campaigns.set_goal(campaign=campaign, goal_minor=goal)

    assert read().goal == Money(200_000, "USD")
    assert list(campaign.goals.values_list("goal_minor", flat=True)) == [200_000, None, 50_000, 500_000]


def test_a_goal_lowered_below_what_was_raised_is_over_reached() -> None:
    campaign = make_campaign()
    paid_gift(campaign, 100_000)

    campaigns.set_goal(campaign=campaign, goal_minor=40_000)

    assert (read().percent, read().over_by) == (250, Money(60_000, "USD"))
    assert "$600 over the goal" in band()


@pytest.mark.parametrize("goal", [0, -1, 10**13])
def test_a_goal_is_above_zero_or_absent(goal: int) -> None:
    campaign = make_campaign()

    with pytest.raises(campaigns.GoalOutOfRange):
        campaigns.set_goal(campaign=campaign, goal_minor=goal)


def test_without_a_goal_there_is_a_sum_and_no_bar() -> None:
    paid_gift(make_campaign(goal_minor=None), 140_000)

    html = band()

    assert "<strong>$1,400</strong> given" in html
    assert "<progress" not in html
    assert read().percent is None


def test_the_band_says_everything_as_text_and_marks_zero_half_and_goal() -> None:
    paid_gift(make_campaign(), 140_000)

    html = band()

    assert "<strong>$1,400</strong> of $5,000" in html
    assert '<progress class="meter__bar" value="140000" max="500000"' in html
    assert "$1,400 of $5,000 (28%)" in html
    assert [tick in html for tick in (">$0<", ">$2,500<", ">$5,000<")] == [True] * 3
    assert "until the end of" in html or "last day of" in html
    assert "Rehearsal: no real money" in html
    assert "style=" not in html


def test_the_band_says_by_which_zone_the_days_are_counted() -> None:
    make_campaign(tz="Asia/Kathmandu")

    assert 'title="Asia/Kathmandu"' in band()


def test_a_month_whose_refunds_exceed_its_gifts_shows_zero() -> None:
    campaign = make_campaign()
    payment = paid_gift(campaign, 500)

    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(500, "USD")))

    assert read().raised.minor == 0


def test_figures_are_written_as_the_language_writes_them() -> None:
    paid_gift(make_campaign(currency="EUR"), 140_000)

    found = read()

    assert found.raised_text("de") == "1.400\xa0€"
    assert found.percent_text("de") == "28\xa0%"
    assert (
        found.month_name("de") in "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
    )


def test_every_change_of_the_sum_or_the_goal_is_news(django_capture_on_commit_callbacks: object) -> None:
    campaign = make_campaign()
    seen = [_news(lambda: paid_gift(campaign, 500)), _news(lambda: campaigns.set_goal(campaign=campaign, goal_minor=9))]

    assert seen == [{"funding.meter"}, {"funding.meter"}]
    assert _news(lambda: campaigns.set_goal(campaign=campaign, goal_minor=9)) == set()


def _news(action: object) -> set[str]:
    before = head()
    action()  # type: ignore[operator]
    return {key for _, key in since(before)}


def test_a_second_campaign_cannot_take_gifts_at_the_same_time() -> None:
    make_campaign()

    with pytest.raises(campaigns.CampaignExists):
        make_campaign()

    assert Campaign.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value"), [("currency", "EURO"), ("currency", "XXY"), ("tz", "Mars/Base"), ("tz", "../x")]
)
def test_a_campaign_needs_a_currency_and_a_zone_that_exist(name: str, value: str) -> None:
    with pytest.raises((campaigns.UnknownCurrency, campaigns.UnknownZone)):
        make_campaign(**{name: value})
