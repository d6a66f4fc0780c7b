"""What the doctor says: a grade, what was looked at, what was seen, what to do."""

import enum
from dataclasses import dataclass


class Grade(enum.StrEnum):
    """How bad it is."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report. ``advice`` is empty where all is well."""

    grade: Grade
    what: str
    seen: str
    advice: str = ""


def ok(what: str, seen: str) -> Finding:
    """All is well."""
    return Finding(Grade.OK, what, seen)


def warn(what: str, seen: str, advice: str) -> Finding:
    """The site works; somebody should look."""
    return Finding(Grade.WARN, what, seen, advice)


def fail(what: str, seen: str, advice: str) -> Finding:
    """Something does not work."""
    return Finding(Grade.FAIL, what, seen, advice)
