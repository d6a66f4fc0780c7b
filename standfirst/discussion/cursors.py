"""Orders of comments, and places in them: opaque to whoever carries them, checked when they come back."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from standfirst.discussion.models import Comment
from standfirst.discussion.refusals import BadCursor, NoSuchOrder

CURSOR_LENGTH_MAX = 100  # characters; ours have at most 80
_FORM = re.compile(r"([onvpb])(-?\d{1,18})\.(\d{1,18})\.(\d{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCORE_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Just after the comment ``comment_id``, whose sorting value is ``value``.

    ``votes_number`` is how many votes the thread had seen when the first page was made.
    """

    value: int | datetime
    comment_id: int
    votes_number: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """An order of comments: by what, and which way. Within the same value, ids go the same way.

    ``swing`` is the column of a swing that says how a vote changed what it goes by; "" if votes change nothing.
    """

    name: str
    label: str | Promise
    column: str
    rising: bool
    swing: str = ""

    @property
    def by_votes(self) -> bool:
        """Whether votes change it."""
        return bool(self.swing)

    def sorted(self, comments: QuerySet[Comment]) -> QuerySet[Comment]:
        """Return ``comments`` in this order."""
        sign = "" if self.rising else "-"
        return comments.order_by(f"{sign}{self.column}", f"{sign}id")

    def after(self, comments: QuerySet[Comment], place: Place | None) -> QuerySet[Comment]:
        """Return those of ``comments`` that come after ``place``; all for None."""
        return comments if place is None else self._beyond(comments, place, rising=self.rising)

    def before(self, comments: QuerySet[Comment], comment: Comment) -> QuerySet[Comment]:
        """Return those of ``comments`` that come before ``comment``."""
        return self._beyond(comments, self.place(comment), rising=not self.rising)

    def place(self, comment: Comment, votes_number: int = 0) -> Place:
        """Return the place just after ``comment``."""
        return Place(getattr(comment, self.column), comment.pk, votes_number)

    def _beyond(self, comments: QuerySet[Comment], place: Place, *, rising: bool) -> QuerySet[Comment]:
        # Compared as a pair, so that the index leads to the place, also where thousands have the same value.
        beyond = TupleGreaterThan if rising else TupleLessThan
        return comments.filter(beyond(Tuple(F(self.column), F("id")), (place.value, place.comment_id)))


OLDEST = Order("oldest", _("Oldest"), "created_at", rising=True)
NEWEST = Order("newest", _("Newest"), "created_at", rising=False)
MOST_VOTED = Order("voted", _("Most voted"), "score", rising=False, swing="step")
BEST = Order("best", _("Best"), "merit", rising=False, swing="merit_step")
PICKED = Order("picked", _("Picked"), "created_at", rising=False)  # of the marked ones only, wherever they stand
ORDERS = {order.name: order for order in (OLDEST, NEWEST, MOST_VOTED, BEST, PICKED)}


def order_named(name: str) -> Order:
    """Return the order called ``name``. NoSuchOrder."""
    try:
        return ORDERS[name]
    except KeyError as error:
        raise NoSuchOrder from error


def write(order: Order, place: Place) -> str:
    """Return ``place`` as text for an address."""
    value = place.value if isinstance(place.value, int) else (place.value - _EPOCH) // timedelta(microseconds=1)
    plain = f"{order.name[0]}{value}.{place.comment_id}.{place.votes_number}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read(order: Order, cursor: str) -> Place | None:
    """Return the place that ``cursor`` names, None for "". BadCursor for anything that we did not write."""
    if not cursor:
        return None
    found = _FORM.fullmatch(_decoded(cursor))
    if found is None or found[1] != order.name[0]:
        raise BadCursor
    value, comment_id, votes_number = int(found[2]), int(found[3]), int(found[4])
    if order.by_votes and abs(value) > _SCORE_MAX:
        raise BadCursor
    return Place(value if order.by_votes else _moment(value), comment_id, votes_number)


def _decoded(cursor: str) -> str:
    if len(cursor) > CURSOR_LENGTH_MAX:
        raise BadCursor
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error


def _moment(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError as error:
        raise BadCursor from error
