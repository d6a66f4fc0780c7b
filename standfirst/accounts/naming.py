"""The name under which an account writes. Which names may not be had, those say who show them (``require``)."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line

NAME_CHARACTERS_READ_MAX = 1_000  # of what was typed as a name; more is cleaned in vain

type Rule = Callable[[Account, str], None]

_rules: list[Rule] = []


class NameInUse(Refusal):
    """A name that looks like that of another account."""

    code = "accounts.name_in_use"
    status = 409
    message = _("Somebody writes under this name already, or under one that looks the same. Please choose another.")
    field = "name"


def require(rule: Rule) -> Rule:
    """Have ``rule(account, name)`` asked before an account takes a name; it refuses by raising."""
    if rule not in _rules:
        _rules.append(rule)
    return rule


@verb
def rename(*, account: Account, name: str) -> Account:
    """Give ``account`` the name ``name``; what it has written keeps the name it was written with.

    Refusals: those of the rules, NameInUse. No lock: a unique constraint decides.
    """
    cleaned = clean_line(name[:NAME_CHARACTERS_READ_MAX])
    for rule in _rules:
        rule(account, cleaned)
    account.display_name = cleaned
    try:
        with transaction.atomic():
            account.save(update_fields=["display_name"])
    except IntegrityError as error:
        raise NameInUse from error
    return account
