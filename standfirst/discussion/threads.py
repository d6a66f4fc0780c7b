"""Reading a discussion: pages of it and answers. Opening and closing it.

What is returned are facts, frozen, with everything that the templates need: whoever renders
them asks the database nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import connection

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import counts, cursors, listing
from standfirst.discussion.cursors import ORDERS, Order, Place
from standfirst.discussion.models import REASON_LENGTH_MAX, SCOPES_LENGTH_MAX, Closing, Comment, State, Thread
from standfirst.discussion.moderating import picks
from standfirst.discussion.refusals import NoSuchComment, NoSuchThread
from standfirst.discussion.rules import book, policies
from standfirst.discussion.rules.policies import Terms
from standfirst.discussion.shown import GoesOn, ShownComment, assembled, level_of
from standfirst.kit import clock, rows
from standfirst.kit.text import clean_line

OLDEST = cursors.OLDEST.name  # the order in which a page is shown if none is asked for
INLINE = "inline"  # shows only answers to the newsroom's questions
BUSIEST = counts.BUSIEST
BUSY_DAYS = 30  # a thread that rested for longer is no longer "most discussed"
_KEYS_MAX = 1_000  # keys of one question; lists of stories have fewer
_LEVELS_ABOVE = 2  # of a deep conversation, what an answer answers is shown with it

# Written out and in one, as whatever shows a thread asks it. A thread is closed once at a time.
_NAMES = tuple(field.attname for field in Thread._meta.concrete_fields)  # noqa: SLF001 - public in all but its name
_COLUMNS = ", ".join(f"discussion_thread.{name}" for name in _NAMES)
_FOR_UPDATE = {"postgresql": " FOR UPDATE", "sqlite": ""}  # the writer on SQLite is alone
_READABLE = f"""
    SELECT {_COLUMNS}, discussion_closing.reason AS closed_reason, discussion_closing.closed_at AS closed_at,
        (SELECT token FROM discussion_edition WHERE id = 1) AS edition,
        (
            SELECT SUM(discussion_question.answer_count) FROM discussion_question
            WHERE discussion_question.thread_id = discussion_thread.id
        ) AS inline_count
    FROM discussion_thread
    LEFT JOIN discussion_closing
        ON discussion_closing.thread_id = discussion_thread.id AND discussion_closing.reopened_at IS NULL
    WHERE discussion_thread.key = %s AND discussion_thread.withdrawn_at IS NULL
"""  # noqa: S608 - columns of ours
_READABLE_NAMES = (*_NAMES, "closed_reason", "closed_at", "edition", "inline_count")


@dataclass(frozen=True, slots=True)
class OrderTab:
    """A way to the same thread in another order."""

    name: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of a thread: what ``discussion/_thread.html`` needs.

    ``count`` is of published comments. ``more_url`` leads to the next page without JavaScript,
    ``more_after`` is its cursor ("" at the end). ``highlighted`` is the comment that the address
    names; ``apart`` is true if a deep conversation is shown instead of a page of the whole. ``terms``
    are what holds in the thread until ``expires_at``. ``inline`` is true if only answers to the newsroom's questions
    are shown; there are ``inline_count`` of them, None if nothing was ever asked. ``sign_in_url`` is ""
    where guests write.
    """

    key: str
    title: str
    url: str
    count: int
    event: int
    votes_number: int
    terms: Terms
    order: str
    tabs: tuple[OrderTab, ...]
    comments: tuple[ShownComment, ...]
    more_after: str = ""
    is_first: bool = True
    highlighted: int = 0
    apart: bool = False
    inline: bool = False
    inline_count: int | None = None
    summary: picks.ShownSummary | None = None
    pinned: ShownComment | None = None
    removed: tuple[tuple[int, int], ...] = ()
    sign_in_url: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the thread takes comments."""
        return self.terms.is_open

    @property
    def closed_reason(self) -> str:
        """Why somebody closed it."""
        return self.terms.closed_reason

    @property
    def notices(self) -> list[str]:
        """What a reader has to know before writing."""
        return policies.in_words(self.terms)

    @property
    def closed_in_words(self) -> str:
        """Since when the thread is closed, and why."""
        return policies.closed_in_words(self.terms)

    @property
    def expires_at(self) -> datetime | None:
        """When the clock alone makes it another page."""
        return self.terms.next_change_at

    @property
    def more_url(self) -> str:
        """The address of the next page, "" at the end."""
        if not self.more_after:
            return ""
        return _address(self.url, order=self.order, show=INLINE if self.inline else "", after=self.more_after)

    @property
    def inline_url(self) -> str:
        """The address of the answers to the newsroom's questions alone, in the same order."""
        return _address(self.url, order=self.order, show=INLINE)

    @property
    def whole_url(self) -> str:
        """The address of all comments, in the same order."""
        return _address(self.url, order=self.order)


@verb
def open_thread(
    *,
    key: str,
    title: str,
    url: str,
    open: bool = True,  # noqa: A002
    scopes: Sequence[str] = (),
    since: datetime | None = None,
) -> Thread:
    """Open the thread of the subject ``key``, or bring its title, address, scopes and openness up to date.

    ``open=False`` closes it for new comments; ``open=True`` leaves closed what a person closed. A thread
    that was withdrawn is back. ``scopes`` are what policies may be set for, the narrowest first; ``since`` is when
    its subject appeared, from where its days are counted. Locks the thread's row. Touches it if anything changed.
    """
    about = {
        "title": clean_line(title)[:300],
        "url": url,
        "withdrawn_at": None,
        "scopes": " ".join(scopes)[:SCOPES_LENGTH_MAX],
    }
    thread = Thread.objects.select_for_update().filter(key=key).first()
    if thread is None:
        thread = Thread.objects.create(key=key, opened_at=since or clock.now(), **about)
        touch(thread.change_key)
    elif any(getattr(thread, name) != value for name, value in about.items()):
        for name, value in about.items():
            setattr(thread, name, value)
        thread.save(update_fields=list(about))
        touch(thread.change_key, BUSIEST)
    if open:
        _reopen(thread, closed_by=None)
    else:
        _close(thread, by=None, reason="")
    return thread


@verb
def close_thread(*, key: str, by: Account | None = None, reason: str = "") -> None:
    """Take no more comments in the thread of ``key``. Refusals: NoSuchThread. Locks the thread's row."""
    _close(_locked(key), by=by, reason=reason)


@verb
def withdraw_thread(*, key: str) -> None:
    """Let nobody read or write in the thread of ``key`` until it is opened again; nothing in it is lost.

    A subject without a thread is no fault. Locks the thread's row.
    """
    thread = Thread.objects.select_for_update().filter(key=key, withdrawn_at__isnull=True).first()
    if thread is not None:
        thread.withdrawn_at = clock.now()
        thread.save(update_fields=["withdrawn_at"])
        touch(thread.change_key, BUSIEST)


@verb
def reopen_thread(*, key: str) -> None:
    """Take comments again in the thread of ``key``. Refusals: NoSuchThread. Locks the thread's row."""
    _reopen(_locked(key))


def page_of(key: str, *, order: str = OLDEST, after: str = "", inline: bool = False) -> ThreadPage:
    """Return the page of a thread, or of its ``inline`` answers, that begins after the cursor ``after``.

    At most 2 + levels queries, whatever the size; two more by votes, five more where something
    stands above. Refusals: NoSuchThread, NoSuchOrder, BadCursor.
    """
    chosen = cursors.order_named(order)
    place = cursors.read(chosen, after)
    thread = thread_of(key)
    if chosen is cursors.PICKED:
        rows = listing.listed(picks.picked(thread), chosen, place)
        comments = assembled(rows.comments, {}, thread.url, level=0)
    else:
        rows = listing.roots(thread, chosen, place, inline=inline)
        comments = assembled(rows.comments, listing.levels_below(rows.comments), thread.url)
    more = cursors.write(chosen, rows.next) if rows.next else ""
    page = _page(thread, chosen, inline=inline)
    return replace(page, comments=comments, more_after=more, is_first=place is None)


def page_holding(comment_id: int, *, key: str, order: str = OLDEST) -> ThreadPage:
    """Return the page on which a comment stands in an order, with the way down to it.

    A comment below the levels of a page is shown with what it answers, apart. In the order of the picked ones not
    everything has a place: there it is the oldest first. Refusals: NoSuchComment, NoSuchOrder.
    """
    chosen = cursors.order_named(order)
    chosen = cursors.OLDEST if chosen is cursors.PICKED else chosen
    thread = thread_of(key)
    comment = Comment.objects.filter(thread=thread, pk=comment_id, shown=True).select_related("root").first()
    if comment is None:
        raise NoSuchComment
    if comment.depth > len(listing.REPLIES_SHOWN):
        return _conversation(thread, comment)
    place = _place_before_page_of(thread, comment.root or comment, chosen)
    rows = listing.roots(thread, chosen, place)
    comments = _with_way_down(thread, rows.comments, comment)
    more = cursors.write(chosen, rows.next) if rows.next else ""
    page = replace(_page(thread, chosen), more_after=more, is_first=place is None, highlighted=comment_id)
    return replace(page, comments=comments)


def page_asked_for(key: str, query: Mapping[str, str]) -> ThreadPage:
    """Return the page that an address's ``order``, ``after``, ``show`` and ``comment`` ask for.

    A ``show`` that nobody offered is the whole. Refusals: as the others.
    """
    comment = query.get("comment", "")
    if comment:
        if not comment.isascii() or not comment.isdigit() or len(comment) > 18:
            raise NoSuchComment
        return page_holding(int(comment), key=key, order=query.get("order", OLDEST))
    inline = query.get("show", "") == INLINE
    return page_of(key, order=query.get("order", OLDEST), after=query.get("after", ""), inline=inline)


def replies_of(comment_id: int, *, after: str = "") -> tuple[str, ShownComment]:
    """Return a thread's key, and a comment of it with only its answers after the cursor ``after`` below.

    At most 3 + levels queries. Refusals: NoSuchComment, BadCursor.
    """
    place = cursors.read(cursors.OLDEST, after)
    readable = Comment.objects.filter(pk=comment_id, shown=True, thread__withdrawn_at__isnull=True)
    parent = readable.select_related("thread").first()
    if parent is None:
        raise NoSuchComment
    level = level_of(parent) + 1
    rows = listing.replies(parent, place, level=level)
    below = listing.levels_below(rows.comments, level=level) | {parent.pk: rows.comments}
    left = cursors.OLDEST.after(listing.shown_replies(parent), rows.next).count() if rows.next else 0
    goes_on = {parent.pk: GoesOn(left, rows.next)}
    return parent.thread.key, assembled([parent], below, parent.thread.url, goes_on=goes_on)[0]


def counts_of(keys: Iterable[str]) -> dict[str, int]:
    """Return the number of published comments of those of ``keys`` that have a thread. One query."""
    wanted = list(keys)[:_KEYS_MAX]
    read = Thread.objects.filter(key__in=wanted, withdrawn_at__isnull=True)
    return dict(read.values_list("key", "published_count"))


def busiest(limit: int, *, days: int = BUSY_DAYS) -> list[str]:
    """Return the keys of the threads with most published comments among those that are still talked in.

    Changes are touched under ``BUSIEST``. One query.
    """
    since = clock.now() - timedelta(days=days)
    talked_in = Thread.objects.filter(last_comment_at__gte=since, published_count__gt=0, withdrawn_at__isnull=True)
    return list(talked_in.order_by("-published_count", "-id").values_list("key", flat=True)[:limit])


def thread_of(key: str) -> Thread:
    """Return the thread of ``key`` if it can be read, with its ``closed_reason``. One query. NoSuchThread."""
    found: list[Thread] = rows.read(Thread, _READABLE, [key], _READABLE_NAMES)
    if not found:
        raise NoSuchThread
    return found[0]


def locked(thread_id: int) -> Thread:
    """Return a thread whose row is locked until the transaction ends. One query. Refusals: NoSuchThread."""
    return _locked_where("id = %s", thread_id)


def locked_of_comment(comment_id: int) -> Thread:
    """Return the thread of a comment, locked likewise. One query. Refusals: NoSuchThread."""
    return _locked_where("id = (SELECT thread_id FROM discussion_comment WHERE id = %s)", comment_id)


def _locked_where(condition: str, number: int) -> Thread:
    statement = f"SELECT {_COLUMNS} FROM discussion_thread WHERE {condition}{_FOR_UPDATE[connection.vendor]}"  # noqa: S608 - columns of ours
    found: list[Thread] = rows.read(Thread, statement, [number], _NAMES)
    if not found:
        raise NoSuchThread
    return found[0]


def is_open(key: str) -> bool:
    """Say whether the thread of ``key`` takes comments."""
    return terms_of(key).is_open


def terms_of(key: str) -> Terms:
    """Return what holds in the thread of ``key``. One query. Refusals: NoSuchThread."""
    return book.terms_of(thread_of(key))


def published_comment(comment_id: int) -> tuple[Comment, Thread]:
    """Return a published comment and its thread. NoSuchComment."""
    found = Comment.objects.filter(pk=comment_id, state=State.PUBLISHED).select_related("thread").first()
    if found is None:
        raise NoSuchComment
    return found, found.thread


def _page(thread: Thread, order: Order, *, inline: bool = False) -> ThreadPage:
    above, terms = picks.above(thread), book.terms_of(thread)
    show = INLINE if inline else ""
    tabs = tuple(
        OrderTab(tab.name, str(tab.label), _address(thread.url, order=tab.name, show=show), tab is order)
        for tab in ORDERS.values()
        if tab is not cursors.PICKED or above.has_picks
    )
    return ThreadPage(
        key=thread.key,
        title=thread.title,
        url=thread.url,
        count=thread.published_count,
        event=thread.event,
        votes_number=thread.votes_number,
        terms=terms,
        order=order.name,
        tabs=tabs,
        comments=(),
        summary=above.summary,
        pinned=assembled([above.pinned], {}, thread.url, level=0)[0] if above.pinned else None,
        removed=above.removed,
        inline=inline,
        inline_count=thread.inline_count,
        sign_in_url=policies.sign_in_url(terms, thread),
    )


def _place_before_page_of(thread: Thread, root: Comment, order: Order) -> Place | None:
    rank = order.before(listing.shown_roots(thread), root).count()
    before = rank - rank % listing.ROOTS_A_PAGE
    if not before:
        return None
    return order.place(order.sorted(listing.shown_roots(thread))[before - 1], thread.votes_number)


def _conversation(thread: Thread, comment: Comment) -> ThreadPage:
    top = comment
    for _ in range(_LEVELS_ABOVE):
        top = top.parent or top
    tops = list(listing.with_replies(Comment.objects.filter(pk=top.pk)))
    comments = _with_way_down(thread, tops, comment)
    page = replace(_page(thread, cursors.OLDEST), is_first=False, highlighted=comment.pk, apart=True)
    return replace(page, comments=comments)


def _with_way_down(thread: Thread, tops: list[Comment], comment: Comment) -> tuple[ShownComment, ...]:
    """Return ``tops`` with their first answers, and among them whatever leads down to ``comment``."""
    below = listing.levels_below(tops)
    standing = {top.pk for top in tops}.union(*({row.pk for row in rows} for rows in below.values()))
    top_depth = min((top.depth for top in tops), default=0)
    missing = [row for row in _way_down(comment) if row.pk not in standing and row.depth > top_depth]
    goes_on: dict[int, GoesOn] = {}
    for row in missing:
        siblings = below.setdefault(row.parent_id or 0, [])
        parent = row.parent
        if parent is not None:
            left = parent.reply_count - len(siblings) - 1
            goes_on[parent.pk] = GoesOn(left, cursors.OLDEST.place(siblings[-1]) if siblings else None)
        siblings.append(row)
    if comment.pk not in standing:
        below |= listing.levels_below(missing[-1:], level=min(comment.depth, len(listing.REPLIES_SHOWN)))
    return assembled(tops, below, thread.url, goes_on=goes_on, level=0)


def _way_down(comment: Comment) -> list[Comment]:
    """Return what leads down to ``comment`` and it, at most as many as a page has levels."""
    way: list[int] = []
    row: Comment | None = comment
    while row is not None and row.parent_id and len(way) < len(listing.REPLIES_SHOWN):
        way.append(row.pk)
        row = row.parent
    rows = listing.with_replies(Comment.objects.filter(pk__in=way).select_related("parent"), level=1)
    return sorted(rows, key=lambda row: row.depth)


def _address(url: str, **query: str) -> str:
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode({name: value for name, value in query.items() if value})}#comments"


def _locked(key: str) -> Thread:
    thread = Thread.objects.select_for_update().filter(key=key).first()
    if thread is None:
        raise NoSuchThread
    return thread


def _close(thread: Thread, *, by: Account | None, reason: str) -> None:
    if not thread.closings.filter(reopened_at__isnull=True).exists():
        Closing.objects.create(
            thread=thread, closed_at=clock.now(), closed_by=by, reason=clean_line(reason)[:REASON_LENGTH_MAX]
        )
        touch(thread.change_key)


def _reopen(thread: Thread, **which: None) -> None:
    if thread.closings.filter(reopened_at__isnull=True, **which).update(reopened_at=clock.now()):
        touch(thread.change_key)
