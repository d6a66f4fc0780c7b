"""Whoever writes, and what they wrote lately: by guest key, account, or the address that it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from standfirst.accounts.models import Account, Guest
from standfirst.discussion import markup, names, pipeline, writing
from standfirst.discussion.models import Comment, Revision, State, Thread, from_address
from standfirst.discussion.moderating import bans
from standfirst.discussion.pipeline import Draft, Facts
from standfirst.discussion.questions.anchors import Anchor
from standfirst.kit import clock

TWICE_SECONDS = 60  # the same words from the same guest within this time are one press of a button too many

# Written out: it is asked twice of each comment, and mostly the answer is no. As in ``from_address``, SQLite takes the
# index of addresses only where its condition is stated.
_WROTE = "EXISTS (SELECT 1 FROM discussion_comment WHERE {column} = %s{stated} AND created_at >= %s)"
_STATED = {"address_hash": " AND NOT (address_hash = '')"}
_STANDING = """
    SELECT EXISTS (SELECT 1 FROM discussion_closing WHERE thread_id = %s AND reopened_at IS NULL),
        {any_ban}, {wrote}
"""


@dataclass(frozen=True, slots=True)
class Writer:
    """A guest or an account, or nobody yet; ``address`` is compared with ranges and never kept."""

    guest: Guest | None
    account: Account | None
    address_hash: str
    address: str = ""

    @property
    def who(self) -> bans.Who:
        """Whom a ban would concern."""
        return bans.Who(self.guest, self.account, self.address_hash, self.address)

    @property
    def ways(self) -> list[tuple[str, Any]]:
        """By which columns what they wrote is found: the narrowest first."""
        found: list[tuple[str, Any]] = []
        if self.guest is not None:
            found.append(("guest_id", _GUEST.get_db_prep_value(self.guest.pk, connection)))
        elif self.account is not None:
            found.append(("account_id", self.account.pk))
        return [*found, ("address_hash", self.address_hash)] if self.address_hash else found


_GUEST = Comment._meta.get_field("guest").target_field  # noqa: SLF001 - public in all but its name


@dataclass(frozen=True, slots=True)
class Standing:
    """What has to be known of a thread and a writer under the thread's lock."""

    is_closed: bool
    some_are_banned: bool
    wrote_lately: bool


def written_by(writer: Writer) -> QuerySet[Comment]:
    """Return what ``writer`` has written: all of it, or what came from the address if nobody else is known."""
    if writer.guest is not None:
        return Comment.objects.filter(guest=writer.guest)
    if writer.account is not None:
        return Comment.objects.filter(account=writer.account)
    return written_from(writer.address_hash)


def written_from(address_hash: str) -> QuerySet[Comment]:
    """Return what came from an address; nothing if it is not known."""
    return from_address(Comment.objects.all(), address_hash)


def wrote_lately(writer: Writer) -> bool:
    """Say whether there is anything that the rules of pace and of repetition could go by. Mostly there is not."""
    if not writer.ways:
        return False
    statement, given = _wrote(writer.ways, clock.now() - timedelta(hours=pipeline.REPEATS_HOURS))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {statement}", given)
        return bool(cursor.fetchone()[0])


def standing(thread_id: int, writer: Writer) -> Standing:
    """Look at everything that may have changed before the lock was taken. One query, after it: of that moment."""
    wrote, given = _wrote(writer.ways[:1], clock.now() - timedelta(seconds=TWICE_SECONDS))
    with connection.cursor() as cursor:
        cursor.execute(_STANDING.format(any_ban=bans.ANY_IN_FORCE, wrote=wrote), [thread_id, *given])
        return Standing(*map(bool, cursor.fetchone()))


def sent_twice(thread: Thread, parent_id: int | None, draft: Draft, writer: Writer, anchor: Anchor) -> Comment | None:
    """Return the same comment if it was sent a moment ago: by the same guest, or a browser that lost the answer.

    Whoever carries no key gets to see the first comment only if everybody does, and never its guest's key.
    """
    since = clock.now() - timedelta(seconds=TWICE_SECONDS)
    lately = written_by(writer).filter(created_at__gte=since).order_by("created_at")
    same = (thread.pk, parent_id, draft.name, anchor.question_id)
    # Compared here, as whoever writes is the narrowest way in, and a database may take another.
    for comment_id, state, *sent in lately.values_list("pk", "state", "thread_id", "parent_id", "name", "question_id"):
        may_see = writer.guest or writer.account or state == State.PUBLISHED
        said = Revision.objects.filter(comment=comment_id, text=draft.text)
        if may_see and same == tuple(sent) and said.exists():
            return Comment.objects.select_related("thread", "guest").get(pk=comment_id)
    return None


def facts_of(draft: Draft, writer: Writer, *, wrote_lately: bool) -> Facts:
    """Return what the rules have to know of ``writer``; what nobody wrote lately is not read."""
    # The name of an account was looked at when the account took it.
    protected = frozenset() if writer.account is not None else names.protected_skeletons()
    other_name = "" if writer.account is not None else names.other_for(draft.name)
    held = bool(draft.pictures) and writing.pictures_are_held()
    if not wrote_lately:
        return Facts(protected=protected, other_name=other_name, pictures_held=held)
    now = clock.now()
    by_guest = written_by(writer) if writer.guest or writer.account else Comment.objects.none()
    by_address = written_from(writer.address_hash)
    guest_minute, guest_hour = _pace(by_guest, now, pipeline.GUEST_COMMENTS_AN_HOUR_MAX)
    address_minute, address_hour = _pace(by_address, now, pipeline.ADDRESS_COMMENTS_AN_HOUR_MAX)
    lately = now - timedelta(hours=pipeline.REPEATS_HOURS)
    same = {"created_at__gte": lately, "revisions__text_hash": markup.fingerprint(draft.text)}
    return Facts(
        by_guest_minute=guest_minute,
        by_guest_hour=guest_hour,
        by_address_minute=address_minute,
        by_address_hour=address_hour,
        said_already=len(draft.text) >= pipeline.REPEATED_LENGTH_MIN
        and (by_guest.filter(**same).exists() or by_address.filter(**same).exists()),
        protected=protected,
        pictures_held=held,
        other_name=other_name,
    )


def _wrote(ways: Sequence[tuple[str, Any]], since: datetime) -> tuple[str, list[Any]]:
    """Return a condition that something was written since, and its parameters; the columns are ours."""
    moment = connection.ops.adapt_datetimefield_value(since)
    parts = [_WROTE.format(column=column, stated=_STATED.get(column, "")) for column, _value in ways]
    return " OR ".join(parts) or "FALSE", [given for _column, value in ways for given in (value, moment)]


def _pace(written: QuerySet[Comment], now: datetime, most: int) -> tuple[int, int]:
    """Return how many of ``written`` are of the last minute, and of the last hour: at most ``most``. One query."""
    lately = written.filter(created_at__gte=now - timedelta(hours=1)).order_by("-created_at")
    moments = list(lately.values_list("created_at", flat=True)[:most])
    return sum(moment >= now - timedelta(minutes=1) for moment in moments), len(moments)
