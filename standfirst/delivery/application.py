"""The parts of delivery put together: what the server runs."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from django.conf import settings

from standfirst.delivery.backend import Backend, Scope
from standfirst.delivery.front import Front
from standfirst.delivery.hosts import Hosts
from standfirst.delivery.live import Hub
from standfirst.delivery.passing import Passing, Receive, Send, send_plain
from standfirst.delivery.store import Store
from standfirst.delivery.watch import Watcher
from standfirst.kit import addresses

LIVE = "/live/"
POSITION = "/live/position"
POSITION_SHARED_SECONDS = 5  # however many pages ask, a proxy asks us once in that time


class Application:
    """The ASGI application: live streams, kept pages, and the backend behind them."""

    def __init__(
        self,
        store: Store,
        backend: Backend,
        *,
        threads: int,
        body_bytes_max: int,
        streams_max: int,
        per_address_max: int,
    ) -> None:
        self.store = store
        self.hub = Hub(streams_max=streams_max, per_address_max=per_address_max)
        self.hub.proxies = addresses.networks(settings.STANDFIRST.proxies)
        self.watcher = Watcher(tell=self._tell, lost=self._lost)
        self.passing = Passing(backend, store, threads=threads, body_bytes_max=body_bytes_max)
        self.front = Front(self.passing, store, self.watcher)
        store.render = backend.fragments
        backend.follow_commits(self.watcher.follow)
        cdn = settings.STANDFIRST.cdn
        if cdn is not None:
            store.tags, self.front.cdn = cdn.tag_headers, cdn
        self.hosts = Hosts(settings.ALLOWED_HOSTS)
        store.position = lambda: self.watcher.reached
        self._started = False
        self._starting = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. The first one starts the watcher: nothing is kept before it."""
        if scope["type"] != "http":
            return
        if not self._started:
            await self._start()
        if not self.hosts.good(scope["headers"]):
            await send_plain(send, 400, b"web.unknown_host: this site does not go by that name")
        elif "\0" in scope["path"]:  # PostgreSQL has no such text, so nothing can be looked up under it
            await send_plain(send, 400, b"web.bad_address: no address has such a character")
        elif scope["path"] == LIVE:
            await self.hub.serve(scope, receive, send)
        elif scope["path"] == POSITION:
            await self._send_position(scope, send)
        else:
            await self.front(scope, receive, send)

    async def _start(self) -> None:
        async with self._starting:  # whoever comes meanwhile waits, as a page made now would miss changes
            if not self._started:
                await self.passing.in_thread(self.watcher.start)
                self.hub.begin(self.watcher.reached)
                self._started = True

    async def _send_position(self, scope: Scope, send: Send) -> None:
        """Say how far the log was followed: for pages that have no stream, one number that differs if anything does."""
        caching = b"public, max-age=0, s-maxage=%d" % POSITION_SHARED_SECONDS
        number = str(self.watcher.reached).encode() if scope["method"] == "GET" else b""
        status = 200 if scope["method"] in {"GET", "HEAD"} else 405
        await send_plain(send, status, number, ((b"cache-control", caching),))

    def figures(self) -> dict[str, int]:
        """Return what this process has done since it began, and what it holds."""
        return asdict(self.front.figures) | {
            "pages_kept": len(self.store.pages),
            "pages_bytes": self.store.bytes_held,
            "streams_open": self.hub.open,
            "streams_refused": self.hub.refused,
        }

    def _tell(self, changes: Sequence[tuple[int, str]]) -> None:
        # Pages first: who is told of a change and fetches at once must not get the old page.
        self.store.forget({key for _, key in changes})
        self.hub.tell(changes)

    def _lost(self) -> None:
        self.store.forget_everything()
        self.hub.forgotten_before = self.watcher.reached
