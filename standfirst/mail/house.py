"""The house: in whose name letters and receipts are written.

The publication's settings belong to another subject, so whoever knows them says so once, with
``speak_for``. Until then the site's host name stands in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.conf import settings

from standfirst.kit.text import clean_line

NAME_LENGTH_MAX = 120  # characters: with the words around it, still a subject


@dataclass(frozen=True, slots=True)
class House:
    """A publication's name, the address at which it reads answers ("": none), and its colour."""

    name: str
    answers_to: str = ""
    accent: str = "#8a1c2b"


_speakers: list[Callable[[], House]] = []


def speak_for(speaker: Callable[[], House]) -> None:
    """Have ``speaker`` asked for the publication; the newest one counts."""
    _speakers.append(speaker)


def house() -> House:
    """Return in whose name letters are written now, its name fit for the head of a letter. About one query."""
    found = _speakers[-1]() if _speakers else House(str(urlsplit(settings.STANDFIRST.url).hostname))
    # Set on the desk as a title is: with no-break spaces and soft hyphens, which a subject may not have.
    name = "".join(char for char in clean_line(found.name) if char.isprintable())
    return replace(found, name=name[:NAME_LENGTH_MAX])
