"""Django's synchronous handler, reached from ASGI in one hop to a thread.

Django's own ASGI handler hops once for each synchronous part of a request; measured, that
halves what a page costs nothing else for. The threads live as long as the process, and so do
their database connections.
"""

import asyncio
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.http import HttpResponse, HttpResponseBase
from django.http.response import FileResponse
from django.urls import set_script_prefix

from standfirst.delivery.store import Store

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]

BODY_TIMEOUT_SECONDS = 60  # to send the next piece of a request's body
PAGE_THREADS = 2  # for stored pages alone: the desk, a search or an attacker cannot keep readers waiting


class Gone(Exception):
    """The client hung up, or sent a body that cannot be read; the server does not tell which."""


class BodyTooLarge(Exception):
    """The request's body is above the limit."""


class Handler(BaseHandler):
    """Runs requests through Django in a pool of threads."""

    def __init__(self, store: Store, *, threads: int, body_bytes_max: int) -> None:
        super().__init__()
        self.store = store
        self.load_middleware()
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="django")
        self.page_pool = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="pages")
        self.body_bytes_max = body_bytes_max

    async def in_thread[T](self, function: Callable[..., T], *args: Any) -> T:
        """Run ``function`` in one of the threads that have a database connection."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *args)

    async def for_page[T](self, function: Callable[..., T], *args: Any) -> T:
        """Run ``function``, which makes a stored page, in a thread that nothing else can occupy."""
        return await asyncio.get_running_loop().run_in_executor(self.page_pool, function, *args)

    def close(self) -> None:
        """End the threads and close their connections."""
        for pool, threads in ((self.pool, self.threads), (self.page_pool, PAGE_THREADS)):
            gate = threading.Barrier(threads)

            def let_go(gate: threading.Barrier = gate) -> None:
                gate.wait()  # so that each thread of the pool runs this once
                connections.close_all()

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
            await send_plain(send, 413 if isinstance(error, BodyTooLarge) else 408)
            return
        response = await self.in_thread(self.respond, scope, body)
        try:
            await self._send(response, send, with_body=scope["method"] != "HEAD")
        finally:
            body.close()
            await self.in_thread(response.close)

    def respond(self, scope: Scope, body: Any, *, assembled_by_front: bool = False) -> HttpResponseBase:
        """Run one request; call it in a thread of the pool. Close the response afterwards in a thread, too."""
        set_script_prefix("/")
        signals.request_started.send(sender=type(self), scope=scope)
        try:
            request = ASGIRequest(scope, body)
        except UnicodeDecodeError:
            return HttpResponse(status=400)
        request.assembled_by_front = assembled_by_front  # type: ignore[attr-defined]
        request.store = self.store  # type: ignore[attr-defined]
        response = self.get_response(request)
        # What Django's own handlers set for the request_finished signal.
        setattr(response, "_handler_class", type(self))  # noqa: B010
        return response

    async def _body(self, scope: Scope, receive: Receive) -> Any:
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
            file.write(piece)
            if not message.get("more_body"):
                file.seek(0)
                return file

    async def _send(self, response: HttpResponseBase, send: Send, *, with_body: bool) -> None:
        await send({"type": "http.response.start", "status": response.status_code, "headers": header_list(response)})
        if isinstance(response, HttpResponse) or not with_body:
            body = response.content if isinstance(response, HttpResponse) and with_body else b""
            await send({"type": "http.response.body", "body": body})
            return
        if isinstance(response, FileResponse):
            response.block_size = 64 * 1024
        pieces: Iterator[bytes] = iter(response.streaming_content)  # type: ignore[attr-defined]
        while (piece := await self.in_thread(next, pieces, None)) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def header_list(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    """Return the response's headers and cookies as ASGI wants them."""
    headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    cookies = [(b"set-cookie", cookie.OutputString().encode("latin-1")) for cookie in response.cookies.values()]
    return headers + cookies


async def send_plain(send: Send, status: int, text: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """Answer without Django."""
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": text})
