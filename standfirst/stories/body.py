"""A story's body as HTML, and the keys of what it shows."""

from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString
from wagtail.blocks import StreamValue

from standfirst.stories.models import Picture, Story


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


def render(body: StreamValue, *, story_key: str = "") -> SafeString:
    """Return ``body`` as HTML; calls to support in it remember ``story_key``."""
    return SafeString(body.stream_block.render(body, context={"story_key": story_key}))
