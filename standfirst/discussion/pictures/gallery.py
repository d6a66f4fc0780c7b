"""A comment's pictures as they are shown: facts in the comment's own row, so that a page asks once for all."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from standfirst.discussion.models import CommentPicture

NONE = SafeString("")


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """What the templates need: two addresses, what it shows, the size of the larger file."""

    name: str
    alt: str
    width: int
    height: int

    @property
    def url(self) -> str:
        """The larger file."""
        return reverse("discussion:picture", args=[self.name, ""])

    @property
    def small_url(self) -> str:
        """The file for the thread."""
        return reverse("discussion:picture", args=[self.name, "-small"])


def written(pictures: Iterable[CommentPicture]) -> str | None:
    """Return what is kept of ``pictures`` in the row of their comment: None for none."""
    facts = [[each.name, each.alt, each.width, each.height] for each in pictures]
    return json.dumps(facts, ensure_ascii=False) if facts else None


def read(kept: str | None) -> list[ShownPicture]:
    """Return the pictures that ``written`` wrote down."""
    return [ShownPicture(*facts) for facts in json.loads(kept)] if kept else []


def of(picture: CommentPicture) -> ShownPicture:
    """Return one picture."""
    return ShownPicture(picture.name, picture.alt, picture.width, picture.height)


def html(kept: str | None) -> SafeString:
    """Return the pictures as HTML, in the current language."""
    if not kept:
        return NONE
    return SafeString(render_to_string("discussion/pictures/_pictures.html", {"pictures": read(kept)}))
