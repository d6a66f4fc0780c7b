"""Lists of stories: by keyset, so that a new story between two pages neither repeats nor hides one."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal
from standfirst.stories.cards import StoryCard, cards
from standfirst.stories.models import Story

PAGE_LENGTH = 20  # stories on a list's page

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(\d{1,16})-(\d{1,18})")


class BadCursor(Refusal):
    """The address of a list's page is none that we gave out."""

    code = "stories.bad_cursor"
    status = 404
    message = _("There is no such page of this list. Its first page has the newest stories.")


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of a list; the cursors lead to the pages beside it and are empty at the ends."""

    stories: list[StoryCard]
    older: str
    newer: str


def page(stories: QuerySet[Story], *, before: str = "", after: str = "") -> StoryPage:
    """Return the page of ``stories`` older than ``before``, or newer than ``after``, or the first.

    Refusals: BadCursor.
    """
    if after:
        moment, number = _read(after)
        newer = Q(first_published_at__gt=moment) | Q(first_published_at=moment, pk__gt=number)
        found = cards(stories.filter(newer).order_by("first_published_at", "pk")[: PAGE_LENGTH + 1])
        more_newer, found = len(found) > PAGE_LENGTH, found[:PAGE_LENGTH][::-1]
        more_older = True
    else:
        if before:
            moment, number = _read(before)
            stories = stories.filter(Q(first_published_at__lt=moment) | Q(first_published_at=moment, pk__lt=number))
        found = cards(stories.order_by("-first_published_at", "-pk")[: PAGE_LENGTH + 1])
        more_older, found = len(found) > PAGE_LENGTH, found[:PAGE_LENGTH]
        more_newer = bool(before)
    return StoryPage(
        stories=found,
        older=_cursor(found[-1]) if found and more_older else "",
        newer=_cursor(found[0]) if found and more_newer else "",
    )


def _cursor(card: StoryCard) -> str:
    microseconds = (card.published_at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}-{card.number}"


def _read(cursor: str) -> tuple[datetime, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise BadCursor
    try:
        moment = _EPOCH + timedelta(microseconds=int(match[1]))
    except OverflowError as error:
        raise BadCursor from error
    return moment, int(match[2])
