"""Questions about a passage, as WordPress' plugin for inline feedback writes them, carried through the HTML of a body.

``[wpdiscuz-feedback id="x" question="…" opened="0"]passage[/wpdiscuz-feedback]`` becomes a link to an address that
exists nowhere, which survives whatever tidies the HTML; in the finished text it becomes the mark of a question, and
anywhere else its passage alone.
"""

import html
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from standfirst.stories.passages.marks import opening_tag, usable_mark, usable_text

SHORTCODE = "wpdiscuz-feedback"
ID_LENGTH_MAX = 80  # characters; the plugin's own have 15
_ADDRESS = "https://question.invalid/"
_LINK = re.compile(rf'<a[^<>]*\bhref="({re.escape(_ADDRESS)}[^"]*)"[^<>]*>(.*?)</a>', re.DOTALL)


def mark_of(item: str, feedback_id: str) -> str:
    """Return the mark of the question ``feedback_id`` of an item: at each import the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{SHORTCODE}/{item}/{feedback_id}"))


def link(named: Mapping[str, str], passage: str, item: str) -> str:
    """Return the shortcode as a link that carries it; the passage alone if it asks nothing."""
    feedback_id, text = named.get("id", "")[:ID_LENGTH_MAX], usable_text(html.unescape(named.get("question", "")))
    if not feedback_id or not text or not passage.strip():
        return passage
    query = urlencode({"question": text, "opened": named.get("opened", "0")})
    return f'<a href="{html.escape(f"{_ADDRESS}{mark_of(item, feedback_id)}?{query}")}">{passage}</a>'


def settle(blocks: list[dict[str, Any]], note: Callable[[str], None]) -> None:
    """Turn the links in the texts of ``blocks`` into marks, and those elsewhere into their passages."""
    for block in blocks:
        if block["type"] == "text":
            block["value"] = _LINK.sub(_marked, block["value"])
            continue
        settled = _without(block["value"])
        if settled != block["value"]:
            block["value"] = settled
            note("a question about a passage stands where none can be asked; its passage stays")


def _marked(found: re.Match[str]) -> str:
    address = urlsplit(html.unescape(found[1]))
    query = parse_qs(address.query)
    mark, text = usable_mark(address.path.strip("/")), usable_text(query.get("question", [""])[0])
    if not mark or not text:
        return found[2]
    return f"{opening_tag(mark, text, opened=query.get('opened', ['0'])[0] == '1')}{found[2]}</a>"


def _without(value: Any) -> Any:
    if isinstance(value, str):
        return _LINK.sub(r"\2", value)
    if isinstance(value, list):
        return [_without(each) for each in value]
    if isinstance(value, dict):
        return {name: _without(each) for name, each in value.items()}
    return value
