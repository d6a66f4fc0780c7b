"""Marks beside a comment's name: who of the house wrote it, and whatever else others have to say of its account.

Who knows of a mark says so with ``provide``: staff are known here, the authors of a story and the supporters
of the paper to other subjects. All comments of a page are asked about at once, and only if some of them were
written by accounts. A comment that was written by a guest and claimed later carries no mark: its name was a guest's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.accounts.staff import of_the_house
from standfirst.delivery.changes import touch, verb
from standfirst.discussion.models import Comment, State, Thread


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: its name for style sheets, and what readers see. Of two of the same ``rank``, the first is shown."""

    name: str
    label: str | Promise
    rank: str = "house"


type Provider = Callable[[str, frozenset[int]], Mapping[int, Mark]]

AUTHOR = Mark("author", _("Author"))
MODERATOR = Mark("moderator", _("Moderator"))
EDITOR = Mark("editor", _("Editor"))
NEWSROOM = Mark("newsroom", _("Newsroom"))
_BY_GROUP = (("Moderators", MODERATOR), ("Editors", EDITOR))

_providers: list[Provider] = []


def provide(provider: Provider) -> Provider:
    """Have ``provider(thread_key, ids of accounts)`` asked for marks, as often as a page with accounts is made.

    Whatever changes its answer calls ``renew_marks`` or touches the thread. The newest is asked first.
    """
    if provider not in _providers:
        _providers.insert(0, provider)
    return provider


def marked(comments: Iterable[Comment]) -> dict[int, SafeString]:
    """Return the marks of those of ``comments``, all of one thread, that have any, as HTML by comment.

    No query if none of them was written by an account; else one, and the providers'.
    """
    wrote = {
        row.pk: (row.thread_id, row.account_id)
        for row in comments
        if row.account_id and row.guest_id is None and row.state == State.PUBLISHED
    }
    if not wrote:
        return {}
    key = Thread.objects.values_list("key", flat=True).get(pk=next(iter(wrote.values()))[0])
    by_account = _of_accounts(key, frozenset(account for _thread, account in wrote.values()))
    return {pk: by_account[account] for pk, (_thread, account) in wrote.items() if account in by_account}


@verb
def renew_marks(*, account: Account) -> None:
    """Say that the marks of ``account`` have changed. Touches every thread in which it has published."""
    written = Comment.objects.filter(account=account, state=State.PUBLISHED)
    for key in written.order_by().values_list("thread__key", flat=True).distinct():
        touch(f"thread:{key}")


@verb
def renew_marks_in(*, thread_keys: Iterable[str]) -> None:
    """Say that marks in these threads may have changed. Touches those in which accounts have written."""
    written = Comment.objects.filter(account__isnull=False, state=State.PUBLISHED, thread__key__in=list(thread_keys))
    for key in written.order_by().values_list("thread__key", flat=True).distinct():
        touch(f"thread:{key}")


def of_staff(_key: str, accounts: frozenset[int]) -> Mapping[int, Mark]:
    """Return the marks of those of ``accounts`` that belong to the house. One query."""
    found: dict[int, Mark] = {}
    staff = of_the_house().filter(pk__in=accounts)
    for pk, is_superuser, group in staff.values_list("pk", "is_superuser", "groups__name"):
        mark = EDITOR if is_superuser else dict(_BY_GROUP).get(group, NEWSROOM)
        if found.get(pk, NEWSROOM) == NEWSROOM or mark == EDITOR:
            found[pk] = mark
    return found


def _of_accounts(key: str, accounts: frozenset[int]) -> dict[int, SafeString]:
    found: dict[int, dict[str, Mark]] = {}
    for provider in _providers:
        for account, mark in provider(key, accounts).items():
            found.setdefault(account, {}).setdefault(mark.rank, mark)
    return {account: _html(marks.values()) for account, marks in found.items()}


def _html(marks: Iterable[Mark]) -> SafeString:
    one = '<span class="mark mark-{}">{}</span>'
    return format_html("{}", format_html_join(" ", one, ((mark.name, mark.label) for mark in marks)))


provide(of_staff)
