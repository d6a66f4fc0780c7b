"""The lists through which moderators work, and how much waits in each.

Every list goes through an index by keyset and is counted no further than COUNTED_MAX, so that it takes as
long on a site with a million comments as on one with ten.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.discussion.models import Appeal, Comment, State, Thread
from standfirst.discussion.moderating import claims

QUEUE_LENGTH = 30  # comments at once: what one looks through without a break
COUNTED_MAX = 100  # a list is said to have "99+" from there on


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its name in addresses, its label, whether what is oldest comes first, and whether it is counted."""

    name: str
    label: Promise
    rows: Callable[[], QuerySet[Comment]]
    oldest_first: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A comment in a list, and who else looks at it ("" if nobody does)."""

    comment: Comment
    claimed_by: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A stretch of a list, and the id after which it goes on (0 at its end)."""

    of: Listing
    entries: list[Entry]
    after: int


@dataclass(frozen=True, slots=True)
class ThreadCounts:
    """How many comments of a thread readers see, and how many they do not; the latter up to a limit."""

    shown: int
    held: int
    removed: int


def _in_state(*states: str) -> Callable[[], QuerySet[Comment]]:
    return lambda: Comment.objects.filter(state=states[0]) if states else Comment.objects.all()


def _reported() -> QuerySet[Comment]:
    return Comment.objects.filter(open_reports__gt=0)


def _appealed() -> QuerySet[Comment]:
    # The id of the comment sorts, too: read through the few appeals that wait.
    return Comment.objects.filter(pk__in=Appeal.objects.filter(answered_at__isnull=True).values("comment"))


HELD = "held"
LISTS = {
    each.name: each
    for each in (
        Listing(HELD, _("held"), _in_state(State.HELD), oldest_first=True, waits=True),
        Listing("reported", _("reported"), _reported, oldest_first=True, waits=True),
        Listing("appeals", _("appeals"), _appealed, oldest_first=True, waits=True),
        Listing("latest", _("latest"), _in_state(State.PUBLISHED)),
        Listing("rejected", _("rejected"), _in_state(State.REJECTED)),
        Listing("all", _("all"), _in_state()),
    )
}


def named(name: str) -> Listing:
    """Return the list called ``name``; the one of what is held for any other name."""
    return LISTS.get(name, LISTS[HELD])


def queue(*, of: Listing, by: Account, after: int = 0, including: int = 0) -> Queue:
    """Return a stretch of a list as ``by`` sees it, after the comment ``after``. Two queries.

    ``including`` is a comment that begins the stretch: in the midst of a list, one goes on from where one is.
    """
    found = of.rows().select_related("thread")
    if after:
        found = found.filter(id__gt=after) if of.oldest_first else found.filter(id__lt=after)
    elif including and not of.oldest_first:
        found = found.filter(id__lte=including)
    rows = list(found.order_by("id" if of.oldest_first else "-id")[: QUEUE_LENGTH + 1])
    more = rows[QUEUE_LENGTH - 1].pk if len(rows) > QUEUE_LENGTH else 0
    shown = rows[:QUEUE_LENGTH]
    claimed = claims.held_by_others([row.pk for row in shown], by)
    return Queue(of, [Entry(row, claimed.get(row.pk, "")) for row in shown], more)


def next_after(*, of: Listing, comment_id: int) -> int:
    """Return the id of the comment that comes after ``comment_id`` in a list, else its first; 0 if it is empty."""
    order = "id" if of.oldest_first else "-id"
    beyond = {"id__gt": comment_id} if of.oldest_first else {"id__lt": comment_id}
    numbers = of.rows().order_by(order).values_list("id", flat=True)
    return numbers.filter(**beyond).first() or numbers.exclude(pk=comment_id).first() or 0


def waiting_count() -> int:
    """Return how many comments are held, counted up to COUNTED_MAX."""
    return _counted(LISTS[HELD].rows())


def counts() -> dict[str, int]:
    """Return how much waits in each list in which something can wait, up to COUNTED_MAX. One query each."""
    return {each.name: _counted(each.rows()) for each in LISTS.values() if each.waits}


def in_words(count: int) -> str:
    """Return a count of ``counts`` as it is shown: "99+" where counting ended."""
    return f"{COUNTED_MAX - 1}+" if count >= COUNTED_MAX else str(count)


def of_thread(thread: Thread) -> ThreadCounts:
    """Return how many comments of a thread are shown, held and removed. Two queries, whatever the thread's size."""
    unseen = Comment.objects.filter(thread=thread).exclude(state=State.PUBLISHED)
    return ThreadCounts(
        thread.published_count,
        _counted(unseen.filter(state=State.HELD), 10 * COUNTED_MAX),
        _counted(unseen.filter(state=State.REJECTED), 10 * COUNTED_MAX),
    )


def _counted(rows: QuerySet[Comment], most: int = COUNTED_MAX) -> int:
    return rows.order_by()[:most].count()
