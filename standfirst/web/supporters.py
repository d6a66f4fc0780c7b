"""Who supports the publication and lets it be seen beside their comments: what funding tells the discussion.

Somebody carries the mark whose proven address is that of a supporter, as long as a gift holds with which a name may be
shown, and if that name is the one they comment under. So it joins nothing that did not stand under that name in public
before, and says no more: not how much, not since when. Whoever hides their name with the gift, is erased, writes under
another name, or no longer gives loses it within minutes: the scheduler calls ``renew``.
"""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from standfirst.accounts import mailboxes
from standfirst.accounts.models import Account, Guest
from standfirst.discussion import marks
from standfirst.discussion.marks import Mark
from standfirst.funding.public import names_shown
from standfirst.kit.text import clean_line

SUPPORTER = Mark("supporter", _("Supporter"), rank="support")


def renew() -> None:
    """Bring the marks up to date. Scheduled."""
    names = names_shown.by_address()
    known = mailboxes.owners(names)
    bearers = {
        account.pk: account.display_name
        for address, account in known.items()
        if account.is_active and account.display_name and _plain(account.display_name) in map(_plain, names[address])
    }
    marks.let_bear(mark=SUPPORTER.name, bearers=bearers)


def marked(_key: str, accounts: frozenset[int]) -> Mapping[int, Mark]:
    """The marks of those of ``accounts`` that carry one. One query."""
    return {pk: replace(SUPPORTER, under=name) for pk, name in marks.bearers(SUPPORTER.name, accounts).items()}


def word_for_moderators(guest: Guest | None, account: Account | None) -> str:
    """The same for the desk's panel; nothing of what a guest wrote and an account claimed."""
    if account is None or guest is not None or not marks.bearers(SUPPORTER.name, [account.pk]):
        return ""
    return str(SUPPORTER.label)


def _plain(name: str) -> str:
    return clean_line(name).casefold()
