"""A table as the desk's table block, where nothing of it would be lost."""

from collections.abc import Sequence
from typing import Any

from bs4 import Tag

from standfirst.importers.wordpress import markup

COLUMNS_MAX = 30  # wider ones cannot be edited on the desk
ROWS_MAX = 500
CAPTION_LENGTH_MAX = 255


def table_value(table: Tag) -> dict[str, Any] | None:
    """Return the block's value for ``table``; None if it has joined cells, row headings or more than text."""
    rows = table.find_all("tr")
    caption = table.find("caption")
    words = markup.words(caption.children) if caption is not None else ""
    cells = [row.find_all(["td", "th"], recursive=False) for row in rows]
    if not _is_simple(table, cells) or len(words) > CAPTION_LENGTH_MAX:
        return None
    heading = cells[0] if all(cell.name == "th" for cell in cells[0]) or rows[0].find_parent("thead") else []
    texts = cells[1:] if heading else cells
    if any(cell.name == "th" for row in texts for cell in row):
        return None
    width = max(len(row) for row in cells)
    headings = [markup.words([cell]) for cell in heading]
    return {
        "columns": [{"type": "text", "heading": text} for text in _padded(headings, width)],
        "rows": [{"values": _padded([_rich(cell) for cell in row], width)} for row in texts],
        "caption": words,
    }


def _is_simple(table: Tag, cells: Sequence[Sequence[Tag]]) -> bool:
    if not cells or not all(cells) or len(cells) > ROWS_MAX or max(map(len, cells)) > COLUMNS_MAX:
        return False
    if table.find("table") is not None:
        return False
    return not any(_joined(cell) or markup.losses(cell) - {"td", "th"} for row in cells for cell in row)


def _joined(cell: Tag) -> bool:
    return any(str(cell.get(name) or "1") != "1" for name in ("colspan", "rowspan"))


def _rich(cell: Tag) -> str:
    if cell.find(["p", "ul", "ol"]) is not None:
        return markup.rich(cell.decode_contents())
    return markup.rich(f"<p>{cell.decode_contents().strip()}</p>") if markup.words([cell]) else ""


def _padded(values: list[str], width: int) -> list[str]:
    return [*values, *([""] * (width - len(values)))]
