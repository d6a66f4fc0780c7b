"""Stories as lists show them, read with a fixed number of queries however long the list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from standfirst.stories.models import Author, Byline, Picture, Section, Story
from standfirst.stories.renditions import PictureSet, picture_set

_HERO = ("description", "caption", "credit", "licence", "source_url", "width", "height")
_COLUMNS = (
    *("address", "kicker", "title", "standfirst", "first_published_at"),
    *("section__name", "section__slug"),
    *(f"hero__{column}" for column in _HERO),
)


@dataclass(frozen=True, slots=True)
class StoryCard:
    """What a list shows of a story."""

    key: str
    url: str
    kicker: str
    headline: str
    standfirst: str
    section: Section | None
    authors: tuple[Author, ...]
    published_at: datetime
    picture: PictureSet | None


def published() -> QuerySet[Story]:
    """Return the stories that readers may read, newest first. It asks at once which pages are private: narrow one."""
    live: QuerySet[Story] = Story.objects.live().filter(address__isnull=False)
    with connection.cursor() as cursor:  # mostly none is
        cursor.execute("SELECT EXISTS (SELECT 1 FROM wagtailcore_pageviewrestriction)")
        readable = live.public() if cursor.fetchone()[0] else live  # type: ignore[attr-defined]
    return readable.order_by("-first_published_at", "-pk")


def for_cards(stories: QuerySet[Story]) -> QuerySet[Story]:
    """Have the rows that cards need fetched together: three queries for any number of stories."""
    return _columns(stories).prefetch_related(bylines_in_order(), "hero__renditions")


def lists_of_cards(
    *lists: QuerySet[Story], beside: Sequence[Story] = (), pictures: Iterable[Picture] = ()
) -> list[list[StoryCard]]:
    """Return the cards of several lists: a query for each, and two for the authors and renditions of all.

    The bylines of the stories ``beside``, and the renditions of ``pictures``, are fetched with theirs.
    """
    # Django writes the whole statement before it finds that nothing can match.
    found = [[] if stories.query.is_empty() else list(_columns(stories)) for stories in lists]
    stories = [story for each in found for story in each]
    prefetch_related_objects([*beside, *stories], bylines_in_order())
    prefetch_related_objects([*pictures, *(story.hero for story in stories if story.hero)], "renditions")
    return [cards(each) for each in found]


def bylines_in_order() -> Prefetch[str]:
    """Return what fetches the bylines of stories, with their authors, in one query."""
    return Prefetch("bylines", queryset=Byline.objects.select_related("author").order_by("sort_order"))


def _columns(stories: QuerySet[Story]) -> QuerySet[Story]:
    return stories.select_related("section", "hero").only(*_COLUMNS)


def cards(stories: Iterable[Story]) -> list[StoryCard]:
    """Return the cards of ``stories``, which should come through ``for_cards``."""
    return [card(story) for story in stories]


def card(story: Story) -> StoryCard:
    """Return the card of one story."""
    authors = tuple(dict.fromkeys(byline.author for byline in story.bylines.all()))
    return StoryCard(
        key=story.key,
        url=f"/{story.address}/",
        kicker=story.kicker,
        headline=story.headline,
        standfirst=story.standfirst,
        section=story.section,
        authors=authors,
        published_at=story.first_published_at,
        picture=picture_set(story.hero) if story.hero else None,
    )


def keys_of(shown: Sequence[StoryCard]) -> set[str]:
    """Return the keys of pictures whose renditions a list shows; the list itself is under ``stories``."""
    return {each.picture.key for each in shown if each.picture is not None}
