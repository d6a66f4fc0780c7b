"""Full-text search over published stories, in the database that is there (FTS5 or PostgreSQL)."""

import re
from dataclasses import dataclass

from standfirst.stories.cards import StoryCard, cards, published
from standfirst.stories.models import Story

QUERY_LENGTH_MIN = 2
QUERY_LENGTH_MAX = 100  # characters; longer than any headline that somebody remembers
WORDS_MAX = 12  # each costs a look into the index
PAGE_LENGTH = 20
PAGES_MAX = 50  # nobody reads further; a crawler would

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results."""

    stories: list[StoryCard]
    total: int
    more: bool


def page_number(raw: str) -> int:
    """Return the number of a page of results; 1 for anything that is none."""
    return min(max(int(raw), 1), PAGES_MAX) if raw.isascii() and raw.isdigit() and len(raw) <= len("1000") else 1


def search(query: str, *, number: int = 1) -> Found:
    """Return the stories that hold every word of ``query``, the best first.

    The words alone reach the index: its operators and quotes mean nothing here.
    """
    words = _WORD.findall(query)[:WORDS_MAX]
    if len(query) < QUERY_LENGTH_MIN or not words:
        return Found([], 0, more=False)
    results = Story.objects.live().public().filter(address__isnull=False).search(" ".join(words), operator="and")
    total = results.count()
    start = (number - 1) * PAGE_LENGTH
    order = [story.pk for story in results[start : start + PAGE_LENGTH]]
    found = {card.key: card for card in cards(published().filter(pk__in=order))}
    stories = [found[key] for pk in order if (key := f"story:{pk}") in found]
    return Found(stories, total, more=total > start + PAGE_LENGTH and number < PAGES_MAX)
