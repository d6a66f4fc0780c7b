"""What this process keeps in memory: pages with holes, fragments, and what each of them shows.

Invalidation and rendering race: a render that began before a change and ends after the news
of it would be kept although it is old. So the store counts its invalidations, remembers the
count at which each key was last touched, and keeps nothing whose keys were touched since the
render began.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from standfirst.delivery import fragments
from standfirst.delivery.fragments import Rendered

KEYS_REMEMBERED_MAX = 100_000  # touched keys; above, everything rendered meanwhile counts as old
FRAGMENTS_MAX = 20_000


@dataclass(slots=True)
class KeptFragment:
    """A rendered fragment; ``version`` is new each time it is rendered."""

    html: bytes
    keys: frozenset[str]
    expires_at: float
    version: int


@dataclass(slots=True)
class KeptPage:
    """A page cut at its holes, and its finished variants by encoding."""

    pieces: list[bytes]
    holes: list[str]
    keys: frozenset[str]
    expires_at: float
    headers: list[tuple[bytes, bytes]]
    rendered_at: float
    body: bytes | None = None  # the pieces joined with today's fragments; None when a fragment changed
    body_until: float = 0.0  # when the first of its fragments or the page itself expires
    joined_at: float = 0.0
    stale_since: float | None = None
    variants: dict[str, "Variant"] = field(default_factory=dict)
    size: int = 0


@dataclass(slots=True, frozen=True)
class Variant:
    """Bytes ready to be sent."""

    etag: bytes
    headers: list[tuple[bytes, bytes]]
    headers_not_modified: list[tuple[bytes, bytes]]
    body: bytes


type PageKey = tuple[str, str, str]


class Store:
    """The pages and fragments of one process. All methods may be called from any thread."""

    def __init__(self, *, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes_held = 0
        self._lock = threading.RLock()
        self._rendering: dict[str, threading.Lock] = {}
        self._fragments: OrderedDict[str, KeptFragment] = OrderedDict()
        self.pages: OrderedDict[PageKey, KeptPage] = OrderedDict()
        self._fragments_showing: dict[str, set[str]] = {}
        self._pages_showing: dict[str, set[PageKey]] = {}
        self._pages_holding: dict[str, set[PageKey]] = {}
        self._touched_at: dict[str, int] = {}
        self._count = 0
        self._floor = 0
        self._version = 0

    def mark(self) -> int:
        """Return the count of invalidations; take it before a render begins."""
        with self._lock:
            return self._count

    def _touched_since(self, keys: Iterable[str], mark: int) -> bool:
        return self._floor > mark or any(self._touched_at.get(key, 0) > mark for key in keys)

    # Fragments

    def fragments(self, names: Iterable[str]) -> dict[str, KeptFragment]:
        """Return fragments that are true now, rendering what is missing. NoSuchFragment if one does not exist."""
        names = list(dict.fromkeys(names))
        now = time.time()
        with self._lock:
            found = {name: kept for name in names if (kept := self._fresh_fragment(name, now)) is not None}
        missing = [name for name in names if name not in found]
        if missing:
            found |= self._render_fragments(missing)
        return found

    def _fresh_fragment(self, name: str, now: float) -> KeptFragment | None:
        kept = self._fragments.get(name)
        if kept is None or kept.expires_at <= now:
            return None
        self._fragments.move_to_end(name)
        return kept

    def _render_fragments(self, names: list[str]) -> dict[str, KeptFragment]:
        # One render at a time for a fragment that many pages share; the others wait and find it kept.
        with self._lock:
            turn = self._rendering.setdefault(names[0], threading.Lock())
        with turn:
            now = time.time()
            with self._lock:
                found = {name: kept for name in names if (kept := self._fresh_fragment(name, now)) is not None}
                mark = self._count
            missing = [name for name in names if name not in found]
            for name, rendered in fragments.render(missing).items() if missing else ():
                found[name] = self._keep_fragment(name, rendered, mark)
        with self._lock:
            if not turn.locked():
                self._rendering.pop(names[0], None)
        return found

    def _keep_fragment(self, name: str, rendered: Rendered, mark: int) -> KeptFragment:
        with self._lock:
            self._version += 1
            kept = KeptFragment(rendered.html.encode(), rendered.keys, _stamp(rendered.expires_at), self._version)
            if self._touched_since(kept.keys, mark):
                return kept
            self._drop_fragment(name)
            self._fragments[name] = kept
            for key in kept.keys:
                self._fragments_showing.setdefault(key, set()).add(name)
            while len(self._fragments) > FRAGMENTS_MAX:
                self._drop_fragment(next(iter(self._fragments)))
            return kept

    def _drop_fragment(self, name: str) -> None:
        kept = self._fragments.pop(name, None)
        if kept is not None:
            _forget(self._fragments_showing, kept.keys, name)

    def filled(self, body: bytes) -> bytes:
        """Return ``body`` with its holes filled."""
        pieces, holes = fragments.split(body)
        if not holes:
            return body
        return join(pieces, holes, self.fragments(holes))

    # Invalidation

    def forget(self, keys: Iterable[str]) -> None:
        """Take back what shows any of ``keys``."""
        now = time.time()
        with self._lock:
            self._count += 1
            for key in keys:
                self._touched_at[key] = self._count
                for name in tuple(self._fragments_showing.get(key, ())):
                    self._drop_fragment(name)
                    self._reopen(self._pages_holding.get(name, ()), now)
                for page in tuple(self._pages_showing.get(key, ())):
                    self._age(page, now)
            if len(self._touched_at) > KEYS_REMEMBERED_MAX:
                self._touched_at.clear()
                self._floor = self._count

    def forget_everything(self) -> None:
        """Take back all pages and fragments: news may have been missed."""
        with self._lock:
            self._count += 1
            self._floor = self._count
            for name in tuple(self._fragments):
                self._drop_fragment(name)
            for key in tuple(self.pages):
                self.drop_page(key)

    def _reopen(self, pages: Iterable[PageKey], now: float) -> None:
        for key in pages:
            page = self.pages[key]
            page.body = None
            page.stale_since = page.stale_since or now

    def _age(self, key: PageKey, now: float) -> None:
        page = self.pages[key]
        page.expires_at = 0.0
        page.body = None
        page.stale_since = page.stale_since or now

    def drop_page(self, key: PageKey) -> None:
        """Remove a page."""
        with self._lock:
            page = self.pages.pop(key, None)
            if page is not None:
                self.bytes_held -= page.size
                _forget(self._pages_showing, page.keys, key)
                _forget(self._pages_holding, page.holes, key)


def join(pieces: list[bytes], holes: list[str], filled: Mapping[str, KeptFragment]) -> bytes:
    """Put the fragments between the pieces."""
    parts = [pieces[0]]
    for name, piece in zip(holes, pieces[1:], strict=True):
        parts.append(filled[name].html)
        parts.append(piece)
    return b"".join(parts)


def _stamp(moment: object) -> float:
    return float("inf") if moment is None else moment.timestamp()  # type: ignore[attr-defined, no-any-return]


def _forget[K, V](index: dict[K, set[V]], keys: Iterable[K], value: V) -> None:
    for key in keys:
        held = index.get(key)
        if held is not None:
            held.discard(value)
            if not held:
                del index[key]


store = Store(bytes_max=64 * 1024 * 1024)
