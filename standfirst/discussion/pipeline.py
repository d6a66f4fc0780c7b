"""The rules that every new wording passes: pure phases, each of which publishes, holds or refuses.

The facts are read beforehand; a phase asks nobody. The first refusal ends it; otherwise the
first reason to hold is kept with the revision, for moderators and, in words, for the author.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from standfirst.discussion import markup, names, refusals
from standfirst.discussion.models import NAME_LENGTH_MAX, TEXT_LENGTH_MAX, Policy, Rule
from standfirst.discussion.pictures.belonging import Chosen
from standfirst.discussion.rules import matching
from standfirst.discussion.rules.matching import NOTHING_KNOWN, Circumstances, Hit, ReadyRule
from standfirst.discussion.rules.policies import OPEN, Terms
from standfirst.discussion.rules.refusals import AccountNeeded, ChallengeNeeded, RefusedByRule, SlowMode
from standfirst.discussion.rules.sent import BY_HAND, Sent
from standfirst.kit.errors import Refusal
from standfirst.kit.lookalikes import skeleton

LINKS_MAX = 2  # in a comment; most with more are advertising, so a person looks first
MARKS_OF_SHOUTING = 40  # capital letters, when there are hardly any others
SHOUTING_SHARE_PERCENT = 80
GUEST_COMMENTS_A_MINUTE_MAX = 4  # nobody writes, reads and answers faster
GUEST_COMMENTS_AN_HOUR_MAX = 40
ADDRESS_COMMENTS_A_MINUTE_MAX = 10  # an office or a school shares an address
ADDRESS_COMMENTS_AN_HOUR_MAX = 120
ADDRESS_COMMENTS_A_MINUTE_FREE = 5  # from here on, a guest's comment costs a moment of computing
ADDRESS_COMMENTS_AN_HOUR_FREE = 40
SECONDS_TO_WRITE_MIN = 3  # from the opening of the page; nobody reads it, writes and presses sooner
REPEATS_HOURS = 24  # the same text from the same guest or address within this time says nothing new
REPEATED_LENGTH_MIN = 20  # characters; "Thank you!" may be said twice

SHADOWED = "shadow"  # the reason of what a shadow ban holds; nobody but moderators learns that there is one

REASONS: dict[str, str | Promise] = {
    "hasty": _("It was sent within seconds of opening the page, so a person looks at it first."),
    "unproven": _("Many comments came from the same connection, so a person looks at it first."),
    "checked_all": _("Here, every comment is checked before it appears."),
    "checked_first": _("The first comment of a person is checked before it appears."),
    "cooling": _("This discussion is cooling down, so what new guests write is checked first."),
    "rule": _("A person looks at it before it appears."),
    "akismet": _("It looks like advertising, so a person looks at it first."),
    "service": _("It was marked for a check, so a person looks at it first."),
    "service_away": _("It could not be checked at once, so a person looks at it first."),
    SHADOWED: _("A person looks at it first."),
    "reports": _("Readers reported it, so a person looks at it first."),
    "links": _("It holds several links, so a person looks at it first."),
    "trap": _("It was filled in the way programs fill in forms, so a person looks at it first."),
    "shouting": _("It is written almost wholly in capital letters, so a person looks at it first."),
    "pictures": _("It has pictures, so a person looks at it first."),
    "held_before": _("It waits because it was waiting before the change."),
    "imported": _("It was waiting in the system that it came from."),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to publish: cleaned, rendered, not yet judged."""

    name: str
    text: str
    html: str
    trap: str = ""  # what stands in the field that people do not see
    pictures: tuple[Chosen, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of the world."""

    thread_open: bool = True
    by_guest_minute: int = 0
    by_guest_hour: int = 0
    by_address_minute: int = 0
    by_address_hour: int = 0
    said_already: bool = False
    was_held: bool = False
    pictures_held: bool = False  # whether a person looks at pictures first
    protected: frozenset[str] = field(default_factory=frozenset)  # skeletons of names that guests may not use
    other_name: str = ""  # what to choose instead of a name under which an account writes
    terms: Terms = OPEN
    has_account: bool = False
    seconds_since_last: float | None = None  # since the person's last comment in this thread; None for none
    rules: tuple[ReadyRule, ...] = ()
    around: Circumstances = NOTHING_KNOWN
    sent: Sent = BY_HAND
    proven: bool = False  # it brought a solved challenge
    in_time: Callable[[], bool] = matching.always  # whether the rules may go on looking
    hit: Hit | None = None  # what the first of the rules that found something has found


@dataclass(frozen=True, slots=True)
class Outcome:
    """Publish it, or hold it for the reason of that code (or of a rule, in words); and what a rule has found."""

    hold: str = ""
    hit: Hit | None = None


def judge(draft: Draft, facts: Facts) -> Outcome:
    """Return what becomes of ``draft``, or raise the first phase's refusal."""
    for refusing in REFUSALS:
        refusing(draft, facts)
    hit = _first_hit(draft, facts)
    judged = facts if hit is None else replace(facts, hit=hit)
    found = [reason for phase in LOOKS if (reason := phase(draft, judged))]
    return Outcome(hold=found[0] if found else "", hit=hit)


def _first_hit(draft: Draft, facts: Facts) -> Hit | None:
    """Return what the moderators' rules find. RefusedByRule if that refuses."""
    if not facts.rules:
        return None
    said = matching.Said(draft.name, draft.text, draft.html)
    hit = matching.first_hit(facts.rules, said, facts.around, in_time=facts.in_time)
    if hit is not None and hit.verdict == Rule.Verdict.REFUSE:
        raise RefusedByRule(told=hit.told or str(_("The rules of this discussion do not allow this comment.")))
    return hit


def in_words(reason: str) -> str:
    """Return the stored ``reason`` as a sentence; staff's own reasons are sentences already."""
    return str(REASONS.get(reason, reason))


def _open(_draft: Draft, facts: Facts) -> str:
    if not facts.thread_open:
        raise refusals.ThreadClosed
    return ""


def _account(_draft: Draft, facts: Facts) -> str:
    if facts.terms.accounts_only and not facts.has_account:
        raise AccountNeeded
    return ""


def _slow(_draft: Draft, facts: Facts) -> str:
    slow_mode(facts.terms, facts.seconds_since_last)
    return ""


def slow_mode(terms: Terms, seconds_since_last: float | None) -> None:
    """Refuse what comes sooner than slow mode allows. Refusals: SlowMode."""
    if seconds_since_last is not None and seconds_since_last < terms.slow_seconds:
        wait = math.ceil(terms.slow_seconds - seconds_since_last)
        raise SlowMode(every=terms.slow_seconds, seconds=wait)


def _name(draft: Draft, facts: Facts) -> str:
    if not skeleton(draft.name):
        raise refusals.NameMissing
    if len(draft.name) > NAME_LENGTH_MAX:
        raise refusals.NameTooLong(length_max=NAME_LENGTH_MAX)
    if names.has_badge(draft.name):
        raise refusals.NameWithBadge
    if skeleton(draft.name) in facts.protected:
        raise refusals.NameTaken
    if facts.other_name:
        raise names.NameOfAnAccount(suggestion=facts.other_name)
    return ""


def _text(draft: Draft, _facts: Facts) -> str:
    if len(draft.text) > TEXT_LENGTH_MAX:
        raise refusals.TextTooLong(length=len(draft.text), length_max=TEXT_LENGTH_MAX)
    if not markup.words(draft.html):
        raise refusals.TextMissing
    return ""


def _pace(_draft: Draft, facts: Facts) -> str:
    if (
        facts.by_guest_minute >= GUEST_COMMENTS_A_MINUTE_MAX
        or facts.by_guest_hour >= GUEST_COMMENTS_AN_HOUR_MAX
        or facts.by_address_minute >= ADDRESS_COMMENTS_A_MINUTE_MAX
        or facts.by_address_hour >= ADDRESS_COMMENTS_AN_HOUR_MAX
    ):
        raise refusals.TooFast
    return ""


def _repeats(_draft: Draft, facts: Facts) -> str:
    if facts.said_already:
        raise refusals.SaidAlready
    return ""


def _trap(draft: Draft, _facts: Facts) -> str:
    return "trap" if draft.trap else ""


def _proof(_draft: Draft, facts: Facts) -> str:
    """What is suspicious is paid for with computing; without a script, a person looks."""
    reason = _suspicion(facts)
    if not reason or facts.proven:
        return ""
    if facts.sent.scripted:
        raise ChallengeNeeded
    return reason


def _suspicion(facts: Facts) -> str:
    if facts.has_account:
        return ""
    if facts.sent.seconds is not None and facts.sent.seconds < SECONDS_TO_WRITE_MIN:
        return "hasty"
    busy = (
        facts.by_address_minute >= ADDRESS_COMMENTS_A_MINUTE_FREE
        or facts.by_address_hour >= ADDRESS_COMMENTS_AN_HOUR_FREE
    )
    return "unproven" if busy else ""


def _rule(_draft: Draft, facts: Facts) -> str:
    return (facts.hit.told or "rule") if facts.hit and facts.hit.verdict == Rule.Verdict.HOLD else ""


def _checks(_draft: Draft, facts: Facts) -> str:
    if facts.terms.checks == Policy.Checks.ALL:
        return "checked_all"
    if not facts.around.is_new:
        return ""
    if facts.terms.cools_until is not None:
        return "cooling"
    return "checked_first" if facts.terms.checks == Policy.Checks.FIRST else ""


def _spared(facts: Facts) -> bool:
    """Say whether a rule of the moderators vouches for it."""
    return facts.hit is not None and facts.hit.verdict == Rule.Verdict.PUBLISH


def _links(draft: Draft, facts: Facts) -> str:
    if _spared(facts):
        return ""
    return "links" if markup.count_links(draft.html) > LINKS_MAX else ""


def _shouting(draft: Draft, facts: Facts) -> str:
    if _spared(facts):
        return ""
    letters = [char for char in draft.text if char.isupper() or char.islower()]
    capitals = sum(char.isupper() for char in letters)
    loud = capitals > MARKS_OF_SHOUTING and capitals * 100 > SHOUTING_SHARE_PERCENT * len(letters)
    return "shouting" if loud else ""


def _pictures(draft: Draft, facts: Facts) -> str:
    return "pictures" if draft.pictures and facts.pictures_held else ""


def _stays_held(_draft: Draft, facts: Facts) -> str:
    return "held_before" if facts.was_held else ""


type Phase = Callable[[Draft, Facts], str]

# The first refusal ends it. Then the moderators' rules are asked; then come the reasons for a person to look.
REFUSALS: tuple[Phase, ...] = (_open, _account, _text, _name, _repeats, _pace, _slow)
LOOKS: tuple[Phase, ...] = (_trap, _proof, _rule, _checks, _links, _shouting, _pictures, _stays_held)

__all__ = ["LOOKS", "REASONS", "REFUSALS", "Draft", "Facts", "Outcome", "Refusal", "in_words", "judge", "slow_mode"]
