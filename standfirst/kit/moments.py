"""Moments in words, where a page shows many: the day and the time of day are put into words apart, and each once."""

import re
from datetime import date, datetime, time
from functools import lru_cache

from django.utils.dateformat import time_format
from django.utils.formats import date_format, get_format

DAYS_REMEMBERED = 1_024
MINUTES_REMEMBERED = 24 * 60 * 4  # of four languages

_CHARACTER = re.compile(r"(?<!\\)[aAbcdDeEfFgGhHiIjlLmMnNoOPrsStTuUwWyYzZ]")  # what Django puts something in place of
_OF_THE_DAY = frozenset("bdDEFjlLmMnNoStwWyYz")
_OF_THE_MINUTE = frozenset("aAfgGhHiP")


def in_words(local: datetime, language: str | None) -> str:
    """Return ``local`` as the language's DATETIME_FORMAT has it; ``language`` has to be the current one."""
    form = get_format("DATETIME_FORMAT", language)
    parts = _parted(form)
    if parts is None:
        return date_format(local, form)
    return _day(local.date(), parts[0], language) + _minute(local.hour, local.minute, parts[1], language)


@lru_cache(maxsize=64)
def _parted(form: str) -> tuple[str, str] | None:
    """Return the parts of ``form`` that depend on the day and on the minute; None unless one follows the other."""
    found = list(_CHARACTER.finditer(form))
    at = next((match.start() for match in found if match[0] not in _OF_THE_DAY), len(form))
    if not at or any(match.start() >= at and match[0] not in _OF_THE_MINUTE for match in found):
        return None
    return form[:at], form[at:]


@lru_cache(maxsize=DAYS_REMEMBERED)
def _day(day: date, form: str, _language: str | None) -> str:
    return date_format(day, form)


@lru_cache(maxsize=MINUTES_REMEMBERED)
def _minute(hour: int, minute: int, form: str, _language: str | None) -> str:
    return time_format(time(hour, minute), form)
