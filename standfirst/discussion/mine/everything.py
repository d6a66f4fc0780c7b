"""Everything of one person: a page of what they wrote, and all of it as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from standfirst.accounts.readers import Reader
from standfirst.discussion import comments, cursors, pipeline
from standfirst.discussion.cursors import Place
from standfirst.discussion.mine.own import OwnComment, own
from standfirst.discussion.models import Comment, State, Vote
from standfirst.discussion.shown import permalink

COMMENTS_A_PAGE = 20

type Export = Callable[[Reader], tuple[str, Any]]

_exports: list[Export] = []


@dataclass(frozen=True, slots=True)
class MyPage:
    """A page of somebody's comments, newest first; ``after`` is where it goes on ("" at the end)."""

    comments: tuple[OwnComment, ...]
    after: str


def page(reader: Reader, *, after: str = "") -> MyPage:
    """Return a page of what ``reader`` wrote and did not take back. BadCursor."""
    place = cursors.read(cursors.NEWEST, after)
    found = cursors.NEWEST.sorted(cursors.NEWEST.after(_standing(reader), place))
    rows = list(found.select_related("thread")[: COMMENTS_A_PAGE + 1])
    shown = rows[:COMMENTS_A_PAGE]
    more = cursors.write(cursors.NEWEST, _place(shown[-1])) if len(rows) > COMMENTS_A_PAGE else ""
    return MyPage(tuple(own(row) for row in shown), more)


def export_with(export: Export) -> Export:
    """Have ``export(reader)`` asked for a name and for what else is held about a person."""
    if export not in _exports:
        _exports.append(export)
    return export


def exported(reader: Reader) -> dict[str, Any]:
    """Return everything that the discussion holds about ``reader``, for a JSON file of theirs."""
    written = comments.written_by(guest=reader.guest, account=reader.account)
    rows = written.order_by("created_at", "id").select_related("thread").prefetch_related("revisions", "decisions")
    voted = Vote.objects.none()
    if reader.account is not None:
        voted |= Vote.objects.filter(account=reader.account)
    if reader.guest is not None:
        voted |= Vote.objects.filter(guest=reader.guest)
    return {
        "guest": reader.guest and {"key": str(reader.guest.pk), "since": reader.guest.created_at},
        "account": reader.account and {"name": reader.account.display_name, "since": reader.account.date_joined},
        "comments": [_told(row) for row in rows],
        "votes": [
            {"comment": vote.comment_id, "vote": vote.value, "cast_at": vote.cast_at, "address_kept": _kept(vote)}
            for vote in voted.order_by("cast_at", "id")
        ],
        **dict(export(reader) for export in _exports),
    }


def _standing(reader: Reader) -> QuerySet[Comment]:
    written = comments.written_by(guest=reader.guest, account=reader.account)
    return written.exclude(state=State.REMOVED)


def _place(row: Comment) -> Place:
    return cursors.NEWEST.place(row)


def _told(row: Comment) -> dict[str, Any]:
    wordings = sorted(row.revisions.all(), key=lambda each: each.number)
    decided = sorted(row.decisions.all(), key=lambda each: (each.decided_at, each.pk))
    return {
        "id": row.pk,
        "address": settings.STANDFIRST.url + permalink(row.thread.url, row.pk),
        "story": row.thread.title,
        "answers": row.parent_id,
        "name": row.name,
        "state": row.state,
        "written_at": row.created_at,
        "published_at": row.published_at,
        "votes_up": row.up_count,
        "votes_down": row.down_count,
        "address_kept": _kept(row),
        "wordings": [
            {"text": each.text, "written_at": each.written_at, "why_held": pipeline.in_words(each.reason)}
            for each in wordings
        ],
        "decisions": [
            {"was": each.was, "became": each.state, "at": each.decided_at, "why": each.reason} for each in decided
        ],
    }


def _kept(row: Comment | Vote) -> bool:
    """Say whether the keyed hash of an address is still kept with ``row``; the hash itself tells nobody anything."""
    return bool(row.address_hash)
