"""Marks beside a comment's name: who of the house wrote it, and whatever else others have to say of its account.

Who knows of a mark says so with ``provide``: staff are known here, the authors of a story and the supporters
of the paper to other subjects, which may have a mark kept here (``let_bear``). All comments of a page are asked about
at once, and only if some of them were written by accounts. A comment that was written by a guest and claimed later
carries no mark: its name was a guest's.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.accounts.staff import of_the_house
from standfirst.delivery.changes import touch, verb
from standfirst.discussion.models import AccountMark, Comment, State, Thread
from standfirst.kit import clock


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: its name for style sheets, and what readers see. Of two of the same ``rank``, the first is shown.

    With ``under``, it stands beside that name alone: what the account wrote under another carries none.
    """

    name: str
    label: str | Promise
    rank: str = "house"
    under: str = ""


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
        row.pk: (row.thread_id, row.account_id, row.name)
        for row in comments
        if row.account_id and row.guest_id is None and row.state == State.PUBLISHED
    }
    if not wrote:
        return {}
    key = Thread.objects.values_list("key", flat=True).get(pk=next(iter(wrote.values()))[0])
    by_account = _of_accounts(key, frozenset(account for _thread, account, _name in wrote.values()))
    found = {
        pk: [mark for mark in by_account.get(account, ()) if mark.under in {"", name}]
        for pk, (_thread, account, name) in wrote.items()
    }
    return {pk: _html(marks) for pk, marks in found.items() if marks}


@verb
def let_bear(*, mark: str, bearers: Mapping[int, str]) -> int:
    """Have these accounts, and no others, carry ``mark``, each under the name given; return how many changed.

    Locks the rows of the mark. Touches every thread in which one that changed has published.
    """
    had = {row.account_id: row for row in AccountMark.objects.select_for_update().filter(mark=mark)}
    lost = [account for account, row in had.items() if bearers.get(account) != row.under]
    won = {account: name for account, name in bearers.items() if account not in had or account in lost}
    AccountMark.objects.filter(mark=mark, account__in=lost).delete()
    now = clock.now()
    AccountMark.objects.bulk_create(
        AccountMark(account_id=account, mark=mark, under=name, given_at=now) for account, name in won.items()
    )
    changed = {*lost, *won}
    _touch_threads_of(changed)
    return len(changed)


def bearers(mark: str, accounts: Collection[int]) -> dict[int, str]:
    """Return which of ``accounts`` carry a mark that is kept, and under which name. One query."""
    return dict(AccountMark.objects.filter(mark=mark, account__in=accounts).values_list("account", "under"))


@verb
def renew_marks(*, account: Account) -> None:
    """Say that the marks of ``account`` have changed. Touches every thread in which it has published."""
    _touch_threads_of([account.pk])


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


def _touch_threads_of(accounts: Collection[int]) -> None:
    written = Comment.objects.filter(account__in=accounts, state=State.PUBLISHED)
    for key in written.order_by().values_list("thread__key", flat=True).distinct():
        touch(f"thread:{key}")


def _of_accounts(key: str, accounts: frozenset[int]) -> dict[int, list[Mark]]:
    found: dict[int, dict[str, Mark]] = {}
    for provider in _providers:
        for account, mark in provider(key, accounts).items():
            found.setdefault(account, {}).setdefault(mark.rank, mark)
    return {account: list(marks.values()) for account, marks in found.items()}


def _html(marks: Iterable[Mark]) -> SafeString:
    one = '<span class="mark mark-{}">{}</span>'
    return format_html("{}", format_html_join(" ", one, ((mark.name, mark.label) for mark in marks)))


provide(of_staff)
