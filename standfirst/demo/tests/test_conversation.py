from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfirst.demo.chance import chance
from standfirst.demo.conversation import COMMENTS, DEPTH_MAX, ROOTS, Conversation, Deck, Spoken
from standfirst.demo.writing import table_of

pytestmark = pytest.mark.one_database

PARTS = table_of("talk/market-street.toml")
START = datetime(2026, 9, 15, 6, 30, tzinfo=UTC)


def held(seed: str, hours: float = 110) -> list[Spoken]:
    return Conversation(PARTS, seed=seed, start=START, end=START + timedelta(hours=hours)).held()


def told(spoken: list[Spoken]) -> list[tuple[str, str, datetime, int | None]]:
    return [(each.name, each.text, each.at, each.parent.number if each.parent else None) for each in spoken]


@settings(max_examples=15, deadline=None)
@given(seed=st.text(max_size=8), hours=st.floats(1, 200))
def test_each_answer_comes_after_what_it_answers_and_before_the_end(seed: str, hours: float) -> None:
    spoken = held(seed, hours)

    assert len(spoken) == COMMENTS
    assert [each.number for each in spoken] == list(range(COMMENTS))
    assert sum(each.parent is None for each in spoken) == ROOTS
    assert max(each.depth for each in spoken) <= DEPTH_MAX
    for each in spoken:
        assert START <= each.at <= START + timedelta(hours=hours)
        assert each.parent is None or (each.parent.number < each.number and each.parent.at <= each.at)


@settings(max_examples=15, deadline=None)
@given(seed=st.text(max_size=8))
def test_a_question_is_answered_by_the_one_who_was_asked(seed: str) -> None:
    answers = [each for each in held(seed) if each.kind == "answering"]

    assert answers
    for each in answers:
        assert each.parent is not None
        assert each.parent.parent is not None
        assert each.name == each.parent.parent.name
        assert each.text in each.parent.answers


@settings(max_examples=15, deadline=None)
@given(seed=st.text(max_size=8))
def test_nobody_begins_with_what_was_said_or_says_the_same_twice_below_one_beginning(seed: str) -> None:
    below: dict[int, list[str]] = {}
    for each in held(seed):
        place = -1 if each.parent is None else each.root.number
        below.setdefault(place, []).append(each.text)

    assert all(len(set(texts)) == len(texts) for texts in below.values())


def test_the_same_seed_holds_the_same_conversation() -> None:
    assert told(held("tide")) == told(held("tide"))
    assert told(held("tide")) != told(held("ebb"))


def test_no_gap_of_a_sentence_stays_unfilled() -> None:
    assert [each.text for each in held("tide") if "{" in each.text or "}" in each.text] == []


def test_a_deck_deals_every_card_before_one_comes_again() -> None:
    deck = Deck(["a", "b", "c"], chance("deck"))

    rounds = [sorted(deck.deal() for _ in range(3)) for _ in range(4)]

    assert rounds == [["a", "b", "c"]] * 4
