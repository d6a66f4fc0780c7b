"""Stories as lists show them, read with a fixed number of queries however long the list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from standfirst.stories.models import Author, Byline, Section, Story
from standfirst.stories.renditions import PictureSet, picture_set


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
    """Return the stories that readers may read, newest first."""
    live: QuerySet[Story] = Story.objects.live().public().filter(address__isnull=False)
    return live.order_by("-first_published_at", "-pk")


def for_cards(stories: QuerySet[Story]) -> QuerySet[Story]:
    """Have the rows that cards need fetched together: five queries for any number of stories."""
    bylines = Byline.objects.select_related("author").order_by("sort_order")
    return (
        stories.select_related("section", "hero")
        .prefetch_related(Prefetch("bylines", queryset=bylines), "hero__renditions")
        .defer("body", "search_description")
    )


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
