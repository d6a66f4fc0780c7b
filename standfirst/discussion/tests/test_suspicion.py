"""What is suspicious costs a moment of computing; without a script it is held, never refused."""

import base64
import json
from collections.abc import Callable
from typing import Any

import altcha
import pytest
from django.test import Client

from standfirst.accounts import challenges
from standfirst.discussion import pipeline
from standfirst.discussion.models import Comment, Revision, State
from standfirst.discussion.rules.sending import PURPOSE
from standfirst.testing.discussion import a_thread

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}

type Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _easy(monkeypatch: Any) -> None:
    monkeypatch.setattr(challenges, "COST", 2)
    monkeypatch.setattr(challenges, "COUNTER_MIN", 3)
    monkeypatch.setattr(challenges, "COUNTER_MAX", 9)


def work(asked: dict[str, Any]) -> str:
    """Solve as proof.js does."""
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(asked))
    assert solution is not None
    done = {"challenge": asked, "solution": {"counter": solution.counter, "derivedKey": solution.derived_key}}
    return base64.b64encode(json.dumps(done).encode()).decode()


def post(browser: Client, key: str, text: str, *, script: bool = True, **more: str) -> Any:
    form = {"name": "Ines", "text": text} | more
    return browser.post(f"/discussion/threads/{key}/comments/", form, headers=SCRIPT if script else {})


def test_what_a_script_sends_within_seconds_is_asked_for_a_proof_and_then_published(browser: Browser) -> None:
    key, client = a_thread().key, browser()

    asked = post(client, key, "Quick", took="1")
    solution = work(asked.json()["challenge"])
    answer = post(client, key, "Quick", took="2", altcha=solution)
    again = post(browser(), key, "Quick again", took="2", altcha=solution)

    assert (asked.status_code, asked["X-Refusal"]) == (202, "discussion.challenge_needed")
    assert (answer.status_code, answer.json()["state"]) == (201, "published")
    assert again.status_code == 202
    assert Comment.objects.count() == 1


def test_the_solution_of_another_form_is_no_proof(browser: Browser) -> None:
    solution = work(json.loads(challenges.make("gift")))

    assert PURPOSE == "comment"
    assert post(browser(), a_thread().key, "Quick", took="1", altcha=solution).status_code == 202


@pytest.mark.parametrize("took", ["3", "86400", "", "x", "-1", "9" * 30])
def test_whoever_took_their_time_or_says_nothing_is_not_asked(browser: Browser, took: str) -> None:
    assert post(browser(), a_thread().key, "Well considered", took=took).status_code == 201


def test_without_a_script_what_is_suspicious_is_held_and_never_refused(browser: Browser) -> None:
    key = a_thread().key

    answer = post(browser(), key, "Quick", script=False, took="0")

    comment = Comment.objects.get()
    assert (answer.status_code, comment.state) == (303, State.HELD)
    assert Revision.objects.get().reason == "hasty"


def test_many_comments_of_one_address_cost_a_proof_long_before_they_are_refused(browser: Browser) -> None:
    key = a_thread().key
    for number in range(pipeline.ADDRESS_COMMENTS_A_MINUTE_FREE):
        assert post(browser(), key, f"Remark {number}").status_code == 201

    by_script = post(browser(), key, "One more")
    by_hand = post(browser(), key, "One by hand", script=False)

    assert by_script.status_code == 202
    assert by_hand.status_code == 303
    assert Revision.objects.latest("pk").reason == "unproven"


def test_a_proof_frees_nothing_that_fell_into_the_trap(browser: Browser) -> None:
    key = a_thread().key
    solution = work(post(browser(), key, "Quick", took="1").json()["challenge"])

    answer = post(browser(), key, "Quick", took="1", altcha=solution, topic="https://buy.example")

    assert answer.json()["state"] == "held"
