"""Text from strangers, brought into a form that is safe to keep and to show on one line."""

import unicodedata

# Characters that change how the text around them is shown: they let a name pose as another.
_DECEIVING = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3164\ufeff\uffa0\ufff9\ufffa\ufffb"
)
COMBINING_MARKS_MAX = 3  # in a row; Vietnamese and Hebrew need up to three, "Zalgo" text uses dozens


def clean_text(raw: str) -> str:
    """Return ``raw`` in NFC, without control and deceiving characters; line ends become LF.

    Lone surrogates and NUL, which no database keeps, go too.
    """
    unified = raw.replace("\r\n", "\n").replace("\r", "\n")
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", _without_surrogates(unified)):
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > COMBINING_MARKS_MAX:
            continue
        if char in _DECEIVING or (category in {"Cc", "Cs"} and char not in "\n\t"):
            continue
        kept.append(char)
    return "".join(kept)


def clean_line(raw: str) -> str:
    """Return ``raw`` cleaned as ``clean_text`` does, on one line, with single spaces."""
    return " ".join(clean_text(raw).split())


def _without_surrogates(raw: str) -> str:
    return raw.encode("utf-8", "ignore").decode("utf-8")
