"""A comment as it is shown: frozen facts, its shown answers below it."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from itertools import chain

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import get_language

from standfirst.discussion import cursors, listing, marks, names, voices
from standfirst.discussion.cursors import OLDEST, Place
from standfirst.discussion.models import Comment, State
from standfirst.discussion.pictures import gallery
from standfirst.discussion.questions.about import NOTHING, ShownAbout, about_of
from standfirst.kit import moments
from standfirst.kit.lookalikes import skeleton

COLOURS = 8  # of generated avatars; the style sheet has a class for each
NO_MARK = SafeString("")
_ROUTES = {"follow": "follow_comment"}
TIMES_REMEMBERED = 4_096  # a megabyte: the first pages of some seventy threads


@dataclass(frozen=True, slots=True)
class ShownComment:
    """What ``discussion/_comment.html`` needs. A gap has neither name nor text.

    ``replies_more`` further answers lie after the cursor ``replies_after``; ``continues_url``
    leads on from the deepest level that a page shows. ``author`` says which comments of a thread are
    of the same person under the same name, and nothing else, see ``voices.py``.
    """

    id: int
    parent_id: int
    name: str
    html: SafeString
    written_at: datetime
    edited_at: datetime | None
    event: int
    is_gap: bool
    initials: str
    colour: int
    up_count: int
    down_count: int
    score: int
    level: int
    url: str
    replies: tuple["ShownComment", ...]
    replies_more: int
    replies_after: str
    continues_url: str
    pictures: SafeString = gallery.NONE
    author: str = ""
    marks: SafeString = NO_MARK
    is_picked: bool = False
    passage: ShownAbout = NOTHING

    @property
    def about(self) -> str:
        """What kind of passage it is about, "" for none."""
        return self.passage.kind

    @property
    def about_passage(self) -> str:
        """The passage's words."""
        return self.passage.passage

    @property
    def about_url(self) -> str:
        """Where the passage stands."""
        return self.passage.url

    @property
    def about_asked(self) -> str:
        """What was asked about it."""
        return self.passage.asked

    @property
    def written_at_iso(self) -> str:
        """When it was written, for machines."""
        return times(self.written_at, get_language(), get_current_timezone_name())[0]

    @property
    def written_at_text(self) -> str:
        """When it was written, for people."""
        return times(self.written_at, get_language(), get_current_timezone_name())[1]

    @property
    def is_edited(self) -> bool:
        """Whether its words were changed."""
        return self.edited_at is not None

    @property
    def votes_url(self) -> str:
        """Where votes on it are sent."""
        return _address("votes", self.id)

    @property
    def reply_url(self) -> str:
        """The form to answer it, for browsers without scripts."""
        return _address("reply", self.id)

    @property
    def follow_url(self) -> str:
        """The form to be told of answers to it."""
        return _address("follow", self.id)

    @property
    def report_url(self) -> str:
        """The form to report it."""
        return _address("report", self.id)

    @property
    def replies_url(self) -> str:
        """Its further answers."""
        return _address("replies", self.id)


@dataclass(frozen=True, slots=True)
class GoesOn:
    """How many further answers there are, and after which place (None: from the beginning)."""

    count: int
    place: Place | None


def permalink(thread_url: str, comment_id: int) -> str:
    """Return the lasting address of a comment."""
    joint = "&" if "?" in thread_url else "?"
    return f"{thread_url}{joint}comment={comment_id}#comment-{comment_id}"


def _address(name: str, comment_id: int) -> str:
    before, after = around_number(name)
    return f"{before}{comment_id}{after}"


@lru_cache(maxsize=TIMES_REMEMBERED)
def times(moment: datetime, language: str | None, _time_zone: str) -> tuple[SafeString, SafeString]:
    """Return ``moment`` for machines and for people, in the language and time zone that are current and named."""
    # In a storm, a thread is rendered again and again.
    local = localtime(moment)
    return SafeString(local.isoformat(timespec="seconds")), SafeString(escape(moments.in_words(local, language)))


@cache
def around_number(name: str) -> tuple[str, str]:
    """Return what stands before and after a comment's id in its address ``name``."""
    # Django takes as long to make an address as to render the rest of a comment: so it makes one of each.
    before, _slash, after = reverse(f"discussion:{_ROUTES.get(name, name)}", args=[0]).partition("/0/")
    return f"{before}/", f"/{after}"


def colour_of(name: str) -> int:
    """Return the colour, 1 to COLOURS, that goes with ``name`` wherever it stands."""
    return zlib.crc32(skeleton(name).encode()) % COLOURS + 1


def assembled(
    comments: Sequence[Comment],
    below: Mapping[int, Sequence[Comment]],
    thread_url: str,
    *,
    goes_on: Mapping[int, GoesOn] | None = None,
    level: int | None = None,
    to_author: bool = False,
) -> tuple[ShownComment, ...]:
    """Return ``comments`` with their answers from ``below``, at ``level`` (None: at their own).

    ``goes_on`` says of some comments what the rows do not tell. ``to_author`` shows what is
    not published, too: only its author may see it.
    """
    rows = (*comments, *chain.from_iterable(below.values()))
    around = _Around(below, thread_url, goes_on or {}, to_author, marks.marked(rows), about_of(rows, thread_url))
    return tuple(_shown(comment, around, level_of(comment) if level is None else level) for comment in comments)


def level_of(comment: Comment) -> int:
    """Return the level at which ``comment`` stands on a page of its whole thread."""
    return min(comment.depth, len(listing.REPLIES_SHOWN))


@dataclass(frozen=True, slots=True)
class _Around:
    """What is the same for all comments of one page."""

    below: Mapping[int, Sequence[Comment]]
    thread_url: str
    goes_on: Mapping[int, GoesOn]
    to_author: bool
    marked: Mapping[int, SafeString]
    passages: Mapping[int, ShownAbout]


def _shown(comment: Comment, around: _Around, level: int) -> ShownComment:
    under = around.below.get(comment.pk, ())
    gap = comment.state != State.PUBLISHED and not around.to_author
    html = SafeString("" if gap else comment.html)  # cleaned when it was written
    going = around.goes_on.get(comment.pk) or _going_on(comment, under)
    first = next(iter(listing.reply_ids(comment)), 0)
    deepest = level >= len(listing.REPLIES_SHOWN) and not under
    return ShownComment(
        id=comment.pk,
        parent_id=comment.parent_id or 0,
        name="" if gap else comment.name,
        html=html,
        written_at=comment.created_at,
        edited_at=None if gap else comment.edited_at,
        event=comment.event,
        is_gap=gap,
        initials="" if gap else names.initials(comment.name),
        colour=0 if gap else colour_of(comment.name),
        marks=around.marked.get(comment.pk, NO_MARK),
        up_count=comment.up_count,
        down_count=comment.down_count,
        score=comment.score,
        level=min(level, len(listing.REPLIES_SHOWN)),
        url=permalink(around.thread_url, comment.pk),
        replies=tuple(_shown(reply, around, level + 1) for reply in under),
        replies_more=0 if deepest else going.count,
        replies_after=cursors.write(OLDEST, going.place) if going.place and going.count else "",
        continues_url=permalink(around.thread_url, first) if deepest and first else "",
        pictures=gallery.NONE if gap else gallery.html(comment.pictures_shown),
        author="" if gap else voices.of(comment),
        is_picked=comment.is_picked and not gap,
        passage=NOTHING if gap else around.passages.get(comment.pk, NOTHING),
    )


def _going_on(comment: Comment, under: Sequence[Comment]) -> GoesOn:
    return GoesOn(max(0, comment.reply_count - len(under)), OLDEST.place(under[-1]) if under else None)
