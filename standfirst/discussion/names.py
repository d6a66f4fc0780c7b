"""Names under which comments stand, and which of them would pose as somebody of the newsroom."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

from django.db.models import Q

from standfirst.accounts.models import Account
from standfirst.discussion import lookalikes

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

NAMES_REMEMBERED_MAX = 2_048  # whose skeleton is known: those of the newsroom and of who writes much

_STROKE_IN_A_WORD = re.compile(r"(?<=\w)[!|](?=\w)")
# "rn" reads as "m", "vv" as "w", and l and i are the same stroke.
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("l", "i"))

_BADGES = frozenset("✓✔☑✅🗸✪✫✬✭✮✯★☆⭐🌟🏅🎖🏆🥇🥈🥉👑🛡🔰⚜®©™℠ⓂⒶⓐ♛♕♔✍🖋🗞📰🎙👮🆔💠🔵🔷🟦")
_KEYCAPS = frozenset("\ufe0e\ufe0f\u20e3")

_providers: list[Callable[[], Iterable[str]]] = []


def protect(provider: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """Register a reader of further names that no guest may use, such as those of the authors."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


@lru_cache(maxsize=NAMES_REMEMBERED_MAX)
def skeleton(name: str) -> str:
    """Return what ``name`` looks like: two names with the same skeleton are mistaken for each other."""
    letters = lookalikes.folded(_STROKE_IN_A_WORD.sub("i", unicodedata.normalize("NFKC", name)))
    bare = "".join(char for char in letters if char.isalnum())
    for pair, looks_like in _PAIRS:
        bare = bare.replace(pair, looks_like)
    return bare


def protected_skeletons() -> frozenset[str]:
    """Return the skeletons of the names of staff and of whoever ``protect`` names. One read, and the providers'."""
    staff = Account.objects.filter(Q(is_superuser=True) | Q(groups__isnull=False), is_active=True).distinct()
    names = [name for columns in staff.values_list(*_NAME_COLUMNS) for name in _names_in(*columns)]
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


_NAME_COLUMNS = ("display_name", "first_name", "last_name", Account.USERNAME_FIELD)


def _names_in(display_name: str, first_name: str, last_name: str, username: str) -> list[str]:
    return [display_name, f"{first_name} {last_name}", username]


_RESERVED_SKELETONS = frozenset(map(skeleton, RESERVED))
