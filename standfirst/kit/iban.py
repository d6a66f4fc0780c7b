"""The number of a bank account (ISO 13616), checked by its own check digits."""

import re

_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_GROUP = 4  # characters that people write together


def checked(raw: str) -> str:
    """Return ``raw`` without spaces and in capitals. ValueError if it is no IBAN or was mistyped."""
    iban = "".join(raw.split()).upper()
    if not _FORM.fullmatch(iban) or int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 != 1:
        raise ValueError(raw)
    return iban


def shown(iban: str) -> str:
    """Return ``iban`` in groups of four, as it is printed."""
    return " ".join(iban[start : start + _GROUP] for start in range(0, len(iban), _GROUP))
