"""The scripts of a page as one file: its modules and what they import, each in a scope of its own, without comments.

Two dozen small modules are good to read and bad to fetch: one after the other, each compressed by itself. Where static
files are served as they are written (in development), the modules are fetched as they stand.

It knows the forms in which our modules are written, and refuses everything else rather than guess:
``import "./a.js";``, ``import { a, b as c } from "./a.js";``, ``import("./a.js")``, and ``export`` before a function,
class or constant. What is imported when it is needed lies in the file already: then it is only handed over.
"""

import posixpath
import re
from collections.abc import Callable

from rjsmin import jsmin

BUNDLES = ("web/story_page.js",)

_STATIC = re.compile(r'^import (?:(\{[^}]*\}) from )?"(\.{1,2}/[\w./]+)";\n', re.MULTILINE)
_DYNAMIC = re.compile(r'\bimport\("(\.{1,2}/[\w./]+)"\)')
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const|let)\*? (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b|\bimport\(|\bimport\.meta\b|^await\b", re.MULTILINE)


class NotBundled(Exception):
    """A module says something that cannot be put into one file with others; the message says which and what."""


def bundled(entry: str, read: Callable[[str], str]) -> str:
    """Return the script ``entry`` (its name among the static files) with all that it imports; ``read`` reads one.

    NotBundled for modules that import each other in a circle, and for forms that are not known.
    """
    modules: dict[str, str] = {}
    _collect(entry, read, modules, above=())
    numbers = {name: number for number, name in enumerate(modules)}
    return str(jsmin("".join(_scope(name, text, numbers) for name, text in modules.items())))


def _collect(name: str, read: Callable[[str], str], modules: dict[str, str], *, above: tuple[str, ...]) -> None:
    """Add ``name`` to ``modules``, after what it imports."""
    if name in above:
        raise NotBundled(f"{name} imports itself by way of {above[-1]}")
    if name in modules:
        return
    text = read(name)
    for path in [path for _names, path in _STATIC.findall(text)] + _DYNAMIC.findall(text):
        _collect(_beside(name, path), read, modules, above=(*above, name))
    modules[name] = text


def _scope(name: str, text: str, numbers: dict[str, int]) -> str:
    """Return a module as a function that is called once and returns what it exports."""

    def handed(match: re.Match[str]) -> str:
        names, module = match[1], numbers[_beside(name, match[2])]
        return f"const {names.replace(' as ', ': ')} = m{module};\n" if names else ""

    exported = [found[2] for found in _EXPORT.finditer(text)]
    inside = _STATIC.sub(handed, text)
    inside = _DYNAMIC.sub(lambda match: f"Promise.resolve(m{numbers[_beside(name, match[1])]})", inside)
    inside = _EXPORT.sub(r"\1", inside)
    left = _LEFT.search(inside)
    if left is not None:
        line = inside.count("\n", 0, left.end())
        raise NotBundled(f"{name}: {inside.splitlines()[line]}")
    if exported:
        return f"const m{numbers[name]} = (() => {{\n{inside}\nreturn {{ {', '.join(exported)} }};\n}})();\n"
    # As with a script of its own: what goes wrong in it is told, and holds up no other.
    return f"try {{\n{inside}\n}} catch (error) {{\nreportError(error);\n}}\n"


def _beside(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
