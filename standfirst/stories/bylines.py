"""Who wrote which stories, read for many stories at once."""

from collections.abc import Sequence

from standfirst.kit import rows
from standfirst.stories.models import Author, Byline

_BYLINE = ("id", "story_id", "author_id", "role")
_AUTHOR = ("id", "name", "slug", "role")


def of(stories: Sequence[int]) -> dict[int, list[Byline]]:
    """Return the bylines of stories, by the stories' numbers and in order, with their authors. Two queries."""
    found: dict[int, list[Byline]] = {}
    bylines = rows.read_among(Byline, _BYLINE, "story_id", stories, order="sort_order, id")
    authors = {each.pk: each for each in rows.read_among(Author, _AUTHOR, "id", {each.author_id for each in bylines})}
    for byline in bylines:
        byline.author = authors[byline.author_id]
        found.setdefault(byline.story_id, []).append(byline)
    return found
