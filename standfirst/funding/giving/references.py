"""The reference that a bank transfer carries: short, without letters that look alike, and with a check character.

The alphabet has 23 characters, a prime: with different weights for each place, one wrong
character and two that changed places are always found out.
"""

import re
import secrets

ALPHABET = "346789ACDEFHJKMNPQRTWXY"  # without 0 O, 1 I L, 2 Z, 5 S, B, G, U V
RANDOM_LENGTH = 8  # 23 to the 8th: by chance, nobody hits another's
LENGTH = RANDOM_LENGTH + 1
_GROUP = 3
_SEPARATED = re.compile(r"[\s\-./_]*")


def make() -> str:
    """Return a new reference: eight random characters and the check character."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return drawn + check_character(drawn)


def check_character(drawn: str) -> str:
    """Return the character that belongs behind ``drawn``."""
    weighted = sum((place + 2) * ALPHABET.index(char) for place, char in enumerate(drawn))
    return ALPHABET[weighted % len(ALPHABET)]


def shown(reference: str) -> str:
    """Return ``reference`` in groups of three: K7M-3QX-9TA."""
    return "-".join(reference[start : start + _GROUP] for start in range(0, len(reference), _GROUP))


def found_in(text: str) -> list[str]:
    """Return what could be a reference in the text of a transfer, however it was spaced; each once, in order."""
    joined = _SEPARATED.sub("", text.upper())
    windows = (joined[start : start + LENGTH] for start in range(len(joined) - LENGTH + 1))
    return list(dict.fromkeys(window for window in windows if _is_reference(window)))


def _is_reference(text: str) -> bool:
    return all(char in ALPHABET for char in text) and check_character(text[:-1]) == text[-1]
