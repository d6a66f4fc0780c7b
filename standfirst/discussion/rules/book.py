"""The book of policies and rules as a process holds it: compiled once, and anew when the edition is another."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from standfirst.discussion.models import Rule, Thread
from standfirst.discussion.rules import matching, policies
from standfirst.discussion.rules.matching import ReadyRule
from standfirst.discussion.rules.policies import Stance, Terms
from standfirst.kit.errors import Refusal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Book:
    """All that moderators have laid down and switched on."""

    edition: str = ""
    rules: tuple[ReadyRule, ...] = ()
    stances: Mapping[str, Stance] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    looks_at_newcomers: bool = False


EMPTY = Book()
_held = EMPTY  # replaced as a whole: whoever has the earlier one goes on with it


def of_edition(token: str) -> Book:
    """Return the book of the edition ``token``, "" for none. No query unless the edition is another than the last."""
    global _held  # noqa: PLW0603 - one book a process
    if not token:
        return EMPTY
    if _held.edition != token:
        _held = _read(token)
    return _held


def terms_of(thread: Thread) -> Terms:
    """Return what holds now in ``thread``, as ``threads.thread_of`` read it. No query, as above."""
    return policies.terms_of(thread, of_edition(thread.edition or "").stances)


def _read(token: str) -> Book:
    rows = Rule.objects.filter(switched_on_at__isnull=False).order_by("position", "id")
    rules = tuple(rule for row in rows if (rule := _ready(row)))
    newcomers = any(rule.newcomers_only or rule.kind == Rule.Kind.NEW_GUEST for rule in rules)
    kinds = frozenset(rule.kind for rule in rules)
    return Book(token, rules, policies.stances_now(), kinds, newcomers)


def _ready(row: Rule) -> ReadyRule | None:
    try:
        return matching.ready(row)
    except Refusal as refusal:  # it was looked at when it was written, by an earlier engine
        log.error("the rule %r judges nothing: %s", row.name, refusal)  # noqa: TRY400 - it says all
        return None
