"""Makers of rules and policies. They call the real verbs."""

from typing import Any

from standfirst.accounts.models import Account
from standfirst.discussion.models import Policy, Rule
from standfirst.discussion.rules import policies, writing
from standfirst.discussion.rules.writing import Wording
from standfirst.testing.discussion import a_moderator


def a_rule(
    kind: str = "words", value: str = "casino", *, by: Account | None = None, on: bool = True, **more: Any
) -> Rule:
    """Write a rule and switch it on."""
    by = by or a_moderator()
    wording = writing.cleaned(Wording(**({"name": f"About {kind}", "kind": kind, "value": value} | more)))
    rule = writing.write_rule(wording=wording, by=by)
    return writing.switch_on(rule_id=rule.pk, by=by) if on else rule


def a_policy(scope: str = policies.SITE, *, by: Account | None = None, **said: Any) -> Policy | None:
    """Set a policy."""
    return policies.set_policy(scope=scope, by=by or a_moderator(), **said)
