"""Requests that are not kept are passed on, in one hop to a thread, and their answers sent."""

import asyncio
import logging
import tempfile
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import IO, Any

from django.conf import settings

from standfirst.delivery.backend import Answer, Backend, BackendGone, Scope
from standfirst.delivery.store import Store

type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]

BODY_TIMEOUT_SECONDS = 60  # to send the next piece of a request's body
PIECE_BYTES = 64 * 1024  # of a file that is sent
PAGE_THREADS = 2  # for stored pages alone: the desk, a search or an attacker cannot keep readers waiting
TOO_LARGE = b"web.body_too_large: what was sent is larger than %d MiB. Go back, nothing is lost; leave something out."
RETRY_AFTER_SECONDS = b"3"  # a backend that ended is back by then

log = logging.getLogger(__name__)


class Gone(Exception):
    """The client hung up, or sent a body that cannot be read; the server does not tell which."""


class BodyTooLarge(Exception):
    """The request's body is above the limit."""


class Passing:
    """The threads that call the backend, and everything that goes through them as it comes."""

    def __init__(self, backend: Backend, store: Store, *, threads: int, body_bytes_max: int) -> None:
        self.backend = backend
        self.store = store
        self.threads = threads
        self.body_bytes_max = body_bytes_max
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="requests")
        self.page_pool = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="pages")

    async def in_thread[T](self, function: Callable[..., T], *args: Any) -> T:
        """Run ``function`` in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *args)

    async def for_page[T](self, function: Callable[..., T], *args: Any) -> T:
        """Run ``function``, which makes a stored page, in a thread that nothing else can occupy."""
        return await asyncio.get_running_loop().run_in_executor(self.page_pool, function, *args)

    def close(self) -> None:
        """End the threads and what they hold open."""
        for pool, threads in ((self.pool, self.threads), (self.page_pool, PAGE_THREADS)):
            gate = threading.Barrier(threads)

            def let_go(gate: threading.Barrier = gate) -> None:
                gate.wait()  # so that each thread of the pool runs this once
                self.backend.let_go()

            wait([pool.submit(let_go) for _ in range(threads)])
            pool.shutdown()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is not kept."""
        try:
            body = await self._body(scope, receive)
        except Gone:
            await send_plain(send, 400)  # nobody hears it, unless the body was broken rather than cut off
            return
        except (BodyTooLarge, TimeoutError) as error:
            large = isinstance(error, BodyTooLarge)
            await send_plain(send, 413 if large else 408, TOO_LARGE % (self.body_bytes_max >> 20) if large else b"")
            return
        except OSError as error:  # the disk has no room to keep the body until it is whole
            log.warning("a request's body cannot be kept: %s", error)
            await send_plain(send, 503, b"web.unavailable", ((b"retry-after", RETRY_AFTER_SECONDS),))
            return
        with body:
            try:
                answer = await self.in_thread(self._answer, scope, body)
            except BackendGone:
                await send_plain(send, 503, b"web.unavailable", ((b"retry-after", RETRY_AFTER_SECONDS),))
                return
        await self._send(answer, send, with_body=scope["method"] != "HEAD")

    def _answer(self, scope: Scope, body: IO[bytes]) -> Answer:
        position = self.store.position()  # before the view reads: what it shows is at least so new
        answer = self.backend.answer(scope, body)
        answer.body = self.store.filled(answer.body, position=position)
        return answer

    async def _body(self, scope: Scope, receive: Receive) -> IO[bytes]:
        file = tempfile.SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115 - closed by serve
        size = 0
        while True:
            message = await asyncio.wait_for(receive(), BODY_TIMEOUT_SECONDS)
            if message["type"] == "http.disconnect":
                file.close()
                raise Gone
            piece = message.get("body", b"")
            size += len(piece)
            if size > self.body_bytes_max:
                file.close()
                raise BodyTooLarge
            try:
                file.write(piece)
            except OSError:
                file.close()
                raise
            if not message.get("more_body"):
                file.seek(0)
                return file

    async def _send(self, answer: Answer, send: Send, *, with_body: bool) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.file is not None:
            with answer.file:
                while with_body and (piece := await self.in_thread(answer.file.read, PIECE_BYTES)):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": answer.body if with_body else b""})


async def send_plain(send: Send, status: int, text: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """Answer without a view."""
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": text})
