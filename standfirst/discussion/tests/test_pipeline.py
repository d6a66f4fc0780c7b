"""The pipeline as a function: the same draft and facts give the same outcome, and what weighs more wins."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standfirst.discussion import markup, pipeline
from standfirst.discussion.models import TEXT_LENGTH_MAX, Policy, Rule
from standfirst.discussion.pipeline import Draft, Facts
from standfirst.discussion.rules import matching
from standfirst.discussion.rules.matching import Circumstances
from standfirst.discussion.rules.policies import Terms
from standfirst.discussion.rules.refusals import ChallengeNeeded, RefusedByRule
from standfirst.discussion.rules.sent import Sent
from standfirst.kit.errors import Refusal

pytestmark = pytest.mark.one_database

TEXTS = (
    "Well said.",
    "The casino is open",
    "https://a.example https://b.example https://c.example",
    "THE HARBOUR WALL IS A DISGRACE AND EVERYBODY IN THIS TOWN KNOWS IT",
    "",
    "x" * (TEXT_LENGTH_MAX + 1),
)


@some.composite
def drafts(draw: Any) -> Draft:
    text = draw(some.sampled_from(TEXTS))
    html = markup.from_markdown(text) if len(text) <= TEXT_LENGTH_MAX else ""
    return Draft(
        draw(some.sampled_from(("Ines", "", "Editor", "✔ Ines"))), text, html, draw(some.sampled_from(("", "x")))
    )


@some.composite
def rules(draw: Any) -> tuple[matching.ReadyRule, ...]:
    made = [
        Rule(
            pk=number,
            name=f"rule {number}",
            kind=kind,
            value="casino",
            number=2,
            verdict=draw(some.sampled_from(Rule.Verdict.values)),
            newcomers_only=draw(some.booleans()),
        )
        for number, kind in enumerate(
            draw(some.lists(some.sampled_from(("words", "pattern", "links", "new_guest")), max_size=4)), 1
        )
    ]
    return tuple(matching.ready(rule) for rule in made)


@some.composite
def facts(draw: Any) -> Facts:
    yes = some.booleans()
    return Facts(
        thread_open=draw(yes) or draw(yes),
        by_address_minute=draw(some.sampled_from((0, 0, 5, 10))),
        said_already=draw(some.sampled_from((False, False, True))),
        was_held=draw(yes),
        terms=Terms(
            accounts_only=draw(some.sampled_from((False, False, True))),
            checks=draw(some.sampled_from(Policy.Checks.values)),
            slow_seconds=draw(some.sampled_from((0, 60))),
        ),
        has_account=draw(yes),
        seconds_since_last=draw(some.sampled_from((None, 30.0))),
        rules=draw(rules()),
        around=Circumstances(is_new=draw(yes)),
        sent=Sent(scripted=draw(yes), seconds=draw(some.sampled_from((None, 1.0, 60.0)))),
        proven=draw(yes),
    )


def outcome(draft: Draft, known: Facts) -> tuple[str, str, int]:
    """Return what came out: refused by which code, held for which reason, by which rule."""
    try:
        found = pipeline.judge(draft, known)
    except Refusal as refusal:
        return refusal.code, "", 0
    return "", found.hold, found.hit.rule_id if found.hit else 0


@given(drafts(), facts())
def test_the_pipeline_is_a_pure_function(draft: Draft, known: Facts) -> None:
    before = repr(known)

    assert outcome(draft, known) == outcome(draft, known)
    assert repr(known) == before


@given(drafts(), facts())
def test_a_refusal_weighs_more_than_any_reason_to_hold_and_a_hold_more_than_to_publish(
    draft: Draft, known: Facts
) -> None:
    code, held, _rule = outcome(draft, known)
    refused = [code_of(phase, draft, known) for phase in pipeline.REFUSALS]
    first = next(filter(None, refused), "")

    if first:
        assert code == first
    elif code:
        assert code in {RefusedByRule.code, ChallengeNeeded.code}
    elif known.was_held or draft.trap or known.terms.checks == Policy.Checks.ALL:
        assert held


def code_of(phase: pipeline.Phase, draft: Draft, known: Facts) -> str:
    try:
        phase(draft, known)
    except Refusal as refusal:
        return refusal.code
    return ""


@given(drafts(), facts())
def test_the_first_rule_that_finds_something_decides_and_those_below_it_do_not_matter(
    draft: Draft, known: Facts
) -> None:
    said = matching.Said(draft.name, draft.text, draft.html)
    hits = [rule.asked(said, known.around) for rule in known.rules]
    first = next((index for index, hit in enumerate(hits) if hit), None)
    cut = known if first is None else replace(known, rules=known.rules[: first + 1])

    assert outcome(draft, cut) == outcome(draft, known)


@given(drafts(), facts())
def test_a_rule_to_publish_spares_links_and_capitals_and_nothing_else(draft: Draft, known: Facts) -> None:
    everything = matching.ready(Rule(pk=99, name="all", kind="pattern", value=".", verdict="publish"))
    with_it = outcome(draft, replace(known, rules=(everything,)))
    without = outcome(draft, replace(known, rules=()))

    if without[1] not in {"links", "shouting"}:
        assert with_it[:2] == without[:2]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 9_000,
        "![" * 4_500,
        "[a](" * 2_000,
        ">" * 9_000,
        "> " * 4_500 + "x",
        "- " * 4_500 + "x",
        "1. " * 3_000 + "x",
        "*" * 9_000,
        "*a_" * 3_000,
        "`" * 9_000,
        "~" * 9_000,
        "<" * 9_000,
        "<scr" * 2_000,
        "&" * 9_000,
        "\n" * 9_999 + "x",
        "a\n" * 4_900,
        "\\" * 9_000,
        "http://a.b " * 900,
        "x" * 9_999,
    ],
)
def test_a_markdown_bomb_is_judged_like_any_text(text: str) -> None:
    html = markup.from_markdown(text)
    rule = matching.ready(Rule(pk=1, name="x", kind="words", value="casino"))

    pipeline_said = outcome(Draft("Ines", text, html), Facts(rules=(rule,)))

    assert len(html) < 60 * len(text)
    assert pipeline_said[2] == 0
