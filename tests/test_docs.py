"""The reference pages, checked against the code. ``bin/docs`` writes their tables anew."""

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import standfirst
from standfirst.kit.errors import all_refusals
from standfirst.web import cli, configuration

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
BEGIN, END = "<!-- made by bin/docs -->\n", "<!-- end -->\n"


def everything_imported() -> None:
    for module in pkgutil.walk_packages(standfirst.__path__, "standfirst."):
        parts = module.name.split(".")
        if not {"tests", "migrations", "testing"} & set(parts) and parts[-1] not in {"__main__", "asgi", "settings"}:
            import_module(module.name)


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def table(*head: str, rows: list[str]) -> str:
    return row(*head) + row(*["---"] * len(head)) + "".join(rows)


def settings_table() -> str:
    declared = configuration.read(ROOT / "docs").env.declared.values()
    rows = [
        row(f"`{each.name}`", each.help, each.expected, f"`{each.default}`" if each.default else "")
        for each in declared
    ]
    return table("setting", "what it is for", "expected", "default", rows=rows)


def commands_table() -> str:
    rows = []
    for command in cli.COMMANDS:
        usage = cli.parser_of(command).format_usage().removeprefix("usage: ")
        rows.append(row(f"`{' '.join(usage.split())}`", command.help))
    return table("command", "what it does", rows=rows)


def refusals_table() -> str:
    everything_imported()
    rows = [
        row(f"`{code}`", str(refusal.status), str(refusal.message))
        for code, refusal in all_refusals().items()
        if refusal.__module__.startswith("standfirst.") and ".tests" not in refusal.__module__
    ]
    return table("code", "status", "what the person reads", rows=rows)


def touched_keys() -> dict[str, set[str]]:
    """Every key in a ``touch(…)`` call, as a pattern, with the modules that touch it."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "standfirst").rglob("*.py")):
        if {"tests", "testing", "migrations"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "touch":
                for argument in alternatives(node.args):
                    found.setdefault(pattern_of(argument, module), set()).add(module)
    return found


def alternatives(arguments: list[ast.expr]) -> Iterator[ast.expr]:
    for argument in arguments:
        if isinstance(argument, ast.IfExp):
            yield from alternatives([argument.body, argument.orelse])
        else:
            yield argument


def pattern_of(node: ast.expr, module: str) -> str:
    """Write an argument of ``touch`` as people do: ``story:<pk>``; a name that means a constant as its value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"<{ast.unparse(part.value).rpartition('.')[2]}>"
            for part in node.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        )
    if isinstance(node, ast.Starred):
        return pattern_of(node.value, module)
    try:
        value = eval(compile(ast.Expression(node), module, "eval"), vars(import_module(module)))
    except (NameError, AttributeError, TypeError):
        return ast.unparse(node)
    return value if isinstance(value, str) else ast.unparse(node)


def change_keys_table() -> str:
    rows = [
        row(f"`{key}`", ", ".join(f"`{each}`" for each in sorted(touched_keys()[key])))
        for key in sorted(touched_keys())
    ]
    return table("key", "touched in", rows=rows)


TABLES = {
    "settings.md": settings_table,
    "commands.md": commands_table,
    "refusals.md": refusals_table,
    "change-keys.md": change_keys_table,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_reference_page_says_what_the_code_says(name: str, request: pytest.FixtureRequest) -> None:
    page = REFERENCE / name
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    shown, end, after = rest.partition(END)
    assert begin, f"{name} has no mark where its table begins"
    assert end, f"{name} has no mark where its table ends"
    table = TABLES[name]()

    if request.config.getoption("--write-docs"):
        page.write_text(before + begin + table + end + after, encoding="utf-8")
    else:
        assert shown == table, f"{name} is not up to date: run bin/docs"


@pytest.mark.parametrize("page", [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"], ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))

    lost = [
        link
        for link in links
        if "://" not in link and not link.startswith("mailto:") and not (page.parent / link).exists()
    ]

    assert lost == []


def test_the_settings_page_shows_no_path_of_this_machine() -> None:
    assert str(ROOT) not in (REFERENCE / "settings.md").read_text(encoding="utf-8")


def test_every_command_named_in_the_pages_exists() -> None:
    names = {command.name for command in cli.COMMANDS}
    for page in [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"]:
        text = page.read_text(encoding="utf-8")
        for code in re.findall(r"`(standfirst [^`]+)`|^(standfirst .+)$", text, re.MULTILINE):
            words = " ".join(code).split()
            assert words[1].startswith(("-", "…", "COMMAND")) or words[1] in names, f"{page.name}: {' '.join(words)}"
