"""Django's synchronous handler, and what it makes of a request, for the front.

Django's own ASGI handler hops to a thread once for each synchronous part of a request; measured,
that halves what a page costs nothing else for. Here a request is one call.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from tempfile import TemporaryFile
from typing import IO

from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.http import HttpResponse, HttpResponseBase
from django.http.response import FileResponse
from django.urls import set_script_prefix

from standfirst.delivery import fragments
from standfirst.delivery.backend import Answer, Scope
from standfirst.delivery.caching import Headers
from standfirst.delivery.fragments import Rendered
from standfirst.delivery.pages import Shown
from standfirst.delivery.store import timestamp


class Handler(BaseHandler):
    """Runs requests through Django, in the calling thread: a backend in this process."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()

    def answer(self, scope: Scope, body: IO[bytes] | None) -> Answer:
        """Run a request."""
        response = self.respond(scope, body)
        try:
            return answer_of(response)
        finally:
            response.close()

    def respond(self, scope: Scope, body: IO[bytes] | None) -> HttpResponseBase:
        """Run a request; close the response afterwards in the same thread."""
        set_script_prefix("/")
        signals.request_started.send(sender=type(self), scope=scope)
        try:
            request = ASGIRequest(scope, body or io.BytesIO())
        except UnicodeDecodeError:
            return HttpResponse(status=400)
        request.holes_stay_open = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        # What Django's own handlers set for the request_finished signal.
        setattr(response, "_handler_class", type(self))  # noqa: B010
        return response

    def fragments(self, names: Iterable[str]) -> Mapping[str, Rendered]:
        """Render fragments."""
        return fragments.render(names)

    def follow_commits(self, follow: Callable[[], None]) -> None:
        """Commits in this process are told by ``changes.listen``, to whoever listens."""

    def let_go(self) -> None:
        """Close the thread's connections to the database."""
        connections.close_all()


def answer_of(response: HttpResponseBase) -> Answer:
    """Return what is to be sent for a response of Django; it may be closed afterwards."""
    made = Answer(response.status_code, header_list(response))
    if isinstance(response, HttpResponse):
        made.body = response.content
    else:
        made.file = _file_of(response)
    shown: Shown | None = getattr(response, "shown", None)
    if shown is not None and isinstance(response, HttpResponse) and response.status_code == 200:
        made.shown, made.expires_at = shown.keys, timestamp(shown.expires_at)
    return made


def _file_of(response: HttpResponseBase) -> IO[bytes]:
    """Return all of a streaming response as a file: whoever downloads slowly must not hold up a thread."""
    if isinstance(response, FileResponse):
        response.block_size = 64 * 1024
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by whoever sends it
    try:
        for piece in response:
            file.write(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def header_list(response: HttpResponseBase) -> Headers:
    """Return the response's headers and cookies as ASGI wants them."""
    headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    cookies = [(b"set-cookie", cookie.OutputString().encode("latin-1")) for cookie in response.cookies.values()]
    return headers + cookies
