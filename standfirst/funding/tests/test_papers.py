"""Papers in the Latin letters of Europe are drawn with smaller files of the same fonts, to the same bytes."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from standfirst.funding.supporters import papers
from standfirst.funding.supporters.letterhead import Letterhead
from standfirst.funding.supporters.papers import Paper

pytestmark = pytest.mark.one_database
LATIN = "".join(char for char in map(chr, range(0x20, 0x2300)) if papers._LATIN.fullmatch(char))


def paper(name: str, closing: str = "") -> Paper:
    head = Letterhead("Courier e. V.", ("Quay 1",), closing=closing)
    rows = (("Received from", name), ("Gift", "€12.50"))
    return Paper(head, "Receipt 2026-00001", datetime(2026, 11, 30, tzinfo=UTC), rows, stamp="Rehearsal – no money")


@pytest.mark.parametrize("name", ["Zoë Ångström-Łukasiewicz", "Ștefan Țepeș", "office, AVATAR, fjord\nline two", LATIN])
def test_latin_letters_are_drawn_to_the_bytes_of_the_whole_fonts(name: str, monkeypatch: Any) -> None:
    small = papers.draw(paper(name))
    monkeypatch.setattr(papers, "_LATIN", re.compile("(?!)"))

    assert papers.draw(paper(name)) == small


@pytest.mark.parametrize("said", [{"name": "Ада"}, {"name": "אדה"}, {"name": "Ada", "closing": "Ευχαριστώ"}])
def test_other_letters_have_the_whole_fonts(said: dict[str, str], monkeypatch: Any) -> None:
    drawn = papers.draw(paper(**said))
    monkeypatch.setattr(papers, "_LATIN", re.compile("(?!)"))

    assert papers.draw(paper(**said)) == drawn
