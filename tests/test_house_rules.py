"""Rules that were said twice: the budgets and habits of the code, checked by reading it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "standfirst"
FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 500
POSITIONAL_ARGUMENTS_MAX = 5
TEMPLATE_LINES_MAX = 120
PARTIAL_LINES_MAX = 60
SCRIPT_LINES_MAX = 150
STYLE_LINES_MAX = 300
DRAWERS = {"services.py", "selectors.py", "utils.py", "helpers.py", "common.py", "misc.py", "managers.py"}


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_no_function_takes_many_arguments_by_position() -> None:
    greedy = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in modules()
        if "tests" not in path.parts  # where pytest passes fixtures by name
        for node in functions(path)
        if len([each for each in (*node.args.posonlyargs, *node.args.args) if each.arg not in {"self", "cls"}])
        > POSITIONAL_ARGUMENTS_MAX
    ]
    assert greedy == []


@pytest.mark.parametrize(
    ("pattern", "most"),
    [("*.py", FILE_LINES_MAX), ("*.js", SCRIPT_LINES_MAX), ("*.css", STYLE_LINES_MAX)],
)
def test_no_file_is_too_long_to_be_about_one_idea(pattern: str, most: int) -> None:
    long = [
        shown(path)
        for path in PACKAGE.rglob(pattern)
        if "vendor" not in path.parts
        and "migrations" not in path.parts
        and len(path.read_text(encoding="utf-8").splitlines()) > most
    ]
    assert long == []


def test_no_template_is_longer_than_its_budget() -> None:
    long = []
    for path in PACKAGE.rglob("templates/**/*.html"):
        most = PARTIAL_LINES_MAX if path.name.startswith("_") or "blocks" in path.parts else TEMPLATE_LINES_MAX
        if len(path.read_text(encoding="utf-8").splitlines()) > most:
            long.append(shown(path))
    assert long == []


def templates() -> Iterator[tuple[Path, str]]:
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        yield path, path.read_text(encoding="utf-8")


def test_every_static_file_that_a_template_names_is_there() -> None:
    there = {path.relative_to(folder).as_posix() for folder in PACKAGE.glob("*/static") for path in folder.rglob("*")}
    named = re.compile(r"""\{% static ["']([^"']+)["']""")
    missing = [
        f"{shown(path)} {name}" for path, text in templates() for name in named.findall(text) if name not in there
    ]
    assert missing == []


def test_every_field_on_the_desk_says_its_type() -> None:
    # Without it, Wagtail's style sheet draws no border: the field cannot be seen.
    plain = [
        f"{shown(path)} {tag}"
        for path, text in templates()
        if "wagtailadmin/" in text or {"desk", "moderating"} & set(path.parts)
        for tag in re.findall(r"<input\b[^>]*>", text)
        if not re.search(r"\btype=", tag)
    ]
    assert plain == []


def test_no_file_is_a_drawer() -> None:
    assert [shown(path) for path in modules() if path.name in DRAWERS] == []


def test_our_own_modules_are_imported_at_the_top() -> None:
    hidden = []
    for path in modules():
        for function in functions(path):
            for node in ast.walk(function):
                names = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else []
                )
                # The command line loads Django only for the commands that need it; apps connect in ready().
                if any(name.startswith("standfirst") for name in names) and not (
                    path.is_relative_to(PACKAGE / "web" / "commands") or function.name == "ready"
                ):
                    hidden.append(f"{shown(path)}:{node.lineno}")
    assert hidden == []


def is_float(node: ast.AST) -> TypeGuard[ast.expr]:
    constant = isinstance(node, ast.Constant) and isinstance(node.value, float)
    return constant or (isinstance(node, ast.Name) and node.id == "float")


def test_funding_knows_no_float() -> None:
    floats = []
    for path in (PACKAGE / "funding").rglob("*.py"):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        floats += [f"{shown(path)}:{node.lineno}" for node in ast.walk(parsed(path)) if is_float(node)]
    assert floats == []


def test_nothing_is_left_for_later_in_a_comment() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    left = [
        f"{shown(path)}: {word}" for path in modules() for word in words if word in path.read_text(encoding="utf-8")
    ]
    assert left == []


def test_no_machine_specific_path_is_committed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    words = ("/ro" + "ot/", "/wo" + "rk/", "py" + "env/versions")
    found = [
        name
        for name in tracked
        if not name.endswith(".lock") and (ROOT / name).is_file()
        for word in words
        if word.encode() in (ROOT / name).read_bytes()
    ]
    assert found == []
