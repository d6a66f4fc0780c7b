"""Proof of work: ours alone, in time, once."""

import base64
import json
from datetime import timedelta
from typing import Any

import altcha
import pytest
import time_machine
from django.test import Client

from standfirst.accounts import addresses, challenges
from standfirst.funding import allowances
from standfirst.funding.models import Gift
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.testing.funding import make_campaign

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture(autouse=True)
def _easy(monkeypatch: Any) -> None:
    monkeypatch.setattr(challenges, "COST", 2)
    monkeypatch.setattr(challenges, "COUNTER_MIN", 3)
    monkeypatch.setattr(challenges, "COUNTER_MAX", 9)


def work(challenge: str) -> str:
    """Solve as challenge.js does."""
    asked = json.loads(challenge)
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(asked))
    assert solution is not None
    done = {"challenge": asked, "solution": {"counter": solution.counter, "derivedKey": solution.derived_key}}
    return packed(done)


def packed(done: Any) -> str:
    return base64.b64encode(json.dumps(done).encode()).decode()


def changed(solution: str, **parameters: Any) -> str:
    done = json.loads(base64.b64decode(solution))
    done["challenge"]["parameters"] |= parameters
    return packed(done)


def test_a_solved_challenge_is_good_once() -> None:
    solution = work(challenges.make("gift"))

    assert challenges.solved(solution, "gift") is True
    assert challenges.solved(solution, "gift") is False


def test_a_solution_is_good_for_what_it_was_asked_for() -> None:
    assert challenges.solved(work(challenges.make("comment")), "gift") is False


def test_what_is_too_late_to_be_used_again_is_forgotten() -> None:
    challenges.solved(work(challenges.make("gift")), "gift")

    assert challenges.forget() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=21)):
        assert challenges.forget() == 1


def test_a_solution_of_yesterday_is_too_late() -> None:
    solution = work(challenges.make("gift"))

    with time_machine.travel(clock.now() + timedelta(minutes=21)):
        assert challenges.solved(solution, "gift") is False


def test_an_easier_challenge_a_longer_time_or_a_wrong_number_are_refused() -> None:
    solution = work(challenges.make("gift"))
    done = json.loads(base64.b64decode(solution))
    done["solution"]["derivedKey"] = "00" * 32

    assert not challenges.solved(changed(solution, cost=1), "gift")
    assert not challenges.solved(changed(solution, expiresAt=9_999_999_999), "gift")
    assert not challenges.solved(changed(solution, keyPrefix="00"), "gift")
    assert not challenges.solved(packed(done), "gift")


def test_the_challenge_of_another_site_is_refused(settings: Any) -> None:
    solution = work(challenges.make("gift"))
    settings.SECRET_KEY = "another" * 10

    assert not challenges.solved(solution, "gift")


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "x",
        "[]",
        "e30=",
        packed([]),
        packed({"challenge": 1}),
        packed({"challenge": {"parameters": 7}}),
        "A" * 9_999,
    ],
)
def test_nonsense_is_no_solution(nonsense: str) -> None:
    assert challenges.solved(nonsense, "gift") is False


def test_the_form_asks_after_a_few_tries_and_goes_on_once_it_is_solved(double: Rehearsal) -> None:
    make_campaign()
    for _ in range(8):
        allowances.count(what="try", traits={"household": addresses.hash_of("203.0.113.7")})
    client = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR="203.0.113.7")
    fields = {"amount": "17", "name": "Ada"}

    asked: Any = client.post("/gifts/?keyed=1", fields)
    context = {key: value for each in asked.context for key, value in each.flatten().items()}
    answer = client.post("/gifts/?keyed=1", fields | {"altcha": work(context["form"].challenge)})

    assert (asked.status_code, asked["X-Refusal"]) == (403, "funding.challenge_needed")
    html = asked.content.decode()
    assert "<noscript>" in html
    assert "data-challenge=" in html
    assert 'value="Ada"' in html
    assert (answer.status_code, Gift.objects.count()) == (303, 1)
