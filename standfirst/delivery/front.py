"""The outermost ASGI callable: kept pages are answered here, before Django is entered."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from standfirst.delivery import fragments
from standfirst.delivery.encoding import negotiate
from standfirst.delivery.handler import Handler, Receive, Scope, Send, header_list
from standfirst.delivery.kept import Headers, KeptPage, Variant, finished
from standfirst.delivery.pages import OWN_WRITE_COOKIE, Shown
from standfirst.delivery.store import Store, timestamp
from standfirst.delivery.watch import Watcher

QUERY_LENGTH_MAX = 300  # bytes; a longer one is no address of ours
PATH_LENGTH_MAX = 400

# Browsers ask each time and mostly get 304; a proxy may answer for a second, and for a day while we are down.
CACHE_CONTROL = b"public, max-age=0, s-maxage=1, stale-if-error=86400"
_OWN_WRITE = OWN_WRITE_COOKIE.encode() + b"="


@dataclass(slots=True)
class Asked:
    """What the front needs to know of a request."""

    accepts: bytes = b""
    knows: bytes = b""
    wrote: int = 0


@dataclass(slots=True)
class Produced:
    """The outcome of a render that several requests waited for; ``page`` is None if it must not be shared."""

    page: KeptPage | None
    status: int = 200
    body: bytes = b""


class Front:
    """Answers kept pages from memory; hands everything else to Django."""

    def __init__(self, handler: Handler, store: Store, watcher: Watcher) -> None:
        self.handler = handler
        self.store = store
        self.watcher = watcher
        self._under_way: dict[str, asyncio.Future[Produced]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"} or "?" in scope["path"]:  # an escaped one is no query
            await self.handler.serve(scope, receive, send)
            return
        asked = _asked(scope["headers"])
        path, query = scope["path"], scope["query_string"]
        key = f"{path}?{query.decode('latin-1')}" if query else path
        page = self.store.pages.get(key)
        now = time.time()
        if page is None:
            await self._miss(scope, receive, send, key, asked)
        elif asked.wrote > self.watcher.reached:
            with suppress(DatabaseError):  # then the miss will say so
                await self.handler.in_thread(self.watcher.catch_up)
            await self._miss(scope, receive, send, key, asked)
        elif page.fresh(now):
            page.used = True
            await self._send_page(scope, send, key, page, asked)
        elif not asked.wrote and page.bearable(now) and (variant := page.previous(asked.accepts)):
            await send_variant(scope, send, variant, asked.knows)
        else:
            await self._miss(scope, receive, send, key, asked)

    async def _send_page(self, scope: Scope, send: Send, key: str, page: KeptPage, asked: Asked) -> None:
        variant, added = page.variant(asked.accepts)
        if added:
            self.store.grew(key, page, added)
        await send_variant(scope, send, variant, asked.knows)

    async def _miss(self, scope: Scope, receive: Receive, send: Send, key: str, asked: Asked) -> None:
        if not _may_be_kept(scope):
            await self.handler.serve(scope, receive, send)
            return
        produced = await self._produce(scope, key)
        if produced.page is None:
            await self.handler.serve(scope, receive, send)
        elif produced.status == 200 and self.store.pages.get(key) is produced.page and produced.page.body is not None:
            await self._send_page(scope, send, key, produced.page, asked)
        elif produced.status >= 500 and (variant := self._still_good(key, asked)):
            await send_variant(scope, send, variant, asked.knows)
        else:
            variant = finished(produced.body, produced.page.headers, negotiate(asked.accepts))
            await send_variant(scope, send, variant, asked.knows, status=produced.status)

    def _still_good(self, key: str, asked: Asked) -> Variant | None:
        """Return the previous version while no new one can be made, unless its date is over."""
        page = self.store.pages.get(key)
        return page.previous(asked.accepts) if page is not None and page.body_until > time.time() else None

    async def _produce(self, scope: Scope, key: str) -> Produced:
        """Render a page once, however many ask for it meanwhile."""
        under_way = self._under_way.get(key)
        if under_way is None:
            under_way = asyncio.ensure_future(self.handler.in_thread(self._render, dict(scope), key))
            self._under_way[key] = under_way
            under_way.add_done_callback(lambda _done: self._under_way.pop(key, None))
        return await asyncio.shield(under_way)

    def _render(self, scope: Scope, key: str) -> Produced:
        page = self.store.pages.get(key)
        if page is not None and page.expires_at > time.time():
            return Produced(page, body=self.store.joined(key, page))
        mark = self.store.mark()
        response = self.handler.respond(_anonymous(scope), None, assembled_by_front=True)
        try:
            return self._kept(key, response, mark)
        finally:
            response.close()

    def _kept(self, key: str, response: HttpResponseBase, mark: int) -> Produced:
        if not isinstance(response, HttpResponse) or response.cookies or response.has_header("Set-Cookie"):
            return Produced(None)
        shown: Shown | None = getattr(response, "shown", None)
        if response.status_code != 200 or shown is None:
            page = KeptPage([b""], [], frozenset(), 0.0, _headers(response, b"no-store"))
            return Produced(page, response.status_code, response.content)
        pieces, holes = fragments.split(response.content)
        page = KeptPage(pieces, holes, shown.keys, timestamp(shown.expires_at), _headers(response, CACHE_CONTROL))
        self.store.keep_page(key, page, mark=mark)
        return Produced(page, body=self.store.joined(key, page))


async def send_variant(scope: Scope, send: Send, variant: Variant, knows: bytes, *, status: int = 200) -> None:
    """Send a variant, or 304 if the client has it, or its headers for HEAD."""
    if knows and status == 200 and (variant.etag in knows or knows == b"*"):
        await send({"type": "http.response.start", "status": 304, "headers": variant.headers_unchanged})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": status, "headers": variant.headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else variant.body})


def _asked(headers: list[tuple[bytes, bytes]]) -> Asked:
    asked = Asked()
    for name, value in headers:
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
    return len(names) == len(given) and names <= getattr(view, "known_query", frozenset()) and _as_we_write(given, query)


def _as_we_write(given: list[tuple[str, str]], query: bytes) -> bool:
    """Say whether a query is written as our links write it; the same one can be written in endless other ways."""
    return query.decode("latin-1") in {urlencode(given), urlencode(given, safe=":")}


def _anonymous(scope: Scope) -> Scope:
    """Return the request without anything that differs between readers."""
    host = [(name, value) for name, value in scope["headers"] if name == b"host"]
    return scope | {"method": "GET", "headers": host, "client": None}


def _headers(response: HttpResponse, cache_control: bytes) -> Headers:
    left_out = {b"cache-control", b"vary", b"content-length", b"etag"}
    kept = [(name, value) for name, value in header_list(response) if name not in left_out]
    return [*kept, (b"cache-control", cache_control)]
