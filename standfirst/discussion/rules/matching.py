"""Rules made ready to be asked: each looks at a comment and says what it has found. Pure; nobody is asked.

Patterns are RE2's: they take time in proportion to the text, whatever they are, so there is nothing
to break off (docs/decisions/0010). What could still be slow is not let in: see ``checked``.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import re2
from django.utils.translation import gettext as _

from standfirst.discussion import markup
from standfirst.discussion.models import MATCHED_LENGTH_MAX, TEXT_LENGTH_MAX, Rule
from standfirst.discussion.rules import refusals
from standfirst.discussion.rules.words import Phrases, phrase_of, words_of
from standfirst.kit.addresses import Network, parsed

LINES_MAX = 1_000  # words, phrases or networks in one rule; more belongs into an outside service
LINE_LENGTH_MAX = 100  # characters of a phrase
PATTERN_LENGTH_MAX = 500  # characters; whatever is longer, nobody understands
PATTERN_BYTES_MAX = 1 << 16  # of memory for a pattern: it bounds what each character of a text costs
PATTERN_SECONDS_MAX = 0.05  # for the longest text; usual patterns take a hundredth of that
NUMBER_MAX = 1_000
MINUTES_MAX = 60  # what a flood is counted over: the rules of pace know the last hour
NEEDS_LINES = {Rule.Kind.WORDS, Rule.Kind.ADDRESSES}
NEEDS_NUMBER = {Rule.Kind.LINKS, Rule.Kind.REPEATED, Rule.Kind.FLOOD}
_WITHIN_A_WORD = re.compile(r"</?(?:a|b|code|del|em|i|s|strong)\b[^>]*>")  # readers see one word
# The longest texts on which a pattern is tried out before it is let in.
_LONGEST = ("x" * TEXT_LENGTH_MAX, "ab " * (TEXT_LENGTH_MAX // 3), "ж1" * (TEXT_LENGTH_MAX // 2))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What rules may know beside the words. ``address`` is compared and never kept."""

    address: str = ""
    is_new: bool = False  # the person has no published comment
    ages_seconds: tuple[int, ...] = ()  # of the last hour's comments of the person or the address
    said_by_others: int = 0  # how often the same text stands among the latest comments


NOTHING_KNOWN = Circumstances()


class Said:
    """What a comment says, taken apart as far as some rule asks for it."""

    def __init__(self, name: str, text: str, html: str) -> None:
        self._name, self._text, self.html = name, text, html

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What readers see, and what was typed: marks within a word show in one of them only."""
        return (self._name, markup.words(_WITHIN_A_WORD.sub("", self.html)), self._text)

    @cached_property
    def whole(self) -> str:
        """All of it."""
        return "\n".join(self.texts)

    @cached_property
    def words(self) -> list[tuple[str, ...]]:
        """The folded words."""
        return words_of(self.texts)


type Look = Callable[[Said, Circumstances], str]


@dataclass(frozen=True, slots=True)
class Hit:
    """That a rule has found something."""

    rule_id: int
    name: str
    verdict: str
    matched: str
    told: str


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule that can be asked."""

    id: int
    name: str
    kind: str
    verdict: str
    told: str
    newcomers_only: bool
    look: Look

    def asked(self, said: Said, around: Circumstances) -> Hit | None:
        """Return what it finds."""
        if self.newcomers_only and not around.is_new:
            return None
        matched = self.look(said, around)
        return Hit(self.id, self.name, self.verdict, matched[:MATCHED_LENGTH_MAX], self.told) if matched else None


def always() -> bool:
    """Say that there is time."""
    return True


def first_hit(
    rules: Sequence[ReadyRule], said: Said, around: Circumstances, *, in_time: Callable[[], bool] = always
) -> Hit | None:
    """Return what the first of ``rules`` that finds something has found. The order is the moderators'.

    When ``in_time`` says no, a person has to look: that is a hit, too, of no rule.
    """
    for rule in rules:
        if not in_time():
            return Hit(0, _("Rules"), Rule.Verdict.HOLD, _("the rules took too long"), "")
        if hit := rule.asked(said, around):
            return hit
    return None


def ready(rule: Rule) -> ReadyRule:
    """Return ``rule`` so that it can be asked. Refusals: PatternUnusable."""
    look = _LOOKS[rule.kind](rule)
    return ReadyRule(rule.pk or 0, rule.name, rule.kind, rule.verdict, rule.told, rule.newcomers_only, look)


def checked(rule: Rule) -> ReadyRule:
    """Return the same, having looked that the rule means something and that it is quick.

    Refusals: PatternUnusable, PatternTooSlow, ListUnusable, NumberMissing.
    """
    lines = lines_of(rule)
    if rule.kind in NEEDS_LINES and not 0 < len(lines) <= LINES_MAX:
        raise refusals.ListUnusable(lines_max=LINES_MAX)
    if rule.kind == Rule.Kind.WORDS and any(len(line) > LINE_LENGTH_MAX or not phrase_of(line) for line in lines):
        raise refusals.PhraseUnusable(length_max=LINE_LENGTH_MAX)
    if rule.kind == Rule.Kind.ADDRESSES:
        _networks(lines)
    if rule.kind in NEEDS_NUMBER and not 0 < (rule.number or 0) <= NUMBER_MAX:
        raise refusals.NumberMissing(most=NUMBER_MAX)
    if rule.kind == Rule.Kind.FLOOD and not 0 < (rule.minutes or 0) <= MINUTES_MAX:
        raise refusals.MinutesMissing(most=MINUTES_MAX)
    made = ready(rule)
    if rule.kind == Rule.Kind.PATTERN:
        _try_out(made.look)
    return made


def lines_of(rule: Rule) -> list[str]:
    """Return the lines of a rule's list, without empty ones."""
    return [line for raw in rule.value.splitlines() if (line := raw.strip())]


def _try_out(look: Look) -> None:
    if look(Said("", "", ""), NOTHING_KNOWN):
        raise refusals.PatternUnusable(why=_("it fits an empty text, and so every comment"))
    for text in _LONGEST:
        began = time.perf_counter()
        look(Said("", text, ""), NOTHING_KNOWN)
        if time.perf_counter() - began > PATTERN_SECONDS_MAX:
            raise refusals.PatternTooSlow


def _words(rule: Rule) -> Look:
    phrases = Phrases(lines_of(rule))
    return lambda said, _around: phrases.first_in(said.words)


def _pattern(rule: Rule) -> Look:
    if not 0 < len(rule.value.strip()) <= PATTERN_LENGTH_MAX:
        raise refusals.PatternUnusable(why=_("it needs 1 to %(most)d characters") % {"most": PATTERN_LENGTH_MAX})
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = PATTERN_BYTES_MAX
    try:
        compiled = re2.compile(rule.value.strip(), options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise refusals.PatternUnusable(
            why=said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        ) from error

    def look(said: Said, _around: Circumstances) -> str:
        found = compiled.search(said.whole)
        return (found[0] or "…") if found else ""

    return look


def _links(rule: Rule) -> Look:
    def look(said: Said, _around: Circumstances) -> str:
        count = markup.count_links(said.html)
        return _("%(n)d links") % {"n": count} if count >= (rule.number or 1) else ""

    return look


def _repeated(rule: Rule) -> Look:
    def look(_said: Said, around: Circumstances) -> str:
        enough = around.said_by_others >= (rule.number or 1)
        return _("said %(n)d times before") % {"n": around.said_by_others} if enough else ""

    return look


def _new_guest(_rule: Rule) -> Look:
    return lambda _said, around: _("nothing published yet") if around.is_new else ""


def _flood(rule: Rule) -> Look:
    seconds = (rule.minutes or 1) * 60

    def look(_said: Said, around: Circumstances) -> str:
        count = sum(age < seconds for age in around.ages_seconds)
        return _("%(n)d comments before this one") % {"n": count} if count >= (rule.number or 1) else ""

    return look


def _addresses(rule: Rule) -> Look:
    # By length of prefix, so that a thousand networks cost as much as there are lengths.
    masks: dict[tuple[int, int], set[int]] = {}
    for network in _networks(lines_of(rule)):
        shift = network.max_prefixlen - network.prefixlen
        masks.setdefault((network.version, shift), set()).add(int(network.network_address) >> shift)

    def look(_said: Said, around: Circumstances) -> str:
        client = parsed(around.address)
        if client is None:
            return ""
        number, of_kind = int(client), client.version
        inside = any(version == of_kind and number >> shift in known for (version, shift), known in masks.items())
        return _("an address of the list") if inside else ""  # never which: no address is kept

    return look


def _networks(lines: Iterable[str]) -> list[Network]:
    found: list[Network] = []
    for line in lines:
        try:
            found.append(ipaddress.ip_network(line, strict=False))
        except ValueError as error:
            raise refusals.NetworkUnusable(line=line[:LINE_LENGTH_MAX]) from error
    return found


_LOOKS: dict[str, Callable[[Rule], Look]] = {
    Rule.Kind.WORDS: _words,
    Rule.Kind.PATTERN: _pattern,
    Rule.Kind.LINKS: _links,
    Rule.Kind.REPEATED: _repeated,
    Rule.Kind.NEW_GUEST: _new_guest,
    Rule.Kind.FLOOD: _flood,
    Rule.Kind.ADDRESSES: _addresses,
}
