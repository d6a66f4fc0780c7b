"""Limits: how often somebody may try, and what a card that is declined costs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from standfirst.accounts import addresses
from standfirst.funding import allowances
from standfirst.funding.allowances import Asker, ChallengeNeeded, TooManyTries
from standfirst.funding.models import Allowance, Gift
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.testing.funding import make_campaign, started_gift, together

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CARD = {"preset_once": "2500"}


@pytest.fixture(autouse=True)
def _pinned() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def tries(asker: Asker, count: int, **wishes: Any) -> int:
    """Try ``count`` times; return how many went through."""
    done = 0
    for _ in range(count):
        try:
            allowances.take(asker, solved=wishes.get("solved", True), card=wishes.get("card", True))
            done += 1
        except TooManyTries:
            pass
    return done


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("asker", "most"), [(Asker(household="h"), 30), (Asker(browser="b"), 12), (Asker(email="e"), 8), (Asker(), 40)]
)
def test_each_trait_has_a_limit_of_its_own(asker: Asker, most: int) -> None:
    assert tries(asker, 40) == most


@pytest.mark.usefixtures("books")
def test_two_hours_later_all_begins_afresh_and_another_household_is_not_meant() -> None:
    assert tries(Asker(household="h"), 31) == 30
    assert tries(Asker(household="other"), 1) == 1

    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert tries(Asker(household="h"), 31) == 30


@pytest.mark.usefixtures("books")
def test_around_the_full_hour_nobody_has_twice_the_limit() -> None:
    with time_machine.travel(NOON + timedelta(minutes=59), tick=False):
        before = tries(Asker(household="h"), 40)
    after = []
    for minutes in (60, 62, 90, 90, 119):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            after.append(tries(Asker(household="h"), 40))

    assert before == 30
    assert after == [0, 1, 14, 0, 14]


@pytest.mark.usefixtures("books")
def test_an_office_that_goes_on_trying_is_served_as_often_as_the_limit_says() -> None:
    served = []
    for minutes in range(6 * 60):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            served.append(tries(Asker(household="office"), 1))

    assert [29 <= sum(served[hour * 60 : hour * 60 + 60]) <= 31 for hour in range(6)] == [True] * 6


@pytest.mark.usefixtures("books")
def test_declined_cards_of_the_hour_before_weigh_as_long_as_they_lie_in_the_last_hour() -> None:
    gift = started_gift(make_campaign(), household="h")
    with time_machine.travel(NOON + timedelta(minutes=59), tick=False):
        for number in range(11):
            allowances.declined(gift=gift, fact=f"ch_{number}")

    seen = []
    for minutes in (60, 70, 110, 120):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            try:
                allowances.take(Asker(household="h"), solved=False)
                seen.append("free")
            except (TooManyTries, ChallengeNeeded) as refusal:
                seen.append(type(refusal).__name__)

    assert seen == ["TooManyTries", "ChallengeNeeded", "free", "free"]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(("asker", "most"), [(Asker(household="h"), 30), (Asker(email="e"), 8)])
def test_who_waits_as_long_as_was_said_goes_on_and_a_minute_earlier_not_yet(asker: Asker, most: int) -> None:
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False) as now:
        assert tries(asker, most) == most
        with pytest.raises(TooManyTries) as refused:
            allowances.take(asker, solved=True)
        minutes = refused.value.details["minutes"]

        now.shift(timedelta(minutes=minutes - 1))
        too_early = tries(asker, 1)
        now.shift(timedelta(minutes=1))

        assert (too_early, tries(asker, 1)) == (0, 1)


@pytest.mark.usefixtures("committed_books")
def test_fifty_at_once_hold_the_limit() -> None:
    asker = Asker(household="h", browser="", email="")

    results = together([lambda: allowances.take(asker, solved=True)] * 50)

    assert sum(result is None for result in results) == 30
    assert sum(isinstance(result, TooManyTries) for result in results) == 20
    assert Allowance.objects.get().used == 30


@pytest.mark.usefixtures("committed_books")
def test_fifty_posts_at_once_start_no_more_gifts_than_the_limit_allows(monkeypatch: Any) -> None:
    make_campaign()
    monkeypatch.setitem(allowances.TRIES_FREE, "household", 100)

    def give() -> int:
        client = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR="203.0.113.7")
        return client.post("/gifts/?keyed=1", CARD).status_code

    statuses = together([give] * 50)

    assert statuses.count(429) == 20
    assert Gift.objects.count() == 30


@pytest.mark.usefixtures("books")
def test_after_a_few_tries_a_card_costs_computing_and_a_transfer_does_not() -> None:
    asker = Asker(household="h")
    for _ in range(8):
        allowances.take(asker, solved=False)

    with pytest.raises(ChallengeNeeded):
        allowances.take(asker, solved=False)
    allowances.take(asker, solved=True)
    allowances.take(asker, solved=False, card=False)


@pytest.mark.usefixtures("books")
def test_a_declined_card_counts_once_for_each_attempt_and_makes_the_next_one_dear() -> None:
    gift = started_gift(make_campaign(), browser_key="a" * 32, household="h")
    for fact in ("ch_1", "ch_1", "ch_2"):
        allowances.declined(gift=gift, fact=fact)
    allowances.take(Asker(household="h"), solved=False)

    allowances.declined(gift=gift, fact="ch_3")

    with pytest.raises(ChallengeNeeded):
        allowances.take(Asker(household="h"), solved=False)
    with pytest.raises(ChallengeNeeded):
        allowances.take(Asker(browser=gift.browser), solved=False)
    allowances.take(Asker(household="another"), solved=False)


@pytest.mark.usefixtures("books")
def test_many_declined_cards_end_a_households_hour() -> None:
    gift = started_gift(make_campaign(), household="h")

    for number in range(11):
        allowances.declined(gift=gift, fact=f"ch_{number}")

    with pytest.raises(TooManyTries):
        allowances.take(Asker(household="h"), solved=True)
    allowances.take(Asker(household="h"), solved=False, card=False)


@pytest.mark.usefixtures("books")
def test_a_wave_of_declined_cards_from_many_places_makes_every_card_dear() -> None:
    campaign = make_campaign()

    for number in range(26):
        gift = started_gift(campaign, 1_000 + number, household=f"h{number}")
        allowances.declined(gift=gift, fact=f"ch_{number}")

    with pytest.raises(ChallengeNeeded):
        allowances.take(Asker(household="a reader"), solved=False)
    allowances.take(Asker(household="a reader"), solved=True)


@pytest.mark.usefixtures("books")
def test_what_was_counted_is_forgotten_after_two_days_and_was_never_readable() -> None:
    allowances.take(Asker(household="h", email=allowances.hash_of_email("Ada@example.org")), solved=True)
    assert not any("example" in row.digest or row.digest == "h" for row in Allowance.objects.all())

    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert allowances.forget() == 0
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        assert allowances.forget() == 2


@pytest.mark.usefixtures("books")
def test_the_same_e_mail_is_the_same_however_it_is_written() -> None:
    assert allowances.hash_of_email(" Ada@Example.org ") == allowances.hash_of_email("ada@example.org")
    assert allowances.hash_of_email("  ") == ""


@pytest.mark.usefixtures("books")
def test_over_the_limit_the_form_says_when_to_come_back_and_keeps_what_was_typed(double: Rehearsal) -> None:
    make_campaign()
    for _ in range(30):
        allowances.count(what="try", traits={"household": household_of("203.0.113.7")})
    client = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR="203.0.113.7")

    with time_machine.travel(NOON + timedelta(minutes=40), tick=False):
        answer: Any = client.post("/gifts/?keyed=1", {"amount": "17", "name": "Ada"})

    assert (answer.status_code, answer["X-Refusal"], answer["Retry-After"]) == (429, "funding.too_many_tries", "1320")
    html = answer.content.decode()
    assert "22 minutes" in html
    assert 'value="17"' in html
    assert 'value="Ada"' in html
    assert Gift.objects.count() == 0


@pytest.mark.usefixtures("books")
def test_a_whole_network_of_an_ipv6_household_is_one(double: Rehearsal) -> None:
    make_campaign()
    for _ in range(30):
        allowances.count(what="try", traits={"household": household_of("2001:db8:1:2::1")})

    def status(address: str) -> int:
        client = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR=address)
        return client.post("/gifts/?keyed=1", CARD).status_code

    assert status("2001:db8:1:2:ffff::9") == 429
    assert status("2001:db8:1:3::9") == 303


@pytest.mark.usefixtures("books")
def test_behind_a_proxy_that_nobody_named_readers_do_not_stop_each_other(double: Rehearsal) -> None:
    make_campaign()

    statuses = set()
    for _ in range(35):
        client = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR="127.0.0.1")
        statuses.add(client.post("/gifts/?keyed=1", CARD).status_code)

    assert statuses == {303}


def household_of(address: str) -> str:
    return addresses.hash_of(address)
