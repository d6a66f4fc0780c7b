"""What this process keeps in memory: pages with holes, fragments, and what each of them shows.

Invalidation and rendering race: a render that began before a change and ends after the news
of it would be kept although it is old. So the store counts its invalidations, remembers the
count at which each key was last touched, and keeps nothing whose keys were touched since the
render began.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from standfirst.delivery import fragments
from standfirst.delivery.caching import Headers
from standfirst.delivery.encoding import GZIP, IDENTITY
from standfirst.delivery.fragments import Rendered
from standfirst.delivery.kept import Joining, KeptFragment, KeptPage, Part, composed, part_of
from standfirst.kit import clock

log = logging.getLogger(__name__)

KEYS_REMEMBERED_MAX = 100_000  # touched keys; above, everything being rendered counts as old
EMPTY_SECONDS = 2  # how long the place of a fragment that failed stays empty before it is tried again
FRAGMENT_OVERHEAD_BYTES = 1_024  # of Python's own objects around a kept fragment, measured
CHEAP_CODINGS = frozenset({GZIP, IDENTITY})  # in which a page is joined without compressing anything
FOREVER = float("inf")
NOW = "now"  # the hole that takes the number of the last change that the page has followed
PAGE_OVERHEAD_BYTES = 4_096  # of Python's own objects around a kept page, measured


@dataclass(frozen=True, slots=True)
class Began:
    """When a page began to be made. It has every commit before ``at`` and every change up to ``position`` in it."""

    at: float  # on the monotonic clock
    position: int
    mark: int


class Store:
    """The pages and fragments of one process. All methods may be called from any thread."""

    def __init__(self, *, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes_held = 0
        self.pages: OrderedDict[str, KeptPage] = OrderedDict()
        # The last change that was followed; a page says it where it has the hole ``now``.
        self.position: Callable[[], int] = lambda: 0
        self.render: Callable[[Iterable[str]], Mapping[str, Rendered]] = fragments.render
        # Headers by which a CDN that is configured can be told to drop what shows these keys.
        self.tags: Callable[[frozenset[str]], Headers] | None = None
        self._lock = threading.RLock()
        self._turns: dict[str, threading.Lock] = {}
        self._fragments: OrderedDict[str, KeptFragment] = OrderedDict()
        self._unheld: OrderedDict[str, None] = OrderedDict()  # fragments of no kept page: the first to go
        self._fragments_showing: dict[str, set[str]] = {}
        self._pages_showing: dict[str, set[str]] = {}
        self._pages_holding: dict[str, set[str]] = {}
        self._touched_at: dict[str, int] = {}
        self._count = 0
        self._floor = 0

    def mark(self) -> int:
        """Return the count of invalidations; take it before a render begins."""
        with self._lock:
            return self._count

    def begin(self) -> Began:
        """Note what a page that is made from now on will at least have in it."""
        position = self.position()  # before the mark: what was followed until here was forgotten before
        return Began(time.monotonic(), position, self.mark())

    def _touched_since(self, keys: Iterable[str], mark: int) -> bool:
        return self._floor > mark or any(self._touched_at.get(key, 0) > mark for key in keys)

    # Fragments

    def fragments(self, names: Iterable[str]) -> dict[str, KeptFragment]:
        """Return those of the fragments that exist, as they are now; what is missing is rendered."""
        names = list(dict.fromkeys(names))
        found = self._fresh(names)
        missing = [name for name in names if name not in found]
        return found | self._rendered(missing) if missing else found

    def _fresh(self, names: Iterable[str]) -> dict[str, KeptFragment]:
        now = clock.seconds()
        with self._lock:
            kept = {name: self._fragments.get(name) for name in names}
            return {name: each for name, each in kept.items() if each is not None and each.expires_at > now}

    def _rendered(self, names: list[str]) -> dict[str, KeptFragment]:
        # Many pages share a fragment: one thread renders it, the others wait for their turn and find it kept.
        with self._lock:
            turn = self._turns.setdefault(names[0], threading.Lock())
        with turn:
            found = self._fresh(names)
            mark = self.mark()
            missing = [name for name in names if name not in found]
            for name, each in self._render(missing).items() if missing else ():
                found[name] = self._keep_fragment(name, each, mark)
        with self._lock:
            self._turns.pop(names[0], None)
        return found

    def _render(self, names: list[str]) -> Mapping[str, Rendered]:
        """Render fragments; if one cannot be, its place stays empty for a moment and the page stands."""
        try:
            return self.render(names)
        except Exception:
            log.exception("fragments could not be rendered: %s", ", ".join(names))
            soon = clock.now() + timedelta(seconds=EMPTY_SECONDS)
            return {name: Rendered("", expires_at=soon) for name in names}

    def _keep_fragment(self, name: str, rendered: Rendered, mark: int) -> KeptFragment:
        kept = self._whole(rendered)
        with self._lock:
            if self._touched_since(kept.keys, mark):
                return kept
            self._drop_fragment(name)
            self._fragments[name] = kept
            self.bytes_held += FRAGMENT_OVERHEAD_BYTES + kept.part.size
            for key in kept.keys:
                self._fragments_showing.setdefault(key, set()).add(name)
            if name not in self._pages_holding:
                self._unheld[name] = None
            self._make_room()
        return kept

    def _whole(self, rendered: Rendered) -> KeptFragment:
        """Fill the holes of a fragment that has some: it then shows what they show, too."""
        html, keys, until = rendered.html.encode(), rendered.keys, timestamp(rendered.expires_at)
        pieces, holes = fragments.split(html)
        if holes:
            html, inner = self._join(pieces, holes, self.position())
            keys = keys.union(*(each.keys for each in inner.values()))
            until = min([until, *(each.expires_at for each in inner.values())])
        return KeptFragment(part_of(html), keys, until)

    def _drop_fragment(self, name: str) -> None:
        kept = self._fragments.pop(name, None)
        if kept is not None:
            self._unheld.pop(name, None)
            self.bytes_held -= FRAGMENT_OVERHEAD_BYTES + kept.part.size
            _forget(self._fragments_showing, kept.keys, name)
            self._outdate(self._pages_holding.get(name, ()))

    def filled(self, body: bytes, *, position: int) -> bytes:
        """Return ``body``, which was made after the change ``position`` was followed, with its holes filled."""
        pieces, holes = fragments.split(body)
        return self._join(pieces, holes, position)[0] if holes else body

    def _join(self, pieces: list[bytes], holes: list[str], position: int) -> tuple[bytes, dict[str, KeptFragment]]:
        filled = self.fragments(name for name in holes if name != NOW)
        html = {name: each.part.html for name, each in filled.items()}
        return b"".join(interleaved(pieces, holes, html | {NOW: str(position).encode()})), filled

    # Pages

    def renew(self, key: str, page: KeptPage, *, began: Began, codings: Iterable[str]) -> Joining:
        """Fill the holes of ``page`` as they are now, keep the result under ``key``, and return it.

        ``page`` was kept when it ``began`` or rendered since. If it shows what was touched meanwhile, it is
        kept all the same, as a version that is behind. The variants ``codings`` are made here.
        """
        filled = self.fragments(name for name in page.holes if name != NOW)
        return self._renewed(key, page, filled, began, codings)

    def renew_at_once(self, key: str, page: KeptPage, *, began: Began, codings: Iterable[str]) -> Joining | None:
        """Do the same if nothing has to be rendered or compressed for it; None if something has to."""
        if not CHEAP_CODINGS.issuperset(codings):
            return None
        wanted = {name for name in page.holes if name != NOW}
        filled = self._fresh(wanted)
        return self._renewed(key, page, filled, began, codings) if len(filled) == len(wanted) else None

    def _renewed(
        self, key: str, page: KeptPage, filled: Mapping[str, KeptFragment], began: Began, codings: Iterable[str]
    ) -> Joining:
        between = {name: each.part for name, each in filled.items()} | {NOW: _numbered(began.position)}
        parts = interleaved(page.pieces, page.holes, between)
        until = min([page.expires_at, *[each.expires_at for each in filled.values()]])
        joining = Joining([part.html for part in parts], page.headers, until, began.at, began.position)
        joining.size_of_fragments = sum([len(each.part.html) for each in filled.values()])
        if self.tags is not None and (tags := self.tags(page.keys.union(*[each.keys for each in filled.values()]))):
            joining.headers, joining.tagged = page.headers + tags, True
        for coding in set(codings):
            if coding == GZIP:
                joining.variants[coding] = composed(parts, joining.headers)
            else:
                joining.pack(coding)
        with self._lock:
            self._take(key, page, joining, filled, began.mark)
        return joining

    def _take(self, key: str, page: KeptPage, joining: Joining, filled: Mapping[str, KeptFragment], mark: int) -> None:
        older = self.pages.get(key)
        if older is not page:
            if PAGE_OVERHEAD_BYTES + page.size_of_pieces + joining.size > self.bytes_max // 8:
                return
            if self._touched_since(page.keys, mark):
                page.age()
            if older is not None:
                page.succeed(older)
            self._put(key, page)
        complete = not page.aged and all(self._fragments.get(name) is each for name, each in filled.items())
        page.take(joining, missing_since=0.0 if complete else joining.began_at)
        self._resize(page, PAGE_OVERHEAD_BYTES + page.size_of_pieces + joining.size)
        self._make_room()

    def _put(self, key: str, page: KeptPage) -> None:
        self.drop_page(key)
        self.pages[key] = page
        for shown in page.keys:
            self._pages_showing.setdefault(shown, set()).add(key)
        for name in page.holes:
            self._pages_holding.setdefault(name, set()).add(key)
            self._unheld.pop(name, None)

    def grew(self, key: str, page: KeptPage, extra_bytes: int) -> None:
        """Count the bytes of a variant that was added to a kept page, or became smaller."""
        with self._lock:
            if self.pages.get(key) is page:
                self._resize(page, page.size + extra_bytes)
                self._make_room()

    def _resize(self, page: KeptPage, size: int) -> None:
        self.bytes_held += size - page.size
        page.size = size

    def _make_room(self) -> None:
        while self.bytes_held > self.bytes_max and (self._unheld or len(self.pages) > 1):
            if self._unheld:
                self._drop_fragment(next(iter(self._unheld)))
            else:
                self._pass_or_drop(*next(iter(self.pages.items())))

    def _pass_or_drop(self, key: str, page: KeptPage) -> None:
        # Second chance instead of strict LRU: a hit then only counts and takes no lock.
        if page.hits != page.hits_seen:
            page.hits_seen = page.hits
            self.pages.move_to_end(key)
        else:
            self.drop_page(key)

    def drop_page(self, key: str) -> None:
        """Remove a page."""
        with self._lock:
            page = self.pages.pop(key, None)
            if page is not None:
                self.bytes_held -= page.size
                _forget(self._pages_showing, page.keys, key)
                _forget(self._pages_holding, page.holes, key)
                for name in page.holes:
                    if name in self._fragments and name not in self._pages_holding:
                        self._unheld[name] = None

    # Invalidation

    def forget(self, keys: Iterable[str]) -> None:
        """Take back what shows any of ``keys``."""
        with self._lock:
            self._count += 1
            for key in keys:
                self._touched_at[key] = self._count
                for name in tuple(self._fragments_showing.get(key, ())):
                    self._drop_fragment(name)
                for page in self._pages_showing.get(key, ()):
                    self.pages[page].age()
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

    def _outdate(self, pages: Iterable[str]) -> None:
        for key in pages:
            self.pages[key].fall_behind()


def interleaved[T](pieces: Sequence[T], holes: Iterable[str], filled: Mapping[str, T]) -> list[T]:
    """Return the pieces with the fragments between them; a fragment that does not exist leaves nothing."""
    parts = [pieces[0]]
    for name, piece in zip(holes, pieces[1:], strict=True):
        if name in filled:
            parts.append(filled[name])
        parts.append(piece)
    return parts


@lru_cache(maxsize=8)
def _numbered(position: int) -> Part:
    """Return what stands in the hole ``now``: many pages are joined between two changes."""
    return part_of(str(position).encode())


def timestamp(moment: datetime | None) -> float:
    """Return ``moment`` in seconds since the epoch; what never expires does so at infinity."""
    return FOREVER if moment is None else moment.timestamp()


def _forget[K, V](index: dict[K, set[V]], keys: Iterable[K], value: V) -> None:
    for key in keys:
        held = index.get(key)
        if held is not None:
            held.discard(value)
            if not held:
                del index[key]


BYTES_MAX = 64 * 1024 * 1024  # until the application sets what the host has chosen

store = Store(bytes_max=BYTES_MAX)
