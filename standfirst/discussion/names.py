"""Names under which comments stand, and which of them would pose as somebody of the newsroom."""

from collections.abc import Callable, Iterable

from django.db import connection
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import SKELETON_LENGTH_MAX, Account
from standfirst.accounts.staff import works_here
from standfirst.discussion.models.limits import NAME_LENGTH_MAX
from standfirst.discussion.refusals import NameMissing, NameTaken, NameTooLong, NameWithBadge
from standfirst.kit.errors import Refusal
from standfirst.kit.lookalikes import skeleton

RESERVED = (
    "admin",
    "administrator",
    "author",
    "chiefeditor",
    "desk",
    "editor",
    "editors",
    "editorial",
    "editorinchief",
    "host",
    "management",
    "mod",
    "moderation",
    "moderator",
    "moderators",
    "newsdesk",
    "newsroom",
    "official",
    "publisher",
    "root",
    "staff",
    "standfirst",
    "support",
    "system",
    "team",
    "theeditor",
    "theeditors",
    "thedesk",
    "thenewsroom",
    "themoderator",
    "webmaster",
    "redaktion",
    "moderatorin",
    "administratorin",
)

_BADGES = frozenset("✓✔☑✅🗸✪✫✬✭✮✯★☆⭐🌟🏅🎖🏆🥇🥈🥉👑🛡🔰⚜®©™℠ⓂⒶⓐ♛♕♔✍🖋🗞📰🎙👮🆔💠🔵🔷🟦")
_KEYCAPS = frozenset("\ufe0e\ufe0f\u20e3")

SUGGESTED_MAX = 9  # numbers tried behind a name before it is left to the person to think of another


class NameOfAnAccount(Refusal):
    """A guest's name that looks like that of somebody with an account."""

    code = "discussion.name_of_an_account"
    status = 422
    field = "name"
    message = _(
        "Somebody with an account writes under this name. If that is you, please sign in;"
        " otherwise choose another, such as “{suggestion}”."
    )


_providers: list[Callable[[], Iterable[str]]] = []


def protect(provider: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """Register a reader of further names that no guest may use, such as those of the authors."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def protected_skeletons() -> frozenset[str]:
    """Return the skeletons of the names of staff and of whoever ``protect`` names. One read, and the providers'."""
    with connection.cursor() as cursor:
        cursor.execute(_STAFF, [True, True])
        names = [name for columns in cursor.fetchall() for name in _names_in(*columns)]
    for provider in _providers:
        names += provider()
    return _RESERVED_SKELETONS | {skeleton(name) for name in names} - {""}


def has_badge(name: str) -> bool:
    """Say whether ``name`` holds a sign that looks like a mark of the newsroom's."""
    return any(char in _BADGES or char in _KEYCAPS for char in name)


def initials(name: str) -> str:
    """Return one or two letters that stand for ``name``, "?" if it has none."""
    parts = [part for part in ("".join(filter(str.isalnum, word)) for word in name.split()) if part]
    letters = [parts[0][0], parts[-1][0]] if len(parts) > 1 else [parts[0][0]] if parts else ["?"]
    return "".join(letters).upper()


# Written out, as every comment of a guest asks it; Django would take longer to write it than the database to answer it.
_STAFF = f"""
    SELECT display_name, first_name, last_name, {Account.USERNAME_FIELD} FROM accounts_account
    WHERE is_active = %s AND (is_superuser = %s OR EXISTS (
        SELECT 1 FROM accounts_account_groups WHERE accounts_account_groups.account_id = accounts_account.id
    ))
"""  # noqa: S608 - a column of ours

_NAMED = "SELECT name_skeleton FROM accounts_account WHERE NOT (name_skeleton = '') AND name_skeleton IN ({places})"


def _names_in(display_name: str, first_name: str, last_name: str, username: str) -> list[str]:
    return [display_name, f"{first_name} {last_name}", username]


_RESERVED_SKELETONS = frozenset(map(skeleton, RESERVED))


def check_own(account: Account, name: str) -> None:
    """Refuse a name that ``account`` may not have. For ``accounts.naming``.

    Refusals: NameMissing, NameTooLong, NameWithBadge, NameTaken. Staff may have any name: the desk knows them.
    """
    look = skeleton(name)
    if not look:
        raise NameMissing
    if len(name) > NAME_LENGTH_MAX:
        raise NameTooLong(length_max=NAME_LENGTH_MAX)
    if has_badge(name):
        raise NameWithBadge
    if look in protected_skeletons() and not works_here(account):
        raise NameTaken


def other_for(name: str) -> str:
    """Return a name like ``name`` for a guest if an account writes under one that looks the same, else "".

    One query, two if it is taken.
    """
    if not _accounts_named([name]):
        return ""
    room = NAME_LENGTH_MAX - 2
    numbered = [f"{name[:room].strip()} {number}" for number in range(2, SUGGESTED_MAX + 1)]
    taken = _accounts_named(numbered)
    return next((each for each in numbered if _kept(each) not in taken), numbered[-1])


def _accounts_named(names: Iterable[str]) -> set[str]:
    looks = {_kept(name) for name in names} - {""}
    if not looks:
        return set()
    # What the condition of the index says is said again, or SQLite would read all accounts.
    places = ", ".join(["%s"] * len(looks))
    with connection.cursor() as cursor:
        cursor.execute(_NAMED.format(places=places), list(looks))
        return {found for (found,) in cursor.fetchall()}


def _kept(name: str) -> str:
    return skeleton(name)[:SKELETON_LENGTH_MAX]
