"""Refusals: the errors that a person may see, each with a stable code.

A refusal is raised by a verb when an input breaks a rule. One middleware turns
it into a response. Anything else that is raised is a bug.
"""

from typing import Any, ClassVar

from django.utils.functional import Promise

Message = str | Promise

_by_code: dict[str, type["Refusal"]] = {}


class Refusal(Exception):
    """A rule said no.

    A subclass states ``code`` (stable, ``subject.reason``), ``status`` (HTTP) and
    ``message`` (translatable, may hold ``{name}`` fields that ``details`` fill).
    ``field`` names the form field that the refusal belongs to, if any.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 400
    message: ClassVar[Message]
    field: ClassVar[str] = ""

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        super().__init_subclass__()
        if abstract:
            return
        other = _by_code.setdefault(cls.code, cls)
        if other is not cls and other.__qualname__ != cls.__qualname__:
            raise TypeError(f"refusal code {cls.code!r} is used by {other.__qualname__} already")

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message).format(**self.details)


def all_refusals() -> dict[str, type[Refusal]]:
    """Return every refusal class that has been imported, by code."""
    return dict(sorted(_by_code.items()))
