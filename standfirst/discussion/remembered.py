"""The HTML of comments, remembered: in a storm a thread is rendered again for every comment that is new.

``discussion/_comment.html`` is given a ``ShownComment`` and whether its thread is open, and nothing
else. Both are part of the key, with language and time zone; so a vote, a change or an answer asks
under another key, and what was remembered before is never found again.
"""

import sys
import threading
from collections import OrderedDict

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from standfirst.discussion.shown import ShownComment

BYTES_MAX = 8 * 1024 * 1024  # of a process: the first pages of some fifty threads
COPIES = 2  # a comment's words are held in the HTML and in the key

type Key = tuple[ShownComment, bool, str, str]


class Memory:
    """As many comments as fit into ``bytes_max``; what was asked for longest ago goes first. For any thread."""

    def __init__(self, *, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes_held = 0
        self._held: OrderedDict[Key, SafeString] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> SafeString | None:
        """Return the HTML that is remembered under ``key``."""
        with self._lock:
            html = self._held.get(key)
            if html is not None:
                self._held.move_to_end(key)
            return html

    def keep(self, key: Key, html: SafeString) -> None:
        """Remember ``html``, and forget what there is no room for any more."""
        with self._lock:
            if key not in self._held:
                self._held[key] = html
                self.bytes_held += _size(html)
            while self.bytes_held > self.bytes_max:
                _key, gone = self._held.popitem(last=False)
                self.bytes_held -= _size(gone)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self.bytes_held = 0


def html(comment: ShownComment, *, is_open: bool) -> SafeString:
    """Return ``comment`` and the answers below it as HTML, in the current language and time zone."""
    key = (comment, is_open, get_language() or "", get_current_timezone_name())
    found = memory.get(key)
    if found is None:
        found = _rendered(comment, is_open=is_open)
        if not settings.DEBUG:  # where templates change while the process runs
            memory.keep(key, found)
    return found


def _rendered(comment: ShownComment, *, is_open: bool) -> SafeString:
    # Numbers are ids, levels and votes: written as digits, which takes a tenth off the whole.
    context = Context({"comment": comment, "is_open": is_open}, use_l10n=False)
    html: SafeString = get_template("discussion/_comment.html").template.render(context)  # type: ignore[attr-defined]
    return html


def _size(html: SafeString) -> int:
    return COPIES * sys.getsizeof(html)


memory = Memory(bytes_max=BYTES_MAX)
