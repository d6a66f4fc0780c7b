"""Marked passages on a story's page: a link that says how many answered, and a question that is open from the start.

Whoever keeps the answers fills the holes; without them, and without scripts, the link leads to the question's page.
"""

import re

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from standfirst.delivery.fragments import hole

# What ``marks.QuestionLink`` writes; no link stands in a link.
_MARKED = re.compile(r'<a data-question="([0-9a-f-]{36})"( data-opened)?>(.*?)</a>', re.DOTALL)
_STRETCH_ENDS = re.compile(r"</p>|</li>")


def with_questions(html: str, story_key: str) -> SafeString:
    """Return a body's ``html`` with its marks completed; without ``story_key`` the passages stand there as text.

    A question stands once: where its passage goes on, the rest leads to it.
    """
    if "data-question=" not in html:
        return SafeString(html)
    if not story_key:
        return SafeString(_MARKED.sub(r"\3", html))
    known: set[str] = set()
    done: list[str] = []
    position = 0
    open_here: list[str] = []
    for found in _MARKED.finditer(html):
        position = _copied(html, position, found.start(), done, open_here)
        mark, opened, passage = found[1], found[2], found[3]
        done.append(_link(story_key, mark, passage, first=mark not in known))
        if opened and mark not in known:
            open_here.append(_panel(story_key, mark))
        known.add(mark)
        position = found.end()
    _copied(html, position, len(html), done, open_here)
    return SafeString("".join(done))


def _copied(html: str, begin: int, end: int, done: list[str], open_here: list[str]) -> int:
    """Copy a stretch of ``html``; what is to be opened goes to the end of its first paragraph or list's item."""
    closing = _STRETCH_ENDS.search(html, begin, end) if open_here else None
    if closing is not None:
        place = closing.end() if closing[0] == "</p>" else closing.start()
        done += [html[begin:place], *open_here]
        open_here.clear()
        begin = place
    done.append(html[begin:end])
    return end


def _link(story_key: str, mark: str, passage: str, *, first: bool) -> str:
    address = reverse("discussion:question", args=[story_key, mark])
    name = f"{story_key}:{mark}"
    if not first:
        return f'<a class="question-mark" href="{address}" rel="nofollow" data-question="{name}">{passage}</a>'
    sign = (
        f'<span class="question-sign" data-live-key="questions:{story_key}"'
        f' data-fragment="question-mark:{name}">{hole(f"question-mark:{name}")}</span>'
    )
    return (
        f'<a class="question-mark" id="question-{mark}" href="{address}" rel="nofollow"'
        f' data-question="{name}">{passage}{sign}</a>'
    )


def _panel(story_key: str, mark: str) -> str:
    name = f"{story_key}:{mark}"
    return (
        f'<aside class="question-panel" data-panel="{name}" aria-label="{_("Question by the author")}">'
        f"{hole(f'question:{name}')}</aside>"
    )
