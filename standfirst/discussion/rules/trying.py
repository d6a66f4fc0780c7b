"""A dry run: what a rule would have done with the latest comments. It writes nothing."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from standfirst.discussion import markup, pipeline
from standfirst.discussion.models import Comment, Revision, Rule, State
from standfirst.discussion.rules import matching
from standfirst.discussion.rules.circumstances import LATEST_COMMENTS
from standfirst.discussion.rules.matching import Circumstances, ReadyRule, Said

COMMENTS_MAX = 10_000  # the latest; enough to see what a word is used for
SECONDS_MAX = 6.0  # somebody waits for it
EXAMPLES_MAX = 20
CHUNK = 500  # comments read at once: their texts may be long


@dataclass(frozen=True, slots=True)
class Example:
    """A comment that the rule would have caught."""

    comment: Comment
    excerpt: str
    matched: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out: of ``looked_at`` comments ``caught``, by the state they are in today, and the latest as examples.

    ``complete`` is false if time ran out before all were looked at. Address ranges ``cannot_be_tried``: no
    address is kept that they could be compared with.
    """

    verdict: str
    looked_at: int = 0
    caught: int = 0
    by_state: dict[str, int] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    complete: bool = True
    seconds: float = 0.0
    cannot_be_tried: bool = False

    @property
    def published(self) -> int:
        """How many of the caught ones stand on a page today: those that a rule to hold or refuse may regret."""
        return self.by_state.get(State.PUBLISHED, 0)

    @property
    def not_published(self) -> int:
        """How many of the caught ones do not."""
        return self.caught - self.published

    @property
    def verdict_in_words(self) -> str:
        """What would have become of them."""
        return str(Rule.Verdict(self.verdict).label)


def dry_run(rule: Rule, *, seconds_max: float = SECONDS_MAX) -> Trial:
    """Ask ``rule``, whether it is written down or not, about the latest comments, the newest first. Reads only.

    A person counts as new, and a text as said before, as they were when the comment was written.
    Refusals: those of ``matching.checked``.
    """
    ready = matching.checked(rule)
    if rule.kind == Rule.Kind.ADDRESSES:
        return Trial(rule.verdict, cannot_be_tried=True)
    began = time.monotonic()
    past = _Past(rule)
    looked_at, by_state, examples = 0, Counter[str](), list[Example]()
    complete = True
    for comment, text in _latest():
        if time.monotonic() - began > seconds_max:
            complete = False
            break
        looked_at += 1
        matched = _caught(ready, past, comment, text)
        if not matched:
            continue
        by_state[comment.state] += 1
        if len(examples) < EXAMPLES_MAX:
            examples.append(Example(comment, markup.excerpt(comment.html), matched))
    return Trial(
        verdict=rule.verdict,
        looked_at=looked_at,
        caught=by_state.total(),
        by_state=dict(by_state),
        examples=tuple(examples),
        complete=complete,
        seconds=round(time.monotonic() - began, 1),
    )


def _caught(ready: ReadyRule, past: "_Past", comment: Comment, text: str) -> str:
    hit = ready.asked(Said(comment.name, text, comment.html), past.circumstances(comment, text))
    return hit.matched if hit else ""


def _latest() -> Iterator[tuple[Comment, str]]:
    """Yield the latest comments and what was typed, the newest first."""
    before: int | None = None
    left = COMMENTS_MAX
    while left > 0:
        rows = Comment.objects.exclude(state=State.REMOVED).select_related("thread").order_by("-id")
        chunk = list((rows if before is None else rows.filter(id__lt=before))[: min(CHUNK, left)])
        if not chunk:
            return
        revisions = Revision.objects.filter(comment__in=[row.pk for row in chunk]).order_by("number")
        texts = dict(revisions.values_list("comment_id", "text"))  # of each the newest, as it comes last
        for row in chunk:
            yield row, texts.get(row.pk, "")
        before, left = chunk[-1].pk, left - len(chunk)


class _Past:
    """What was known when each of the latest comments was written, as far as a rule asks for it."""

    def __init__(self, rule: Rule) -> None:
        self._asks_newness = rule.newcomers_only or rule.kind == Rule.Kind.NEW_GUEST
        latest = Comment.objects.order_by("-id")[:COMMENTS_MAX]
        rows: list[tuple[int, UUID | None, int | None, str, datetime]] = list(
            latest.values_list("id", "guest_id", "account_id", "address_hash", "created_at")
        )
        self._first_published = (
            _first_published([row[1] for row in rows if row[1] is not None]) if self._asks_newness else {}
        )
        self._moments: dict[object, list[datetime]] = defaultdict(list)
        self._same: dict[str, list[int]] = defaultdict(list)
        if rule.kind == Rule.Kind.FLOOD:
            for _id, guest, account, address, moment in reversed(rows):
                for who in {account if guest is None else guest, address} - {None, ""}:
                    self._moments[who].append(moment)
        if rule.kind == Rule.Kind.REPEATED and rows:
            said = Revision.objects.filter(comment_id__gte=rows[-1][0]).order_by("comment_id")
            for comment_id, digest in said.values_list("comment_id", "text_hash"):
                if not self._same[digest] or self._same[digest][-1] != comment_id:
                    self._same[digest].append(comment_id)

    def circumstances(self, comment: Comment, text: str) -> Circumstances:
        """Return what the rules would have known of ``comment``."""
        return Circumstances(
            is_new=self._asks_newness and self._was_new(comment),
            ages_seconds=self._ages(comment),
            said_by_others=self._said_before(comment, text) if self._same else 0,
        )

    def _was_new(self, comment: Comment) -> bool:
        if comment.guest_id is None:
            return False  # it came from an earlier system, or from an account: nobody knows
        first = self._first_published.get(comment.guest_id)
        return first is None or first >= comment.pk

    def _ages(self, comment: Comment) -> tuple[int, ...]:
        person = comment.account_id if comment.guest_id is None else comment.guest_id
        lists = [self._moments.get(who, ()) for who in (person, comment.address_hash)]
        most: Sequence[datetime] = max(
            ([moment for moment in moments if moment < comment.created_at] for moments in lists), key=len
        )
        return tuple(int((comment.created_at - moment).total_seconds()) for moment in most)

    def _said_before(self, comment: Comment, text: str) -> int:
        if len(text) < pipeline.REPEATED_LENGTH_MIN:
            return 0
        same = self._same.get(markup.fingerprint(text), [])
        return bisect_left(same, comment.pk) - bisect_left(same, comment.pk - LATEST_COMMENTS)


def _first_published(guests: Sequence[UUID]) -> dict[UUID, int]:
    """Return of each of ``guests`` their first published comment."""
    found: dict[UUID, int] = {}
    wanted = list(dict.fromkeys(guests))
    for start in range(0, len(wanted), CHUNK):
        part = Comment.objects.filter(guest__in=wanted[start : start + CHUNK], state=State.PUBLISHED).order_by()
        found |= dict(part.values_list("guest_id").annotate(Min("id")))
    return found
