"""The sample's texts as they lie in ``content/``: read, and turned into the blocks of a story's body.

A story is a file with a head in TOML between two lines of ``+++`` and a text in Markdown.
Beyond Markdown it knows these lines, each a paragraph of its own:

    @picture name | width | caption here      @gallery name, name, name
    @pull sentence | who said it              @related file of an older story
    @embed address | title | caption          @support sentence
    @campaign its short name | sentence

A quotation's last line may begin with a dash: it says whose words they are. In a table a
column that is aligned to the right holds numbers.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

CONTENT = Path(__file__).resolve().parent / "content"
FENCE = "+++\n"

type Block = dict[str, Any]
type Numbers = Mapping[str, int]

_markdown = MarkdownIt("commonmark", {"html": False})


class BadContent(Exception):
    """A file of the sample does not hold what it should; the message names it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A file of ``content/``: its name without ending, its head, and its Markdown."""

    slug: str
    head: dict[str, Any]
    markdown: str


def table_of(name: str) -> dict[str, Any]:
    """Return the TOML file ``name``, such as ``gifts.toml``."""
    return tomllib.loads((CONTENT / name).read_text(encoding="utf-8"))


def texts_in(folder: str) -> list[Text]:
    """Return the texts of a folder, by name. BadContent if one has no head."""
    return [_text(path) for path in sorted((CONTENT / folder).glob("*.md"))]


def blocks_of(markdown: str, *, pictures: Numbers, stories: Numbers) -> list[Block]:
    """Return a body in the form in which it is stored. BadContent for a name or a line that is unknown."""
    found: list[Block] = []
    for chunk in markdown.strip().split("\n\n"):
        block = _block(chunk.strip(), pictures, stories)
        if block["type"] == "text" and found and found[-1]["type"] == "text":
            found[-1]["value"] += block["value"]
        else:
            found.append(block)
    return found


def _text(path: Path) -> Text:
    raw = path.read_text(encoding="utf-8")
    start, head, markdown = raw.split(FENCE, 2) if raw.count(FENCE) > 1 else ("?", "", "")
    if start:
        raise BadContent(f"{path.name} does not begin with a head between two lines of +++")
    return Text(slug=path.stem, head=tomllib.loads(head), markdown=markdown)


def _block(chunk: str, pictures: Numbers, stories: Numbers) -> Block:
    if chunk.startswith("@"):
        return _directive(chunk, pictures, stories)
    if chunk.startswith("## "):
        return {"type": "heading", "value": {"text": chunk[3:], "level": "2"}}
    if chunk.startswith("> "):
        return _quotation(chunk)
    if chunk.startswith("|"):
        return _table(chunk)
    return {"type": "text", "value": _markdown.render(chunk).strip()}


def _directive(line: str, pictures: Numbers, stories: Numbers) -> Block:
    name, _, rest = line[1:].partition(" ")
    first, second, third = ([part.strip() for part in rest.split("|")] + ["", ""])[:3]
    makers: dict[str, Callable[[], Block]] = {
        "picture": lambda: {"type": "picture", "value": _picture(first, second, third, pictures)},
        "gallery": lambda: _gallery(rest, pictures),
        "pull": lambda: {"type": "pull_quote", "value": {"text": first, "source": second}},
        "related": lambda: {"type": "related_story", "value": {"story": _number(first, stories)}},
        "embed": lambda: {"type": "embed", "value": {"url": first, "title": second, "caption": third}},
        "campaign": lambda: {"type": "campaign", "value": {"campaign": first, "text": second}},
        "support": lambda: {"type": "support_call", "value": {"text": rest}},
    }
    if name not in makers:
        raise BadContent(f"no line begins with @{name}")
    return makers[name]()


def _picture(name: str, width: str, caption: str, pictures: Numbers) -> Block:
    place = {"image": _number(name, pictures), "alt_text": pictures_words()[name]["alt"], "decorative": False}
    return {"picture": place, "caption": caption, "width": width or "text"}


def _gallery(names: str, pictures: Numbers) -> Block:
    shown = [_picture(name.strip(), "", "", pictures) for name in names.split(",")]
    return {"type": "gallery", "value": {"pictures": [{"type": "item", "value": each} for each in shown]}}


def pictures_words() -> dict[str, dict[str, str]]:
    """Return what stands beside each picture: title, alt and caption by the picture's name."""
    return {name: words for name, words in table_of("pictures.toml").items() if isinstance(words, dict)}


def _number(name: str, numbers: Numbers) -> int:
    if name not in numbers:
        raise BadContent(f"nothing is called {name!r}, or it comes later")
    return numbers[name]


def _quotation(chunk: str) -> Block:
    lines = [line.removeprefix(">").strip() for line in chunk.splitlines()]
    source = lines.pop().removeprefix("—").strip() if lines[-1].startswith("—") else ""
    text = _markdown.render("\n".join(lines)).strip()
    return {"type": "quotation", "value": {"text": text, "source": source, "source_url": ""}}


def _table(chunk: str) -> Block:
    heading, rule, *rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in chunk.splitlines()
    ]
    kinds = ["number" if cell.endswith(":") else "text" for cell in rule]
    columns = [{"type": kind, "heading": name} for kind, name in zip(kinds, heading, strict=True)]
    values = [
        {"values": [cell if kind == "number" else f"<p>{_markdown.renderInline(cell)}</p>" for kind, cell in pairs]}
        for pairs in ([*zip(kinds, row, strict=True)] for row in rows)
    ]
    return {"type": "table", "value": {"columns": columns, "rows": values, "caption": ""}}
