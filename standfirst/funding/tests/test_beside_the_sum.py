"""What stands beside the sum: on its way, promised, matched. Never in it, the same in every form, and news at once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from standfirst.delivery.changes import head, since
from standfirst.funding import campaigns, meter, pools
from standfirst.funding.meter import Meter
from standfirst.funding.models import Gift, Interval
from standfirst.funding.payments import counting, refunds, subscriptions
from standfirst.funding.providers.protocol import SubscriptionFacts
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_facts, refund_facts, started_gift

pytestmark = pytest.mark.usefixtures("books")
NOVEMBER = datetime(2026, 11, 16, 18, tzinfo=UTC)
BOTH = {"shows_on_its_way": True, "shows_promised": True, "beyond_goal": ""}


@pytest.fixture(autouse=True)
def _november() -> Any:
    with time_machine.travel(NOVEMBER, tick=False):
        yield


def read() -> Meter:
    found = meter.read()
    assert found is not None
    return found


def band() -> str:
    return " ".join(render_to_string("funding/_meter.html", {"meter": meter.read()}).split())


def showing(**wishes: Any) -> Any:
    campaign = make_campaign(**wishes)
    return campaigns.set_showing(campaign=campaign, **BOTH)


def pending_gift(campaign: Any, minor: int) -> Gift:
    gift = started_gift(campaign, minor)
    return counting.apply(facts=paid_facts(gift, state="pending"))


def regular_gift(campaign: Any, minor: int, *, next_at: datetime, number: int = 1, **wishes: Any) -> Any:
    """Begin a gift that was paid once before and falls due at ``next_at``; it counted in an earlier month."""
    gift = started_gift(campaign, minor, interval=wishes.pop("interval", Interval.MONTH))
    said = {
        "ref": f"sub_{number}",
        "customer_ref": f"cus_{number}",
        "status": "active",
        "started_at": NOVEMBER - timedelta(days=40),
        "next_at": next_at,
        "charged": gift.charged,
    }
    return subscriptions.apply(gift=gift, facts=SubscriptionFacts(**said | wishes))


def pool(campaign: Any, *, cap: int = 4_000, slug: str = "friends", sponsor: str = "The friends") -> Any:
    period = {"starts_at": NOVEMBER - timedelta(days=3), "ends_at": NOVEMBER + timedelta(days=3)}
    return pools.create(campaign=campaign, slug=slug, sponsor=sponsor, cap=Money(cap, "USD"), **period)


def news(action: Any) -> set[str]:
    before = head()
    action()
    return {key for _, key in since(before)}


def test_a_debit_that_is_on_its_way_stands_beside_the_sum_until_it_arrives() -> None:
    campaign = showing()
    gift = pending_gift(campaign, 30_000)
    before = read()

    counting.apply(facts=paid_facts(gift))

    assert (before.raised.minor, before.on_its_way) == (0, Money(30_000, "USD"))
    assert (read().raised.minor, read().on_its_way) == (30_000, Money(0, "USD"))


def test_a_debit_that_bounces_leaves_the_bar() -> None:
    gift = pending_gift(showing(), 30_000)

    counting.apply(facts=paid_facts(gift, state="failed"))

    assert (read().raised.minor, read().on_its_way) == (0, Money(0, "USD"))


def test_a_transfer_that_somebody_only_means_to_make_is_not_on_its_way() -> None:
    started_gift(showing(), 30_000)

    assert read().on_its_way == Money(0, "USD")


def test_by_default_neither_is_shown() -> None:
    campaign = make_campaign()
    pending_gift(campaign, 30_000)
    regular_gift(campaign, 5_000, next_at=NOVEMBER + timedelta(days=3))

    assert (read().on_its_way, read().promised, read().matched) == (None, None, None)
    assert "meter__notes" not in band()
    assert "meter__coming" not in band()


@pytest.mark.parametrize(
    ("next_at", "wishes", "promised"),
    [
        (NOVEMBER + timedelta(days=3), {}, 5_000),
        (NOVEMBER - timedelta(hours=3), {}, 5_000),  # due, and not heard of yet
        (datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC), {}, 5_000),  # the last second of November in New York
        (datetime(2026, 12, 1, 5, tzinfo=UTC), {}, 0),
        (NOVEMBER + timedelta(days=3), {"status": "past_due", "failures": 1}, 0),
        (NOVEMBER + timedelta(days=3), {"status": "paused"}, 0),
        (NOVEMBER + timedelta(days=3), {"ends_at": NOVEMBER + timedelta(days=3)}, 0),
        (NOVEMBER + timedelta(days=3), {"interval": Interval.YEAR}, 5_000),
    ],
)
def test_promised_is_what_falls_due_again_before_the_month_ends(next_at: Any, wishes: Any, promised: int) -> None:
    regular_gift(showing(), 5_000, next_at=next_at, **wishes)

    assert read().promised == Money(promised, "USD")
    assert read().raised.minor == 0


def test_a_changed_amount_is_what_is_promised() -> None:
    row = regular_gift(showing(), 5_000, next_at=NOVEMBER + timedelta(days=3))

    changed = news(lambda: subscriptions.agree(subscription=row, amount_minor=7_000, cover_minor=300))

    assert read().promised == Money(7_000, "USD")
    assert "funding.meter" in changed


def test_a_campaign_without_months_promises_nothing() -> None:
    regular_gift(showing(kind="fixed"), 5_000, next_at=NOVEMBER + timedelta(days=3))

    assert read().promised is None


def test_whatever_moves_beside_the_sum_is_news_for_the_meter() -> None:
    campaign = showing()
    gift = started_gift(campaign, 30_000)

    seen = [
        news(lambda: counting.apply(facts=paid_facts(gift, state="pending"))),
        news(lambda: counting.apply(facts=paid_facts(gift, state="failed"))),
        news(lambda: regular_gift(campaign, 5_000, next_at=NOVEMBER)),
        news(lambda: campaigns.set_showing(campaign=campaign, **BOTH)),
    ]

    assert ["funding.meter" in keys for keys in seen] == [True] * 4


def test_what_sponsors_added_is_shown_apart_with_their_names_and_goes_back_with_the_gift() -> None:
    campaign = make_campaign()
    pool(campaign)
    promised = read()
    payment = charged_gift(campaign, 2_500)
    matched = read()

    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(2_500, "USD")))

    assert (promised.matched, promised.notes, promised.notes_max) == (Money(0, "USD"), [], 1)
    assert (matched.raised.minor, matched.matched, matched.sponsors) == (2_500, Money(2_500, "USD"), ("The friends",))
    assert [note.text for note in matched.notes] == ["plus $25 matched by The friends"]
    assert (read().raised.minor, read().matched) == (0, Money(0, "USD"))


def test_several_sponsors_are_named_as_the_language_names_several() -> None:
    campaign = make_campaign()
    pool(campaign, cap=1_000)
    pool(campaign, cap=500, slug="bakers", sponsor="The bakers")
    charged_gift(campaign, 2_500)

    assert read().notes[0].text == "plus $15 matched by The friends and The bakers"


def test_the_parts_of_the_bar_lie_in_order_and_end_at_the_goal() -> None:
    campaign = showing()
    charged_gift(campaign, 100_000)
    pending_gift(campaign, 50_000)
    regular_gift(campaign, 900_000, next_at=NOVEMBER)

    found, html = read(), band()

    assert (found.bar_value, found.bar_on_its_way, found.bar_promised) == (100_000, 150_000, 500_000)
    assert html.index("meter__coming") < html.index('class="meter__bar"') < html.index("meter__ghost")
    assert 'role="meter"' in html
    assert 'aria-valuenow="100000"' in html
    said = "$1,000 of $5,000 (20%), $500 on its way, $9,000 more promised by regular supporters"
    assert f'aria-valuetext="{said}"' in html
    assert "meter__notes--2" in html


def test_machines_and_other_sites_are_told_the_same(client: Client) -> None:
    campaign = showing()
    pool(campaign)
    charged_gift(campaign, 100_000)
    pending_gift(campaign, 50_000)
    regular_gift(campaign, 75_000, next_at=NOVEMBER)

    said = json.loads(client.get("/funding/meter.json").content)
    picture = client.get("/funding/meter.svg").content.decode()
    page = client.get("/funding/").content.decode()

    figures = [said[f"{name}_minor"] for name in ("raised", "on_its_way", "promised", "matched", "over")]
    assert figures == [100_000, 50_000, 75_000, 4_000, 0]
    assert said["matched_by"] == ["The friends"]
    assert said["parts"] == [["coming", 300], ["raised", 200], ["promised", 450]]
    assert said["notes"] == [note.text for note in read().notes]
    assert said["text"] in picture
    assert 'fill="url(#h)"' in picture
    assert all(note in page for note in said["notes"])


@pytest.mark.parametrize("net", [True, False])
def test_every_form_of_the_meter_says_whether_fees_are_taken_off(client: Client, *, net: bool) -> None:
    campaign = make_campaign()
    campaigns.set_counting(campaign=campaign, net_of_fees=net, spreads_yearly=False)

    figure = render_to_string("funding/_meter_figure.html", {"meter": meter.read()})
    forms = [client.get(f"/funding/{name}").content.decode() for name in ("meter.json", "meter.svg", "")]

    assert ["after fees" in form for form in (band(), figure, *forms)] == [net] * 5


def test_more_than_the_goal_is_said_by_how_much_and_what_happens_with_it(client: Client) -> None:
    campaign = make_campaign(goal_minor=50_000)
    campaigns.set_showing(campaign=campaign, **BOTH | {"beyond_goal": "It pays for December."})
    charged_gift(campaign, 60_050)

    page = client.get("/funding/").content.decode()

    assert read().whole_text == "$600.50 of $500 (120%), $100.50 over the goal"
    assert "$100.50 over the goal" in page
    assert "It pays for December." in page
    assert "It pays for December." in client.get("/support/").content.decode()


@pytest.mark.parametrize(("language", "raised"), [("en", "$1,000"), ("de", "1.000\xa0$"), ("ar", "1,000")])
def test_the_text_for_those_who_see_no_bar_writes_figures_as_the_page_does(language: str, raised: str) -> None:
    campaign = showing()
    charged_gift(campaign, 100_000)
    pending_gift(campaign, 50_000)

    with translation.override(language):
        assert raised in read().whole_text
        assert ("\u2068" in read().whole_text) is (language == "ar")  # amounts keep the order of words around them
        assert Money(50_000, "USD").show(language) in read().whole_text


def test_whether_fees_are_taken_off_is_settled_by_the_first_gift() -> None:
    campaign = make_campaign()
    campaigns.set_counting(campaign=campaign, net_of_fees=True, spreads_yearly=False)
    charged_gift(campaign)

    with pytest.raises(campaigns.CountingFixed):
        campaigns.set_counting(campaign=campaign, net_of_fees=False, spreads_yearly=False)

    campaigns.set_counting(campaign=campaign, net_of_fees=True, spreads_yearly=True)
    campaign.refresh_from_db()
    assert (campaign.net_of_fees, campaign.spreads_yearly) == (True, True)


def test_a_milestone_lies_beyond_the_goal_of_now() -> None:
    campaign = make_campaign()
    campaigns.set_milestones(campaign=campaign, steps=[(Money(600_000, "USD"), "A boat")])

    seen = []
    for goal in (700_000, 550_000, None):
        campaigns.set_goal(campaign=campaign, goal_minor=goal)
        seen.append(campaign.milestones.get().stretch)

    assert seen == [False, True, False]
