"""What rules look for, without a database: words in disguise, patterns, addresses, and patterns made to stall."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standfirst.discussion import markup
from standfirst.discussion.models import TEXT_LENGTH_MAX, Rule
from standfirst.discussion.rules import matching, refusals
from standfirst.discussion.rules.matching import Circumstances, Said

pytestmark = pytest.mark.one_database


def found(kind: str, value: str = "", text: str = "", *, name: str = "Ines", **more: Any) -> str:
    around = more.pop("around", Circumstances())
    rule = matching.checked(Rule(name="x", kind=kind, value=value, **more))
    hit = rule.asked(Said(name, text, markup.from_markdown(text)), around)
    return hit.matched if hit else ""


@pytest.mark.parametrize(
    "text",
    [
        "the casino is open",
        "Casino!",
        "CASINO",
        "(casino)",
        "cásíno",
        "саsіnо",  # Cyrillic
        "c\u0336a\u0336s\u0336i\u0336n\u0336o\u0336",
        "ｃａｓｉｎｏ",
        "𝓬𝓪𝓼𝓲𝓷𝓸",
        "cas1no",
        "ca$ino",
        "c@sino",
        "c a s i n o",
        "c.a.s.i.n.o",
        "cas*in*o",
        "[casino](https://a.example)",
        "see https://casino.example/now",
        "> casino",
    ],
)
def test_a_word_is_found_in_any_disguise(text: str) -> None:
    assert found("words", "casino", text) == "casino"


@pytest.mark.parametrize("text", ["casinos", "occasional", "cas ino", "2026", "the case is no use"])
def test_a_part_of_another_word_is_no_hit(text: str) -> None:
    assert found("words", "casino", text) == ""


@pytest.mark.parametrize(
    ("listed", "text"),
    [("fail", "the fall of the wall"), ("dick", "one click"), ("bum", "a burn"), ("2o26", "in 2026")],
)
def test_words_that_only_look_alike_at_a_glance_are_kept_apart(listed: str, text: str) -> None:
    assert found("words", listed, text) == ""


def test_a_one_may_stand_for_an_i_or_an_l() -> None:
    assert found("words", "idiot", "you 1d1ot") == "idiot"
    assert found("words", "loser", "you 1oser") == "loser"


def test_phrases_are_found_across_spaces_and_signs_but_not_across_name_and_text() -> None:
    assert found("words", "buy now\ncheap boats", "Buy – NOW!") == "buy now"
    assert found("words", "buy now", "now it is", name="Buy") == ""
    assert found("words", "cheap boats", "x", name="Cheap Boats") == "cheap boats"


def test_a_thousand_phrases_take_no_longer_than_one() -> None:
    text = "the harbour wall " * 500
    lists = ["casino", "\n".join(f"word{number} again" for number in range(1_000))]
    rules = [matching.checked(Rule(name="x", kind="words", value=each)) for each in lists]
    for rule in rules:
        assert rule.asked(Said("Ines", text, f"<p>{text}</p>"), Circumstances()) is None


def test_a_pattern_is_found_whatever_the_capitals() -> None:
    assert found("pattern", r"b[ou]y\s+\d+", "BUY  40 boats") == "BUY 40"
    assert found("pattern", r"^ines$", "x") == ""  # neither the name alone: a text begins and ends once


@pytest.mark.parametrize("pattern", ["(a", "a**b(", r"(a)\1", "(?=x)y", "", "x" * 501, "(a{1000}){1000}", "a*"])
def test_a_pattern_that_is_none_is_refused_with_the_reason(pattern: str) -> None:
    with pytest.raises(refusals.PatternUnusable):
        found("pattern", pattern)


STALLING = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"(a|a?)+$",
    r"([a-zA-Z]+)*$",
    r"(.*a){20}$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(x+x+)+y",
    r"(a?){50}(a){50}$",
    r".*.*.*.*.*.*=.*",
    r"(\w+\s?)+$",
    r"^(\d+)*[^\d]$",
    r"(?:(?:a*)*)*b",
    r"([ab]{0,100}){2}c",
    r"[^a]{200}z",
    r"(\pL{20}|\w+\s){10}",
]


@pytest.mark.parametrize("pattern", STALLING)
@pytest.mark.parametrize(
    "text", ["a" * TEXT_LENGTH_MAX, "a" * (TEXT_LENGTH_MAX - 1) + "!", "ab " * 3_333, "x1" * 5_000]
)
def test_a_pattern_made_to_stall_is_refused_or_ends_long_before_anybody_notices(pattern: str, text: str) -> None:
    try:
        rule = matching.checked(Rule(name="x", kind="pattern", value=pattern))
    except (refusals.PatternUnusable, refusals.PatternTooSlow):
        return
    began = time.perf_counter()
    rule.asked(Said("Ines", text, ""), Circumstances())

    assert time.perf_counter() - began < 5  # a backtracking engine needs longer than the universe has


def test_when_time_runs_out_a_person_looks() -> None:
    rule = matching.ready(Rule(name="x", kind="words", value="casino"))

    hit = matching.first_hit([rule], Said("Ines", "Hello", "<p>Hello</p>"), Circumstances(), in_time=lambda: False)

    assert hit is not None
    assert (hit.verdict, hit.rule_id) == ("hold", 0)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.0.2.7", True),
        ("192.0.3.7", False),
        ("::ffff:192.0.2.7", True),
        ("2001:db8:1::9", True),
        ("2001:db8:2::9", False),
        ("203.0.113.9", True),
        ("", False),
        ("nonsense", False),
    ],
)
def test_an_address_is_compared_with_ranges_and_never_kept(address: str, inside: bool) -> None:
    matched = found(
        "addresses", "192.0.2.0/24\n2001:db8:1::/48\n203.0.113.9", "x", around=Circumstances(address=address)
    )

    assert bool(matched) is inside
    assert "192" not in matched
    assert "2001" not in matched


def test_numbers_of_links_repetitions_and_comments_are_compared() -> None:
    links = "https://a.example https://b.example"

    assert found("links", "", links, number=2) == "2 links"
    assert found("links", "", links, number=3) == ""
    assert found("repeated", "", "x", number=2, around=Circumstances(said_by_others=2))
    assert not found("repeated", "", "x", number=3, around=Circumstances(said_by_others=2))
    assert found("flood", "", "x", number=2, minutes=1, around=Circumstances(ages_seconds=(5, 59)))
    assert not found("flood", "", "x", number=2, minutes=1, around=Circumstances(ages_seconds=(5, 60)))
    assert found("new_guest", "", "x", around=Circumstances(is_new=True))
    assert not found("new_guest", "", "x")
    assert not found("words", "casino", "casino", newcomers_only=True)
    assert found("words", "casino", "casino", newcomers_only=True, around=Circumstances(is_new=True))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"kind": "words", "value": " \n "}, refusals.ListUnusable),
        ({"kind": "words", "value": "\n".join("abcd" for _ in range(1_001))}, refusals.ListUnusable),
        ({"kind": "words", "value": "casino\n!!!"}, refusals.PhraseUnusable),
        ({"kind": "words", "value": "x" * 101}, refusals.PhraseUnusable),
        ({"kind": "addresses", "value": "192.0.2.0/33"}, refusals.NetworkUnusable),
        ({"kind": "addresses", "value": "host.example"}, refusals.NetworkUnusable),
        ({"kind": "links"}, refusals.NumberMissing),
        ({"kind": "repeated", "number": 5_000}, refusals.NumberMissing),
        ({"kind": "flood", "number": 3}, refusals.MinutesMissing),
        ({"kind": "flood", "number": 3, "minutes": 61}, refusals.MinutesMissing),
    ],
)
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        matching.checked(Rule(name="x", **wrong))


@given(
    text=some.text(max_size=300), listed=some.text(alphabet=some.characters(categories=["L"]), min_size=1, max_size=20)
)
def test_whatever_is_typed_looking_for_words_ends_well(text: str, listed: str) -> None:
    try:
        rule = matching.checked(Rule(name="x", kind="words", value=listed))
    except (refusals.PhraseUnusable, refusals.ListUnusable):
        return
    said = Said("Ines", f"{text} {listed} {text}", "")

    first = rule.asked(said, Circumstances())

    assert first is not None
    assert rule.asked(said, Circumstances()) == first
