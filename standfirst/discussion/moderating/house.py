"""The rules of the house, ready reasons for moderators, and how reports and removals are dealt with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import markup
from standfirst.discussion.models import REASON_LENGTH_MAX, House, HouseRule, SavedReason
from standfirst.discussion.refusals import NotAModerator
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line, clean_text

KEY = "discussion.house"  # touched when the rules change, or whether threads say what was removed
RULES_MAX = 20  # a list that nobody reads is no list of rules
REASONS_MAX = 9  # one for each digit
TITLE_LENGTH_MAX = 120
WORDS_LENGTH_MAX = 2_000  # of a rule, or of what stands before all of them
REPORTS_TO_HOLD_MAX = 1_000
MODERATE = "discussion.moderate"


class BadHouse(Refusal):
    """Rules or reasons that do not fit."""

    code = "discussion.bad_house_rules"
    status = 422
    message = _("{what} Nothing was saved; what you typed is still here.")


@dataclass(frozen=True)
class ShownRule:
    """A house rule as readers see it."""

    number: int
    title: str
    words: str

    @cached_property
    def html(self) -> SafeString:
        """Its words as safe HTML."""
        return SafeString(markup.from_markdown(self.words))


@dataclass(frozen=True, slots=True)
class Rules:
    """All house rules, and what stands before them."""

    preamble: SafeString
    rules: tuple[ShownRule, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a moderator wants the house to be. Reasons are words and the number of a rule, or None."""

    reports_to_hold: int
    shows_removals: bool
    preamble: str
    rules: Sequence[tuple[str, str]]
    reasons: Sequence[tuple[str, int | None]]


def read() -> House:
    """Return how this publication moderates; what is usual if nobody has said so. One query."""
    return House.objects.first() or House(pk=1)


def rules() -> Rules:
    """Return the house rules. Changes are touched under KEY. Two queries."""
    found = [ShownRule(rule.number, rule.title, rule.words) for rule in HouseRule.objects.order_by("number")]
    return Rules(SafeString(markup.from_markdown(read().preamble)), tuple(found))


def reasons() -> list[SavedReason]:
    """Return the ready reasons, by the digit that chooses them. One query."""
    return list(SavedReason.objects.order_by("number"))


@verb
def keep_house(*, by: Account, wishes: Wishes) -> House:
    """Replace the house rules, the ready reasons and the settings by ``wishes``; rules are numbered in their order.

    Refusals: NotAModerator, BadHouse. Touches KEY.
    """
    if not by.has_perm(MODERATE):
        raise NotAModerator
    _check(wishes)
    house, _made = House.objects.update_or_create(
        pk=1,
        defaults={
            "reports_to_hold": wishes.reports_to_hold,
            "shows_removals": wishes.shows_removals,
            "preamble": clean_text(wishes.preamble).strip(),
        },
    )
    HouseRule.objects.all().delete()
    HouseRule.objects.bulk_create(
        HouseRule(number=number, title=clean_line(title), words=clean_text(words).strip())
        for number, (title, words) in enumerate(wishes.rules, 1)
    )
    SavedReason.objects.all().delete()
    SavedReason.objects.bulk_create(
        SavedReason(number=number, words=clean_line(words), rule=rule)
        for number, (words, rule) in enumerate(wishes.reasons, 1)
    )
    touch(KEY)
    return house


def _check(wishes: Wishes) -> None:
    if len(wishes.rules) > RULES_MAX or len(wishes.reasons) > REASONS_MAX:
        raise BadHouse(what=_("There can be {} rules and {} reasons.").format(RULES_MAX, REASONS_MAX))
    if not 0 <= wishes.reports_to_hold <= REPORTS_TO_HOLD_MAX:
        raise BadHouse(what=_("The number of reports is between 0 and {}.").format(REPORTS_TO_HOLD_MAX))
    if any(not clean_line(title) or len(title) > TITLE_LENGTH_MAX for title, _words in wishes.rules):
        raise BadHouse(what=_("Each rule needs a title of at most {} characters.").format(TITLE_LENGTH_MAX))
    if any(len(words) > WORDS_LENGTH_MAX for words in (wishes.preamble, *(words for _title, words in wishes.rules))):
        raise BadHouse(what=_("The words of a rule are {} characters at most.").format(WORDS_LENGTH_MAX))
    if any(not clean_line(words) or len(words) > REASON_LENGTH_MAX for words, _rule in wishes.reasons):
        raise BadHouse(what=_("Each reason has 1 to {} characters.").format(REASON_LENGTH_MAX))
    if any(rule is not None and not 1 <= rule <= len(wishes.rules) for _words, rule in wishes.reasons):
        raise BadHouse(what=_("A reason names a rule that is not there."))
