"""Who wrote a comment, as far as a moderator may know: what else they wrote, how that went, what they vote and report.

Never an address, never an e-mail, never what somebody gave: whoever supports the publication and wants that
to be seen is marked by a provider, which the program that joins the subjects registers.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from standfirst.accounts.models import Account, Guest
from standfirst.discussion.models import Ban, Comment, Report, State, Vote, from_address
from standfirst.discussion.moderating import bans

LOOKED_AT_MAX = 1_000  # of somebody's comments, votes and reports, the newest: more changes no picture
LATEST_SHOWN = 5
NAMES_SHOWN = 5

type SupporterMark = Callable[[Guest | None, Account | None], str]

_marks: list[SupporterMark] = []


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a comment's author. Counts go up to LOOKED_AT_MAX; ``others_count`` is of guests nearby."""

    is_known: bool
    first_seen: datetime | None = None
    states: dict[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    latest: tuple[Comment, ...] = ()
    votes_cast: int = 0
    score: int = 0
    reports_made: int = 0
    reports_upheld: int = 0
    others_count: int = 0
    bans: tuple[Ban, ...] = ()
    bannable: tuple[tuple[str, str], ...] = ()
    supporter: str = ""

    @property
    def comments_count(self) -> int:
        """How many comments of theirs were looked at."""
        return sum(self.states.values())

    @property
    def rejected_percent(self) -> int:
        """How many of a hundred comments that were decided about were rejected."""
        decided = self.states.get(State.REJECTED, 0) + self.states.get(State.PUBLISHED, 0)
        return round(100 * self.states.get(State.REJECTED, 0) / decided) if decided else 0


def mark_supporters(provider: SupporterMark) -> SupporterMark:
    """Register who says, in a word or two, that somebody supports the publication and wants it to be seen; else ""."""
    if provider not in _marks:
        _marks.append(provider)
    return provider


def person(comment: Comment) -> Person:
    """Return what is known of the author of ``comment``. At most nine queries, each through an index."""
    known = _by_whom(comment)
    bannable = tuple((str(target), str(Ban.Target(target).label)) for target in _targets(comment))
    banned = tuple(bans.of_person(comment.guest_id, comment.account_id, comment.address_hash))
    if known is None:
        return Person(is_known=False, bans=banned, bannable=bannable)
    written = Comment.objects.filter(**known).order_by("-created_at")
    rows = list(written.values_list("state", "name", "score")[:LOOKED_AT_MAX])
    reported = list(Report.objects.filter(**known).order_by("-id").values_list("outcome", flat=True)[:LOOKED_AT_MAX])
    first = comment.guest.created_at if comment.guest else comment.account.date_joined if comment.account else None
    names = dict.fromkeys(name for _state, name, _score in rows)
    return Person(
        is_known=True,
        first_seen=first,
        states=dict(Counter(state for state, _name, _score in rows)),
        names=tuple(names)[:NAMES_SHOWN],
        latest=tuple(written.exclude(pk=comment.pk).select_related("thread")[:LATEST_SHOWN]),
        votes_cast=Vote.objects.filter(**known)[:LOOKED_AT_MAX].count(),
        score=sum(score for _state, _name, score in rows),
        reports_made=len(reported),
        reports_upheld=reported.count(Report.Outcome.UPHELD),
        others_count=_others_nearby(comment),
        bans=banned,
        bannable=bannable,
        supporter=next((said for mark in _marks if (said := mark(comment.guest, comment.account))), ""),
    )


def _by_whom(comment: Comment) -> dict[str, object] | None:
    if comment.account_id:
        return {"account": comment.account_id}
    return {"guest": comment.guest_id} if comment.guest_id else None


def _targets(comment: Comment) -> list[Ban.Target]:
    has = {
        Ban.Target.ACCOUNT: comment.account_id,
        Ban.Target.GUEST: comment.guest_id,
        Ban.Target.HOUSEHOLD: comment.address_hash,
    }
    return [target for target, given in has.items() if given]


def _others_nearby(comment: Comment) -> int:
    nearby = from_address(Comment.objects.all(), comment.address_hash)
    guests = nearby.order_by("-created_at").values_list("guest", flat=True)[:LOOKED_AT_MAX]
    return len(set(guests) - {None, comment.guest_id})
