"""The reference of a bank transfer: a slip of the pen is found out, and any spacing is understood."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from standfirst.funding.giving import references

pytestmark = pytest.mark.one_database

DRAWN = st.text(references.ALPHABET, min_size=8, max_size=8)


def whole(drawn: str) -> str:
    return drawn + references.check_character(drawn)


@given(DRAWN, st.integers(0, 8), st.sampled_from(references.ALPHABET))
def test_one_wrong_character_is_found_out(drawn: str, place: int, wrong: str) -> None:
    reference = whole(drawn)
    assume(reference[place] != wrong)

    assert references.found_in(reference[:place] + wrong + reference[place + 1 :]) == []


@given(DRAWN, st.integers(0, 7))
def test_two_characters_that_changed_places_are_found_out(drawn: str, place: int) -> None:
    reference = whole(drawn)
    assume(reference[place] != reference[place + 1])
    swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]

    assert references.found_in(swapped) == []


@given(DRAWN, st.sampled_from(["{}", "Gift {}", "  {} thank you", "EREF+{}+KREF", "gift/{}/Ada"]))
def test_a_reference_is_found_however_it_was_written(drawn: str, around: str) -> None:
    reference = whole(drawn)

    for written in (reference, reference.lower(), references.shown(reference), " ".join(reference)):
        assert reference in references.found_in(around.format(written))


def test_no_character_looks_like_another() -> None:
    assert len(references.ALPHABET) == 23
    assert not set(references.ALPHABET) & set("0O1IL2Z5S8BG6UV") - set("68")


def test_a_new_reference_is_another_one_each_time() -> None:
    made = {references.make() for _ in range(500)}

    assert len(made) == 500
    assert all(references.found_in(references.shown(each)) == [each] for each in made)


@pytest.mark.parametrize("text", ["", "short", "a text without any", "123456789", "ÄÖÜ" * 9])
def test_other_text_holds_none(text: str) -> None:
    assert references.found_in(text) == []
