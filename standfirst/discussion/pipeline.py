"""The rules that every new wording passes: pure phases, each of which publishes, holds or refuses.

The facts are read beforehand; a phase asks nobody. The first refusal ends it; otherwise the
first reason to hold is kept with the revision, for moderators and, in words, for the author.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from standfirst.discussion import markup, names, refusals
from standfirst.discussion.models import NAME_LENGTH_MAX, TEXT_LENGTH_MAX
from standfirst.kit.errors import Refusal

LINKS_MAX = 2  # in a comment; most with more are advertising, so a person looks first
MARKS_OF_SHOUTING = 40  # capital letters, when there are hardly any others
SHOUTING_SHARE_PERCENT = 80
GUEST_COMMENTS_A_MINUTE_MAX = 4  # nobody writes, reads and answers faster
GUEST_COMMENTS_AN_HOUR_MAX = 40
ADDRESS_COMMENTS_A_MINUTE_MAX = 10  # an office or a school shares an address
ADDRESS_COMMENTS_AN_HOUR_MAX = 120
REPEATS_HOURS = 24  # the same text from the same guest or address within this time says nothing new
REPEATED_LENGTH_MIN = 20  # characters; "Thank you!" may be said twice

SHADOWED = "shadow"  # the reason of what a shadow ban holds; nobody but moderators learns that there is one

REASONS: dict[str, str | Promise] = {
    SHADOWED: _("A person looks at it first."),
    "reports": _("Readers reported it, so a person looks at it first."),
    "links": _("It holds several links, so a person looks at it first."),
    "trap": _("It was filled in the way programs fill in forms, so a person looks at it first."),
    "shouting": _("It is written almost wholly in capital letters, so a person looks at it first."),
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
    protected: frozenset[str] = field(default_factory=frozenset)  # skeletons of names that guests may not use


@dataclass(frozen=True, slots=True)
class Outcome:
    """Publish it, or hold it for the reason of that code."""

    hold: str = ""


def judge(draft: Draft, facts: Facts) -> Outcome:
    """Return what becomes of ``draft``, or raise the first phase's refusal."""
    found = [reason for phase in PHASES if (reason := phase(draft, facts))]
    return Outcome(hold=found[0] if found else "")


def in_words(reason: str) -> str:
    """Return the stored ``reason`` as a sentence; staff's own reasons are sentences already."""
    return str(REASONS.get(reason, reason))


def _open(_draft: Draft, facts: Facts) -> str:
    if not facts.thread_open:
        raise refusals.ThreadClosed
    return ""


def _name(draft: Draft, facts: Facts) -> str:
    if not names.skeleton(draft.name):
        raise refusals.NameMissing
    if len(draft.name) > NAME_LENGTH_MAX:
        raise refusals.NameTooLong(length_max=NAME_LENGTH_MAX)
    if names.has_badge(draft.name):
        raise refusals.NameWithBadge
    if names.skeleton(draft.name) in facts.protected:
        raise refusals.NameTaken
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


def _links(draft: Draft, _facts: Facts) -> str:
    return "links" if markup.count_links(draft.html) > LINKS_MAX else ""


def _shouting(draft: Draft, _facts: Facts) -> str:
    letters = [char for char in draft.text if char.isupper() or char.islower()]
    capitals = sum(char.isupper() for char in letters)
    loud = capitals > MARKS_OF_SHOUTING and capitals * 100 > SHOUTING_SHARE_PERCENT * len(letters)
    return "shouting" if loud else ""


def _stays_held(_draft: Draft, facts: Facts) -> str:
    return "held_before" if facts.was_held else ""


type Phase = Callable[[Draft, Facts], str]

PHASES: tuple[Phase, ...] = (_open, _text, _name, _repeats, _pace, _trap, _links, _shouting, _stays_held)

__all__ = ["PHASES", "REASONS", "Draft", "Facts", "Outcome", "Refusal", "in_words", "judge"]
