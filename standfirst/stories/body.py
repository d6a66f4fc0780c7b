"""A story's body as HTML, and the keys of what it shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.safestring import SafeString
from wagtail.blocks import StreamValue

from standfirst.stories import renditions
from standfirst.stories.cards import StoryCard, cards, published
from standfirst.stories.models import Picture, Story
from standfirst.stories.passages.showing import with_questions


def pictures_in(body: StreamValue) -> Iterator[Picture]:
    """Yield the pictures that stand in ``body``, in order."""
    for child in body:
        yield from _pictures(child.block_type, child.value)


def _pictures(kind: str, value: Any) -> Iterator[Picture]:
    if kind == "picture" and value["picture"] is not None:
        yield value["picture"]
    elif kind == "gallery":
        for entry in value["pictures"]:
            if entry["picture"] is not None:
                yield entry["picture"]


def stories_in(body: StreamValue) -> Iterator[Story]:
    """Yield the stories that ``body`` shows as cards."""
    for child in body:
        if child.block_type == "related_story" and child.value["story"] is not None:
            yield child.value["story"].specific


def keys_of(body: StreamValue) -> set[str]:
    """Return the keys of the pictures and stories that ``body`` shows."""
    keys = {f"picture:{picture.pk}" for picture in pictures_in(body)}
    return keys | {story.key for story in stories_in(body)}


def numbers_of_stories(body: StreamValue) -> list[int]:
    """Return the ids of the stories that ``body`` shows as cards."""
    return [story.pk for story in stories_in(body)]


def render(
    body: StreamValue,
    *,
    story_key: str = "",
    story_cards: Mapping[str, StoryCard] | None = None,
    in_feed: bool = False,
) -> SafeString:
    """Return ``body`` as HTML; calls to support in it remember ``story_key``.

    ``story_cards`` are those of the stories in it, by key; they are read here if they are not given.
    ``in_feed``: what lives on a page stands there as text.
    """
    renditions.read(pictures_in(body))
    if story_cards is None:
        story_cards = _cards_of(numbers_of_stories(body))
    context = {"story_key": story_key, "story_cards": story_cards, "in_feed": in_feed}
    html = body.stream_block.render(body, context=context)
    return with_questions(html, "" if in_feed else story_key)


def _cards_of(numbers: list[int]) -> dict[str, StoryCard]:
    found = cards(published().filter(pk__in=numbers)) if numbers else []
    return {card.key: card for card in found}
