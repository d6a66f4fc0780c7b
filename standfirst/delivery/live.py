"""The live stream: tells pages that are open what has changed, and nothing more.

A stream names keys. When one of them is touched, the page is told the key and the number of
the change, and fetches the fragment, which is kept and the same for everybody. News for a
slow client is merged by key, so what waits for it is bounded by the keys it asked for.
"""

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from standfirst.delivery.backend import Scope
from standfirst.delivery.passing import Receive, Send, send_plain
from standfirst.kit import addresses

KEYS_MAX = 12  # a page shows a meter, a thread and a story; lists show counts
KEY = re.compile(r"[a-z][a-z.-]{0,40}(?::[a-zA-Z0-9._-]{1,60}){0,3}")
REMEMBERED_CHANGES = 10_000  # for clients that come back; older ones are told to fetch everything
HEARTBEAT_SECONDS = 20  # below the 30 to 60 after which proxies cut an idle stream
SEND_SECONDS_MAX = 10  # a client that takes no bytes for so long is dropped
RETRY_AFTER_SECONDS = b"30"
QUERY_LENGTH_MAX = 1_000

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


@dataclass(slots=True, eq=False)
class Stream:
    """An open stream: the keys it follows, and the news that waits to be sent."""

    keys: frozenset[str]
    waiting: dict[str, int] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """The open streams of one process."""

    def __init__(self, *, streams_max: int, per_address_max: int) -> None:
        self.streams_max = streams_max
        self.per_address_max = per_address_max
        self.proxies: list[addresses.Network] = []  # whose X-Forwarded-For is believed
        self.open = 0
        self.refused = 0
        self._by_key: dict[str, set[Stream]] = {}
        self._by_address: dict[str, int] = {}
        self._recent: deque[tuple[int, str]] = deque(maxlen=REMEMBERED_CHANGES)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.forgotten_before = 0  # changes up to this one are no longer remembered

    def begin(self, reached: int) -> None:
        """Remember changes from ``reached`` on; call it in the event loop."""
        self._loop = asyncio.get_running_loop()
        self.forgotten_before = reached

    def tell(self, changes: Sequence[tuple[int, str]]) -> None:
        """Pass changes on to the streams that follow their keys. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, changes)

    def _tell(self, changes: Sequence[tuple[int, str]]) -> None:
        for number, key in changes:
            if len(self._recent) == REMEMBERED_CHANGES:
                self.forgotten_before = self._recent[0][0]
            self._recent.append((number, key))
            for stream in self._by_key.get(key, ()):
                stream.waiting[key] = number
                stream.news.set()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer ``GET /live/?key=…&since=…`` for as long as the client stays."""
        keys = _keys(scope)
        address = self._household(scope)
        if scope["method"] != "GET" or keys is None:
            await send_plain(send, 400, b"live.bad_request: name 1 to 12 keys")
        elif self.open >= self.streams_max:
            self.refused += 1
            await send_plain(send, 503, b"live.full", ((b"retry-after", RETRY_AFTER_SECONDS),))
        elif self._by_address.get(address, 0) >= self.per_address_max:
            self.refused += 1
            await send_plain(send, 429, b"live.too_many_streams", ((b"retry-after", RETRY_AFTER_SECONDS),))
        else:
            await self._stream(Stream(keys), address, _since(scope), receive, send)

    def _household(self, scope: Scope) -> str:
        """Return what the limit for one address counts by."""
        peer = scope["client"][0] if scope.get("client") else ""
        forwarded = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
        client = addresses.client(peer, forwarded, self.proxies)
        return addresses.household(client) if client is not None else peer

    async def _stream(self, stream: Stream, address: str, since: int, receive: Receive, send: Send) -> None:
        self._enter(stream, address)
        sender = asyncio.ensure_future(self._send(stream, since, send))
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({sender, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leave(stream, address)
            for task in (sender, leaving):
                task.cancel()
            await asyncio.gather(sender, leaving, return_exceptions=True)

    async def _send(self, stream: Stream, since: int, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await self._write(send, b"retry: 3000\n\n" + self._missed(stream, since))
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await stream.news.wait()
            except TimeoutError:
                await self._write(send, b": still here\n\n")
                continue
            stream.news.clear()
            waiting, stream.waiting = stream.waiting, {}
            await self._write(send, b"".join(_event(key, number) for key, number in waiting.items()))

    def _missed(self, stream: Stream, since: int) -> bytes:
        """Return what the client has missed since the change that it knows."""
        if not since:
            return b""
        if since < self.forgotten_before:
            return b"event: resync\ndata: all\n\n"
        latest = {key: number for number, key in self._recent if number > since and key in stream.keys}
        return b"".join(_event(key, number) for key, number in latest.items())

    async def _write(self, send: Send, data: bytes) -> None:
        async with asyncio.timeout(SEND_SECONDS_MAX):
            await send({"type": "http.response.body", "body": data, "more_body": True})

    def _enter(self, stream: Stream, address: str) -> None:
        self.open += 1
        self._by_address[address] = self._by_address.get(address, 0) + 1
        for key in stream.keys:
            self._by_key.setdefault(key, set()).add(stream)

    def _leave(self, stream: Stream, address: str) -> None:
        self.open -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
        for key in stream.keys:
            followers = self._by_key[key]
            followers.discard(stream)
            if not followers:
                del self._by_key[key]


def _event(key: str, number: int) -> bytes:
    return f"id: {number}\nevent: touched\ndata: {key}\n\n".encode()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _keys(scope: Scope) -> frozenset[str] | None:
    query = scope["query_string"]
    if len(query) > QUERY_LENGTH_MAX:
        return None
    keys = frozenset(value for name, value in parse_qsl(query.decode("latin-1")) if name == "key")
    good = 1 <= len(keys) <= KEYS_MAX and all(KEY.fullmatch(key) for key in keys)
    return keys if good else None


def _since(scope: Scope) -> int:
    """Return the change that the client says it knows; what its browser resends counts more than the address."""
    resent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"last-event-id"]
    asked = [value for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name == "since"]
    for raw in (*resent, *asked):
        if raw.isascii() and raw.isdigit() and len(raw) < 19:
            return int(raw)
    return 0
