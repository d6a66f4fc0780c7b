"""What everybody may see of the money: pages, files, pictures; and whom nobody may find there."""

import gzip
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client

from standfirst.funding import campaigns, meter, tasks
from standfirst.funding.books import chain, ledger_file
from standfirst.funding.payments import refunds
from standfirst.funding.providers import registry
from standfirst.funding.public import months, pace, wall
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_gift, refund_facts

pytestmark = pytest.mark.usefixtures("books")
NOVEMBER = datetime(2026, 11, 16, 18, tzinfo=UTC)  # the sixteenth at noon or later in every zone that is used here
EMBED_BYTES_MAX = 3 * 1024


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def month_of(campaign: Any, sums: list[tuple[date, int]], **wishes: Any) -> None:
    for day, minor in sums:
        paid_gift(campaign, minor, on=day, **wishes)


@time_machine.travel(NOVEMBER, tick=False)
def test_the_overview_shows_this_month_and_those_before_with_their_sums(client: Client) -> None:
    campaign = make_campaign()
    month_of(campaign, [(date(2026, 10, 3), 40_000), (date(2026, 11, 2), 12_300)])

    html = page(client, "/funding/")

    assert "$123" in html
    assert "$400" in html
    assert 'href="/funding/2026-10/"' in html


def test_the_address_to_copy_is_the_sites_own_whoever_asked_first_by_which_name(client: Client, settings: Any) -> None:
    make_campaign()

    html = client.get("/funding/", headers={"host": "testserver:6666"}).content.decode()

    assert f"{settings.STANDFIRST.url}/funding/meter.js" in html
    assert "6666" not in html


@time_machine.travel(NOVEMBER, tick=False)
def test_a_months_statement_adds_up_to_the_meter(client: Client) -> None:
    campaign = make_campaign()
    payment = charged_gift(campaign, 5_000)
    charged_gift(campaign, 2_500)
    refund = tasks.ask_refund(payment=payment, amount=Money(1_000, "USD"), reason="", by=None)  # type: ignore[arg-type]

    refunds.settle(payment=payment, facts=refund_facts(f"re_{refund.pk}", Money(1_000, "USD")))

    found = months.statement(campaign, date(2026, 11, 1), registry.mode())

    assert found is not None
    assert found.given - found.back == meter.read().raised  # type: ignore[union-attr]
    assert "$65" in page(client, "/funding/2026-11/")


@time_machine.travel(NOVEMBER, tick=False)
def test_a_refund_that_failed_later_is_not_in_what_went_back(client: Client) -> None:
    campaign = make_campaign()
    payment = charged_gift(campaign, 5_000)
    for state in ("done", "failed"):
        refunds.settle(payment=payment, facts=refund_facts("re_1", Money(1_000, "USD"), state))

    found = months.statement(campaign, date(2026, 11, 1), registry.mode())

    assert found is not None
    assert (found.given.minor, found.back.minor) == (5_000, 0)
    assert "Sent back" not in page(client, "/funding/2026-11/")


def test_a_month_keeps_the_goal_that_it_had_when_it_ended(client: Client) -> None:
    with time_machine.travel(NOVEMBER - timedelta(days=31), tick=False):
        campaign = make_campaign(goal_minor=300_000)
        paid_gift(campaign, 500)
    with time_machine.travel(NOVEMBER, tick=False):
        campaigns.set_goal(campaign=campaign, goal_minor=700_000)
        november, october = months.of(campaign, registry.mode())
        statement = page(client, "/funding/2026-10/")

    assert (november.goal, october.goal) == (Money(700_000, "USD"), Money(300_000, "USD"))
    assert "of $3,000" in statement


@time_machine.travel(NOVEMBER, tick=False)
def test_who_gives_twice_is_one_supporter_and_who_is_not_known_is_one_for_each_gift(client: Client) -> None:
    campaign = make_campaign()
    for email in ("ada@example.org", "ada@example.org", "bob@example.org", "", ""):
        charged_gift(campaign, email=email)

    html = page(client, "/funding/2026-11/")

    assert months.supporters(campaign, [date(2026, 11, 1)], registry.mode()) == 4
    assert "Given in 5 gifts by 4 supporters" in html


@pytest.mark.parametrize("address", ["/funding/2026-10/", "/funding/2026-13/", "/funding/2026-02-30/", "/funding/x/"])
@time_machine.travel(NOVEMBER, tick=False)
def test_a_month_or_day_that_never_was_does_not_exist(client: Client, address: str) -> None:
    make_campaign()

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30, "٣"])
def test_a_strange_place_in_the_ledger_does_not_exist(client: Client, after: str) -> None:
    paid_gift(make_campaign(), 500)

    assert client.get(f"/funding/{chain.begun():%Y-%m}/", {"after": after}).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_downloaded_month_proves_itself_and_a_changed_one_does_not(client: Client, kind: str, tmp_path: Path) -> None:
    campaign = make_campaign()
    for minor in (1_000, 2_000, 3_000):
        charged_gift(campaign, minor)
    file = tmp_path / f"ledger.{kind}"

    answer: Any = client.get(f"/funding/{chain.begun():%Y-%m}/ledger.{kind}")
    whole = answer.getvalue()
    file.write_bytes(whole)
    sound = ledger_file.check(file)
    file.write_bytes(whole.replace(b"2000", b"2001"))

    assert (sound.problems, sound.rows) == ([], 3)
    assert [problem.wrong for problem in ledger_file.check(file).problems] == ["changed"]


def test_the_page_of_a_day_names_the_head_of_the_chain(client: Client) -> None:
    paid_gift(make_campaign(), 500)
    day = chain.begun()
    assert day is not None

    assert chain.head(day).hash in page(client, f"/funding/{day}/")  # type: ignore[union-attr]


def test_a_long_ledger_is_read_page_by_page_without_a_gap(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("standfirst.funding.public.rows.PAGE_LENGTH", 4)
    campaign = make_campaign()
    for _ in range(10):
        paid_gift(campaign, 500)

    address, numbers = f"/funding/{chain.begun():%Y-%m}/", []
    following: str | None = ""
    while following is not None:
        html = page(client, address + following)
        numbers += [int(number) for number in re.findall(r'id="row-(\d+)"', html)]
        found = re.search(r'href="(\?after=\d+)#ledger" rel="next"', html)
        following = found.group(1) if found else None

    assert numbers == list(range(1, 11))


@time_machine.travel(NOVEMBER, tick=False)
def test_pace_is_silent_until_three_months_have_had_gifts() -> None:
    campaign = make_campaign()
    month_of(campaign, [(date(2026, 9, 1), 10_000), (date(2026, 10, 1), 10_000)])

    assert pace.read(campaign, meter.of(campaign, NOVEMBER, registry.mode()), registry.mode()) is None


@time_machine.travel(NOVEMBER, tick=False)
def test_pace_says_by_how_many_days_a_month_is_behind_the_usual() -> None:
    campaign = make_campaign(goal_minor=300_000)
    for number in (8, 9, 10):  # the same sum on each of the first thirty days
        month_of(campaign, [(date(2026, number, day), 10_000) for day in range(1, 31)])
    paid_gift(campaign, 100_000, on=date(2026, 11, 1))  # a third of the goal: where the tenth day is

    found = pace.read(campaign, meter.of(campaign, NOVEMBER, registry.mode()), registry.mode())

    assert found is not None
    assert found.days_behind in {5, 6}  # two of the three months are a day longer
    assert abs(found.usual.minor - 160_000) <= 6_000


@time_machine.travel(NOVEMBER, tick=False)
def test_a_month_that_is_ahead_of_the_usual_says_so_and_is_not_behind() -> None:
    campaign = make_campaign(goal_minor=300_000)
    for number in (8, 9, 10):
        month_of(campaign, [(date(2026, number, day), 10_000) for day in range(1, 31)])
    paid_gift(campaign, 200_000, on=date(2026, 11, 1))  # two thirds of the goal: where the twentieth day is

    found = pace.read(campaign, meter.of(campaign, NOVEMBER, registry.mode()), registry.mode())

    assert found is not None
    assert found.days_ahead in {4, 5}
    assert found.days_behind == 0


@time_machine.travel(NOVEMBER, tick=False)
def test_names_are_shown_of_those_who_let_them_be_shown_and_nobody_elses() -> None:
    campaign = make_campaign()
    paid_gift(campaign, 500, display_name="Ada")
    paid_gift(campaign, 500, display_name="Grace", anonymous=True)
    paid_gift(campaign, 500)

    assert wall.of(campaign, date(2026, 11, 1), registry.mode()) == wall.Wall(("Ada",), 2)


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_hostile_words_of_a_supporter_are_text_wherever_they_stand(client: Client) -> None:
    campaign = make_campaign(name=HOSTILE[:60])
    paid_gift(campaign, 500, display_name=HOSTILE[:60], message=HOSTILE)

    for address in ("/funding/", f"/funding/{chain.begun():%Y-%m}/", "/funding/meter.svg", "/support/"):
        html = page(client, address)
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_other_sites_may_read_the_meter_in_every_form(client: Client) -> None:
    make_campaign()

    for address in ("/funding/meter.json", "/funding/meter.svg", "/funding/meter.js"):
        answer = client.get(address)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert not answer.cookies


def test_the_element_for_other_sites_stays_within_three_kilobytes() -> None:
    script = render_to_string("funding/public/meter.js").encode()

    assert len(script) <= EMBED_BYTES_MAX
    assert len(gzip.compress(script)) < len(script)


def test_a_campaign_beside_the_one_on_every_page_has_pages_and_a_meter_of_its_own(client: Client) -> None:
    make_campaign()
    other = campaigns.create(slug="boat", name="A boat", currency="EUR", tz="UTC", goal_minor=90_000, featured=False)
    paid_gift(other, 1_500)

    assert "A boat" in page(client, "/funding/campaigns/boat/")
    assert json.loads(page(client, "/funding/campaigns/boat/meter.json"))["raised_minor"] == 1_500
    assert meter.read().raised.minor == 0  # type: ignore[union-attr]
