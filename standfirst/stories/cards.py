"""Stories as lists show them, read with a fixed number of queries however long the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from standfirst.kit import rows
from standfirst.stories import bylines, renditions
from standfirst.stories.models import Author, Byline, Picture, Section, Story
from standfirst.stories.renditions import PictureSet

_STORY = ("pk", "address", "kicker", "title", "standfirst", "first_published_at")
_SECTION = ("id", "name", "slug")
_PICTURE = ("id", *renditions.COLUMNS)
_COLUMNS = (*_STORY, *(f"section__{name}" for name in _SECTION), *(f"hero__{name}" for name in _PICTURE))
_SECTION_FROM, _PICTURE_FROM = len(_STORY), len(_STORY) + len(_SECTION)

type _Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class StoryCard:
    """What a list shows of a story."""

    number: int
    url: str
    kicker: str
    headline: str
    standfirst: str
    section: Section | None
    authors: tuple[Author, ...]
    published_at: datetime
    picture: PictureSet | None

    @property
    def key(self) -> str:
        """The story's key."""
        return f"story:{self.number}"


def published() -> QuerySet[Story]:
    """Return the stories that readers may read, newest first. It asks at once which pages are private: narrow one."""
    live: QuerySet[Story] = Story.objects.live().filter(address__isnull=False)
    with connection.cursor() as cursor:  # mostly none is
        cursor.execute("SELECT EXISTS (SELECT 1 FROM wagtailcore_pageviewrestriction)")
        readable = live.public() if cursor.fetchone()[0] else live  # type: ignore[attr-defined]
    return readable.order_by("-first_published_at", "-pk")


def cards(stories: QuerySet[Story]) -> list[StoryCard]:
    """Return the cards of ``stories``, in their order: four queries for any number of them."""
    (found,) = lists_of_cards(stories)
    return found


def lists_of_cards(*lists: QuerySet[Story]) -> list[list[StoryCard]]:
    """Return the cards of several lists: a query for each, and three for the authors and renditions of all.

    A card needs a sixth of what a story has; no stories are made for it.
    """
    # Django writes the whole statement before it finds that nothing can match.
    found: list[list[_Row]] = [
        [] if stories.query.is_empty() else list(stories.values_list(*_COLUMNS)) for stories in lists
    ]
    stories = [row for each in found for row in each]
    by = bylines.of([row[0] for row in stories])
    pictures = {row[_PICTURE_FROM]: row[_PICTURE_FROM:] for row in stories if row[_PICTURE_FROM] is not None}
    shown = {number: rows.made(Picture, _PICTURE, row) for number, row in pictures.items()}
    renditions.read(shown.values())
    sets = {number: renditions.picture_set(picture) for number, picture in shown.items()}
    return [[_card(row, by.get(row[0], []), sets.get(row[_PICTURE_FROM])) for row in each] for each in found]


def _card(row: _Row, by: Sequence[Byline], picture: PictureSet | None) -> StoryCard:
    number, address, kicker, headline, standfirst, published_at = row[:_SECTION_FROM]
    section = row[_SECTION_FROM:_PICTURE_FROM]
    return StoryCard(
        number=number,
        url=f"/{address}/",
        kicker=kicker,
        headline=headline,
        standfirst=standfirst,
        section=None if section[0] is None else rows.made(Section, _SECTION, section),
        authors=tuple(dict.fromkeys(byline.author for byline in by)),
        published_at=published_at,
        picture=picture,
    )


def keys_of(shown: Sequence[StoryCard]) -> set[str]:
    """Return the keys of pictures whose renditions a list shows; the list itself is under ``stories``."""
    return {each.picture.key for each in shown if each.picture is not None}
