"""The outermost ASGI callable: kept pages are answered here, before any view is called."""

import asyncio
import logging
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from standfirst.delivery import caching, fragments
from standfirst.delivery.backend import Answer, BackendGone, Scope
from standfirst.delivery.caching import Headers
from standfirst.delivery.encoding import negotiate
from standfirst.delivery.kept import Joining, KeptPage, Variant, parts_of, repacked
from standfirst.delivery.pages import OWN_WRITE_COOKIE
from standfirst.delivery.passing import RETRY_AFTER_SECONDS, Passing, Receive, Send
from standfirst.delivery.purge import Cdn
from standfirst.delivery.store import FOREVER, Began, Store
from standfirst.delivery.watch import Watcher
from standfirst.kit import clock

QUERY_LENGTH_MAX = 300  # bytes; a longer one is no address of ours
PATH_LENGTH_MAX = 400

_OWN_WRITE = OWN_WRITE_COOKIE.encode() + b"="
REFRESH_AFTER_SECONDS = (
    0.1  # in a storm: early enough to be done within the bound, late enough to take changes together
)
HOT_HITS = 300  # a page that was sent so often…
HOT_AFTER_SECONDS = 5.0  # …and has not changed for so long is worth packing better


_MADE_HERE = frozenset({b"cache-control", b"vary", b"content-length", b"etag"})
UNAVAILABLE: Headers = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"retry-after", RETRY_AFTER_SECONDS),
]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Figures:
    """What the front has done since the process began."""

    answered: int = 0  # from a stored page
    rendered: int = 0  # pages rendered by a view
    joined: int = 0  # pages put together, whether or not they were rendered for it


@dataclass(slots=True)
class Asked:
    """A request, and what the front needs to know of it."""

    scope: Scope
    send: Send
    key: str
    at: float  # seconds since the epoch, asked once
    accepts: bytes = b""
    knows: bytes = b""
    wrote: int = 0


@dataclass(slots=True)
class Produced:
    """The outcome of a render that several requests waited for; ``joining`` is None if it must not be shared."""

    joining: Joining | None
    page: KeptPage | None = None
    status: int = 200

    def serves(self, arrived_at: float, wrote: int) -> bool:
        """Say whether a request of that moment may be answered with it.

        What began later has every change that the request can know of. What was under way already
        may miss some: no more than the bound allows, and never the change ``wrote``.
        """
        joining, page = self.joining, self.page
        if joining is None or joining.began_at >= arrived_at:
            return True
        return page is not None and page.joining is joining and page.tolerable() and joining.position >= wrote


class Front:
    """Answers kept pages from memory; hands everything else on."""

    def __init__(self, passing: Passing, store: Store, watcher: Watcher) -> None:
        self.passing = passing
        self.store = store
        self.watcher = watcher
        self.cdn: Cdn | None = None
        self.figures = Figures()
        self._own = own_origin()
        self._under_way: dict[str, asyncio.Future[Produced]] = {}
        self._packing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"} or "?" in scope["path"]:  # an escaped one is no query
            await self.passing.serve(scope, receive, send)
            return
        asked = _asked(scope, send)
        page = self.store.pages.get(asked.key)
        if asked.wrote > self.watcher.reached:
            await self.passing.in_thread(self.watcher.follow)
            asked.wrote = min(asked.wrote, self.watcher.reached)  # the cookie names no change of the future
        now = asked.at
        if page is None:
            await self._miss(asked, receive)
        elif joining := page.current(now):
            await self._send_page(asked, page, joining)
        elif joining := page.previous(now, asked.wrote):
            self._refresh(asked, page)
            await self._send_page(asked, page, joining)
        elif joining := self._joined_at_once(asked, page):
            await self._send_page(asked, page, joining)
        else:
            await self._miss(asked, receive)

    def _joined_at_once(self, asked: Asked, page: KeptPage) -> Joining | None:
        """Join a page of which a fragment has changed that was rendered since: too little work to send to a thread."""
        if asked.key in self._under_way or not page.usable(asked.at):
            return None
        began = self.store.begin()
        codings = _codings(negotiate(asked.accepts), page)
        joining = self.store.renew_at_once(asked.key, page, began=began, codings=codings)
        self.figures.joined += joining is not None
        return joining

    async def _send_page(self, asked: Asked, page: KeptPage, joining: Joining) -> None:
        variant, added = joining.variant(asked.accepts)
        if added and page.joining is joining:
            self.store.grew(asked.key, page, added)
        joining.hits += 1
        self.figures.answered += 1
        if joining.hits == HOT_HITS:
            asyncio.get_running_loop().call_later(HOT_AFTER_SECONDS, self._pack_better, asked.key, joining)
        more = self._lifetime(joining) if self.cdn is not None and not page.behind_since else None
        await send_variant(asked, variant, expires_at=joining.until, more=more)

    def _lifetime(self, joining: Joining) -> Headers | None:
        """Return how long a CDN may keep a page: not long if this process may not have heard of a change."""
        if self.cdn is None or not joining.tagged or not self.watcher.certain():
            return None
        return self.cdn.lifetime_headers(joining.until - clock.seconds() - caching.LAST_SECONDS)

    async def _miss(self, asked: Asked, receive: Receive) -> None:
        arrived_at = time.monotonic()
        if asked.key not in self.store.pages and not _may_be_kept(asked.scope):
            await self.passing.serve(asked.scope, receive, asked.send)
            return
        produced = await self._produced(asked)
        if not produced.serves(arrived_at, asked.wrote):
            produced = await self._produced(asked)
        joining, page = produced.joining, produced.page
        if joining is None:
            await self.passing.serve(asked.scope, receive, asked.send)
        elif produced.status == 200 and page is not None:
            await self._send_page(asked, page, joining)
        elif produced.status >= 500 and (good := self._still_good(asked.key)):
            await send_variant(asked, good.variant(asked.accepts)[0], expires_at=good.until)
        else:
            await send_variant(asked, joining.variant(asked.accepts)[0], status=produced.status)

    def _still_good(self, key: str) -> Joining | None:
        """Return the previous version while no new one can be made, unless its date is over."""
        page = self.store.pages.get(key)
        joining = page.joining if page is not None else None
        return joining if joining is not None and joining.until > clock.seconds() else None

    def _refresh(self, asked: Asked, page: KeptPage) -> None:
        """Begin to bring a page up to date that is served as it was meanwhile."""
        if time.monotonic() - page.behind_since >= REFRESH_AFTER_SECONDS and asked.key not in self._under_way:
            self._begin(asked)

    async def _produced(self, asked: Asked) -> Produced:
        """Render a page once, however many ask for it meanwhile."""
        return await asyncio.shield(self._under_way.get(asked.key) or self._begin(asked))

    def _begin(self, asked: Asked) -> asyncio.Future[Produced]:
        key, coding = asked.key, negotiate(asked.accepts)
        under_way = asyncio.ensure_future(self.passing.for_page(self._produce, dict(asked.scope), key, coding))
        self._under_way[key] = under_way

        def done(future: asyncio.Future[Produced]) -> None:
            del self._under_way[key]
            if not future.cancelled() and (error := future.exception()):
                log.error("%s could not be made", key, exc_info=error)

        under_way.add_done_callback(done)
        return under_way

    # In a thread

    def _produce(self, scope: Scope, key: str, coding: str) -> Produced:
        began = self.store.begin()
        page = self.store.pages.get(key)
        codings = _codings(coding, page)
        self.figures.joined += 1
        if page is not None and page.usable(clock.seconds()):
            joining = self.store.renew(key, page, began=began, codings=codings)
            return Produced(joining, page)
        self.figures.rendered += 1
        try:
            produced = self._page_of(self.passing.backend.answer(self._anonymous(scope), None), began)
        except BackendGone:
            return Produced(Joining([b"web.unavailable"], UNAVAILABLE, FOREVER, began.at), status=503)
        if produced.page is not None:
            produced.joining = self.store.renew(key, produced.page, began=began, codings=codings)
        elif produced.status < 500:
            self.store.drop_page(key)  # it is gone, or leads elsewhere: nothing old of it may come back
        return produced

    def _page_of(self, answer: Answer, began: Began) -> Produced:
        if answer.file is not None or answer.sets_cookie:
            return Produced(None)
        headers = [(name, value) for name, value in answer.headers if name not in _MADE_HERE]
        if answer.shown is None:
            body = self.store.filled(answer.body, position=began.position)
            return Produced(Joining([body], caching.never(headers), FOREVER, began.at), status=answer.status)
        pieces, holes = fragments.split(answer.body)
        return Produced(
            None, KeptPage(parts_of(*pieces), holes, answer.shown, answer.expires_at, caching.shared(headers))
        )

    def _anonymous(self, scope: Scope) -> Scope:
        """Return the request without what differs between readers; a page is made under the site's own name."""
        scheme, host = self._own
        return scope | {"method": "GET", "scheme": scheme, "headers": [(b"host", host)], "client": None}

    def _pack_better(self, key: str, joining: Joining) -> None:
        """Have the variants of a page that many ask for packed as small as can be, one page at a time."""
        page = self.store.pages.get(key)
        if page is not None and page.current(clock.seconds()) is joining and self._packing is None:
            self._packing = asyncio.ensure_future(self._pack(key, page, joining))

    async def _pack(self, key: str, page: KeptPage, joining: Joining) -> None:
        try:
            for coding, variant in tuple(joining.variants.items()):
                better = await asyncio.to_thread(repacked, joining, variant, coding)
                if page.joining is not joining or page.behind_since:
                    return
                if len(better.body) < len(variant.body):
                    joining.variants[coding] = better
                    self.store.grew(key, page, len(better.body) - len(variant.body))
        finally:
            self._packing = None


def _codings(asked: str, page: KeptPage | None) -> set[str]:
    """Return the encodings that a page is made in: the one that is asked for, and those that were before."""
    return {asked} if page is None or page.joining is None else {asked, *page.joining.variants}


def own_origin() -> tuple[str, bytes]:
    """Return scheme and host of the site's own address."""
    parts = urlsplit(settings.STANDFIRST.url)
    return parts.scheme, parts.netloc.encode("ascii")


async def send_variant(
    asked: Asked, variant: Variant, *, status: int = 200, expires_at: float = FOREVER, more: Headers | None = None
) -> None:
    """Send a variant, or 304 if the client has it, or its headers for HEAD."""
    unchanged = asked.knows and status == 200 and variant.known_by(asked.knows)
    headers = variant.headers_unchanged if unchanged else variant.headers
    if expires_at - asked.at < caching.LAST_SECONDS:
        headers = caching.last(headers)
    if more:
        headers = headers + more
    await asked.send({"type": "http.response.start", "status": 304 if unchanged else status, "headers": headers})
    body = b"" if unchanged or asked.scope["method"] == "HEAD" else variant.body
    await asked.send({"type": "http.response.body", "body": body})


def _asked(scope: Scope, send: Send) -> Asked:
    path, query = scope["path"], scope["query_string"]
    asked = Asked(scope, send, f"{path}?{query.decode('latin-1')}" if query else path, clock.seconds())
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            asked.accepts = value
        elif name == b"if-none-match":
            asked.knows = value
        elif name == b"cookie" and _OWN_WRITE in value:
            digits = value.partition(_OWN_WRITE)[2].partition(b";")[0]
            asked.wrote = int(digits) if digits.isdigit() and len(digits) < 19 else 0
    return asked


def _may_be_kept(scope: Scope) -> bool:
    """Say whether the address leads to a view whose page is the same for everybody."""
    query = scope["query_string"]
    if len(scope["path"]) > PATH_LENGTH_MAX or len(query) > QUERY_LENGTH_MAX:
        return False
    try:
        view = resolve(scope["path"]).func
    except Resolver404:
        return False
    if getattr(view, "page_kind", "") != "stored":
        return False
    given = parse_qsl(query.decode("latin-1"))
    names = {name for name, _ in given}
    return (
        len(names) == len(given) and names <= getattr(view, "known_query", frozenset()) and _as_we_write(given, query)
    )


def _as_we_write(given: list[tuple[str, str]], query: bytes) -> bool:
    """Say whether a query is written as our links write it; the same one can be written in endless other ways."""
    return query.decode("latin-1") in {urlencode(given), urlencode(given, safe=":")}
