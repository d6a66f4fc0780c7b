"""Moderators write rules, switch them on and off, put them in order; each step is a row with who and when."""

from dataclasses import asdict, dataclass

from django.db.models import Max

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.discussion.models import (
    REASON_LENGTH_MAX,
    RULE_NAME_LENGTH_MAX,
    RULE_VALUE_LENGTH_MAX,
    Rule,
    RuleChange,
)
from standfirst.discussion.refusals import NotAModerator
from standfirst.discussion.rules import edition, matching, refusals
from standfirst.discussion.rules.policies import MODERATE
from standfirst.kit import clock
from standfirst.kit.text import clean_line, clean_text

RULES_MAX = 200  # more than anybody oversees; each that is on costs every comment
RULES = "discussion.rules"  # the change key of the rules

What = RuleChange.What


@dataclass(frozen=True, slots=True)
class Wording:
    """A rule as somebody typed it."""

    name: str
    kind: str
    value: str = ""
    number: int | None = None
    minutes: int | None = None
    newcomers_only: bool = False
    verdict: str = Rule.Verdict.HOLD
    told: str = ""

    def of_rule(self) -> Rule:
        """Return a rule of this wording that is nowhere written down."""
        return Rule(**asdict(self))


def cleaned(wording: Wording) -> Wording:
    """Return ``wording`` cleaned, having looked that it makes a rule. Takes a moment: call it before the verb.

    Refusals: RuleNameMissing, ToldTooLong, RuleUnknown and those of ``matching.checked``.
    """
    if wording.kind not in Rule.Kind.values or wording.verdict not in Rule.Verdict.values:
        raise refusals.RuleUnknown
    name, told = clean_line(wording.name), clean_line(wording.told)
    if not 0 < len(name) <= RULE_NAME_LENGTH_MAX:
        raise refusals.RuleNameMissing(length_max=RULE_NAME_LENGTH_MAX)
    if len(told) > REASON_LENGTH_MAX:
        raise refusals.ToldTooLong(length_max=REASON_LENGTH_MAX)
    if len(wording.value) > RULE_VALUE_LENGTH_MAX:
        raise refusals.ListUnusable(lines_max=matching.LINES_MAX)
    typed = asdict(wording) | {"name": name, "told": told, "value": clean_text(wording.value).strip()}
    matching.checked(Rule(**typed))
    return Wording(**typed)


@verb
def write_rule(*, wording: Wording, by: Account) -> Rule:
    """Write down a new rule, the last in the order and switched off. ``wording`` is ``cleaned``.

    Refusals: NotAModerator, TooManyRules. Locks nothing. Touches nothing that readers see.
    """
    _may(by)
    if Rule.objects.count() >= RULES_MAX:
        raise refusals.TooManyRules(most=RULES_MAX)
    last = Rule.objects.aggregate(last=Max("position"))["last"] or 0
    rule = wording.of_rule()
    rule.position = last + 1
    rule.save(force_insert=True)
    _note(rule, What.WRITTEN, by)
    return rule


@verb
def change_rule(*, rule_id: int, wording: Wording, by: Account) -> Rule:
    """Give a rule another wording (``cleaned``); one that is on goes on with it.

    Refusals: NotAModerator, NoSuchRule. Locks the rule's row. Touches RULES.
    """
    rule = _locked(rule_id, by)
    for name, value in asdict(wording).items():
        setattr(rule, name, value)
    rule.save()
    _note(rule, What.CHANGED, by)
    _tell(rule)
    return rule


@verb
def switch_on(*, rule_id: int, by: Account) -> Rule:
    """Let a rule judge from now on. Twice is once. Refusals: NotAModerator, NoSuchRule. Locks the rule's row."""
    rule = _locked(rule_id, by)
    if rule.switched_on_at is None:
        rule.switched_on_at = clock.now()
        rule.save(update_fields=["switched_on_at"])
        _note(rule, What.SWITCHED_ON, by)
        _tell(rule)
    return rule


@verb
def switch_off(*, rule_id: int, by: Account) -> Rule:
    """Let a rule judge no more. Twice is once. Refusals: NotAModerator, NoSuchRule. Locks the rule's row."""
    rule = _locked(rule_id, by)
    if rule.switched_on_at is not None:
        _tell(rule)
        rule.switched_on_at = None
        rule.save(update_fields=["switched_on_at"])
        _note(rule, What.SWITCHED_OFF, by)
    return rule


@verb
def move_up(*, rule_id: int, by: Account) -> None:
    """Let a rule be asked before the one above it. Refusals: NotAModerator, NoSuchRule. Locks all rules' rows."""
    _may(by)
    rules = list(Rule.objects.select_for_update().order_by("position", "id"))
    place = next((index for index, rule in enumerate(rules) if rule.pk == rule_id), None)
    if place is None:
        raise refusals.NoSuchRule
    rule = rules.pop(place)
    rules.insert(max(0, place - 1), rule)
    for position, each in enumerate(rules, 1):
        each.position = position
    Rule.objects.bulk_update(rules, ["position"])
    _note(rule, What.MOVED, by)
    _tell(rule)


@verb
def remove_rule(*, rule_id: int, by: Account) -> None:
    """Remove a rule. What it has found stays with the comments. Refusals: NotAModerator, NoSuchRule."""
    rule = _locked(rule_id, by)
    _note(rule, What.REMOVED, by)
    _tell(rule)
    rule.delete()


def all_rules() -> list[Rule]:
    """Return all rules in their order."""
    return list(Rule.objects.order_by("position", "id"))


def rule_of(rule_id: int) -> Rule:
    """Return a rule. Refusals: NoSuchRule."""
    found = Rule.objects.filter(pk=rule_id).first()
    if found is None:
        raise refusals.NoSuchRule
    return found


def latest_changes(*, rule: Rule | None = None, limit: int = 20) -> list[RuleChange]:
    """Return what was done with ``rule``, or with all, the latest first."""
    found = RuleChange.objects.select_related("changed_by").order_by("-id")
    return list((found.filter(rule=rule) if rule else found)[:limit])


def _may(by: Account) -> None:
    if not by.has_perm(MODERATE):
        raise NotAModerator


def _locked(rule_id: int, by: Account) -> Rule:
    _may(by)
    rule = Rule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise refusals.NoSuchRule
    return rule


def _tell(rule: Rule) -> None:
    """Every process reads the rules anew, if this one is on."""
    if rule.switched_on_at is not None:
        edition.renew()
        touch(RULES)


def _note(rule: Rule, what: str, by: Account) -> None:
    wording = {name: getattr(rule, name) for name in Wording.__dataclass_fields__} | {"position": rule.position}
    RuleChange.objects.create(
        rule=rule, rule_name=rule.name, what=what, wording=wording, changed_at=clock.now(), changed_by=by
    )
