"""Settings from the environment and ``standfirst.env``, typed; nonsense stops the start.

Each setting is declared once, with its name, type, default and a line of help; the
reference page of the settings is checked against these declarations.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

FILE_NAME = "standfirst.env"


class BadSetting(Exception):
    """A setting holds what it must not; the message names it and says what was expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A declared setting: what the reference page lists."""

    name: str
    expected: str
    default: str
    help: str


class Env:
    """Reads settings from ``values`` and remembers what was declared."""

    def __init__(self, values: Mapping[str, str], *, in_file: Iterable[str] = ()) -> None:
        self._values = values
        self._in_file = tuple(in_file)
        self.declared: dict[str, Setting] = {}

    @classmethod
    def of_site(cls, site: Path) -> "Env":
        """Read the process environment over the file ``standfirst.env`` in the folder ``site``."""
        in_file = read_file(site / FILE_NAME)
        return cls({**in_file, **os.environ}, in_file=in_file)

    def given(self, name: str) -> bool:
        """Say whether the host set ``name`` at all."""
        return bool(self._values.get(name, "").strip())

    def refuse_unknown(self) -> None:
        """Raise BadSetting if the file sets a name that nobody declared: most likely a typing mistake."""
        for name in self._in_file:
            if name not in self.declared:
                near = get_close_matches(name, self.declared, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise BadSetting(f"{name}: {FILE_NAME} sets it, but no setting has this name{hint}")

    def _read[T](
        self,
        name: str,
        default: T,
        *,
        expected: str,
        help_text: str,
        parse: Callable[[str], T],
        shown: str | None = None,
    ) -> T:
        self.declared[name] = Setting(name, expected, str(default) if shown is None else shown, help_text)
        raw = self._values.get(name, "").strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except (ValueError, TypeError) as error:
            raise BadSetting(f"{name}: expected {expected}, got {_shown(name, raw)}") from error

    def text(self, name: str, default: str = "", *, help: str, expected: str = "text") -> str:  # noqa: A002
        """Read a text."""
        return self._read(name, default, expected=expected, help_text=help, parse=str)

    def number(self, name: str, default: int, *, low: int, high: int, help: str) -> int:  # noqa: A002
        """Read a whole number from ``low`` to ``high``."""

        def parse(raw: str) -> int:
            value = int(raw)
            if not low <= value <= high:
                raise ValueError(raw)
            return value

        return self._read(name, default, expected=f"a whole number from {low} to {high}", help_text=help, parse=parse)

    def switch(self, name: str, default: bool, *, help: str) -> bool:  # noqa: A002, FBT001
        """Read a yes or no."""

        def parse(raw: str) -> bool:
            return {
                "yes": True,
                "true": True,
                "1": True,
                "on": True,
                "no": False,
                "false": False,
                "0": False,
                "off": False,
            }[raw.lower()]

        def checked(raw: str) -> bool:
            try:
                return parse(raw)
            except KeyError as error:
                raise ValueError(raw) from error

        return self._read(
            name,
            default,
            expected="yes or no",
            help_text=help,
            parse=checked,
            shown="yes" if default else "no",
        )

    def choice(self, name: str, default: str, *, among: tuple[str, ...], help: str) -> str:  # noqa: A002
        """Read one of ``among``."""

        def parse(raw: str) -> str:
            if raw not in among:
                raise ValueError(raw)
            return raw

        return self._read(name, default, expected="one of " + ", ".join(among), help_text=help, parse=parse)

    def names(self, name: str, default: tuple[str, ...] = (), *, help: str) -> tuple[str, ...]:  # noqa: A002
        """Read a comma-separated list."""

        def parse(raw: str) -> tuple[str, ...]:
            return tuple(part.strip() for part in raw.split(",") if part.strip())

        return self._read(
            name,
            default,
            expected="a comma-separated list",
            help_text=help,
            parse=parse,
            shown=", ".join(default),
        )

    def parsed(
        self,
        name: str,
        default: Any,
        *,
        expected: str,
        parse: Callable[[str], Any],
        help: str,  # noqa: A002
        shown: str | None = None,
    ) -> Any:
        """Read a value of a form of its own; ``parse`` raises ValueError for anything else.

        ``shown`` is how people write the default, where ``str`` would not say it.
        """
        return self._read(name, default, expected=expected, help_text=help, parse=parse, shown=shown)


def _shown(name: str, raw: str) -> str:
    """Return ``raw`` for an error message; what may hold a password is not repeated in a log."""
    secret = name.endswith(("_URL", "_KEY", "_SECRET")) and "@" in raw
    return "something else (not repeated here, as it holds a password)" if secret else repr(raw)


def read_file(path: Path) -> dict[str, str]:
    """Read ``NAME=value`` lines; blank lines and lines that begin with # say nothing.

    A missing file is an empty one. A line of another form is a ``BadSetting``.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path.name}: cannot be read: {error}") from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or not name.strip().replace("_", "").isalnum():
            raise BadSetting(f"{path.name}, line {number}: expected NAME=value, got {stripped!r}")
        values[name.strip()] = value.strip().strip("\"'")
    return values
