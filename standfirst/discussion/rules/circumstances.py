"""What the rules have to know of the world, read before they are asked, and only as far as some rule asks for it."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.db.models import QuerySet

from standfirst.discussion import markup, pipeline
from standfirst.discussion.models import Comment, Revision, Rule, State, Thread
from standfirst.discussion.pipeline import Draft, Facts
from standfirst.discussion.rules import book
from standfirst.discussion.rules.book import Book
from standfirst.discussion.rules.matching import Circumstances
from standfirst.discussion.rules.policies import Terms
from standfirst.discussion.rules.sending import is_proven
from standfirst.discussion.rules.sent import Sent
from standfirst.kit import clock

RULES_SECONDS_MAX = 0.25  # for all rules together; beyond it a person looks
LATEST_COMMENTS = 1_000  # among which the same text is looked for: a wave of advertising comes within hours
AGES_MAX = 120  # comments of the last hour that a flood is counted by

type Written = Callable[[], QuerySet[Comment]]  # asked for only if it is needed: even to name it takes Django a while


def with_rules(
    thread: Thread,
    draft: Draft,
    facts: Facts,
    *,
    by: Written,
    near: Written,
    has_key: bool,
    has_account: bool,
    sent: Sent,
) -> Facts:
    """Return ``facts`` with what policies and rules ask for.

    ``by`` is what the writer has written, ``near`` what came from the same address. No query if
    there are no rules and no policy that looks at persons.
    """
    rules = book.of_edition(thread.edition or "")
    terms = book.terms_of(thread)
    asks_newness = terms.looks_at_newcomers or rules.looks_at_newcomers
    around = Circumstances(
        address=sent.address,
        is_new=asks_newness and not (has_key and by().filter(state=State.PUBLISHED).exists()),
        ages_seconds=_ages(by, near) if Rule.Kind.FLOOD in rules.kinds else (),
        said_by_others=_said_before(draft) if Rule.Kind.REPEATED in rules.kinds else 0,
    )
    return replace(
        facts,
        thread_open=terms.is_open,
        terms=terms,
        rules=rules.rules,
        around=around,
        sent=sent,
        has_account=has_account,
        proven=is_proven(sent),
        seconds_since_last=seconds_since_last(thread, terms, by),
        in_time=_within(RULES_SECONDS_MAX) if rules.rules else facts.in_time,
    )


def for_change(thread: Thread, facts: Facts, *, comment: Comment, sent: Sent) -> Facts:
    """Return ``facts`` for a change of ``comment``: neither pace nor account is asked for again."""
    rules: Book = book.of_edition(thread.edition or "")
    terms = book.terms_of(thread)
    is_new = comment.state != State.PUBLISHED and (terms.looks_at_newcomers or rules.looks_at_newcomers)
    return replace(
        facts,
        thread_open=terms.is_open,
        terms=terms,
        rules=rules.rules,
        around=Circumstances(address=sent.address, is_new=is_new),
        has_account=True,
        in_time=_within(RULES_SECONDS_MAX) if rules.rules else facts.in_time,
    )


def seconds_since_last(thread: Thread, terms: Terms, by: Written) -> float | None:
    """Return how long ago the writer last wrote in ``thread``, None if slow mode does not mind."""
    if not terms.slow_seconds:
        return None
    now = clock.now()
    lately = by().filter(thread=thread, created_at__gt=now - timedelta(seconds=terms.slow_seconds))
    last = lately.order_by("-created_at").values_list("created_at", flat=True).first()
    return None if last is None else (now - last).total_seconds()


def _ages(by: Written, near: Written) -> tuple[int, ...]:
    now = clock.now()
    since = now - timedelta(hours=1)
    lists = [
        list(rows.filter(created_at__gte=since).order_by("-created_at").values_list("created_at", flat=True)[:AGES_MAX])
        for rows in (by(), near())
    ]
    return tuple(int((now - moment).total_seconds()) for moment in max(lists, key=len))


def _said_before(draft: Draft) -> int:
    if len(draft.text) < pipeline.REPEATED_LENGTH_MIN:
        return 0
    newest = Comment.objects.order_by("-id").values_list("id", flat=True).first() or 0
    latest = Revision.objects.filter(comment_id__gt=newest - LATEST_COMMENTS)
    return latest.filter(text_hash=markup.fingerprint(draft.text)).values("comment_id").distinct().count()


def _within(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until
