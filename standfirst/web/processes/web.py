"""The web process: Granian, serving the site's ASGI application on a socket that it inherits.

The supervisor holds the listening socket. While this process restarts, browsers that
connect wait in the socket's queue and are answered by the next one.

    python -m standfirst.web.processes.web DESCRIPTOR PROCESSES CONNECTIONS_MAX
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

from granian import net
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from standfirst.web import cli
from standfirst.web.processes.child import end_with_parent

APPLICATION = "standfirst.web.processes.front"  # imported in the worker, when Django has been loaded
BACKLOG = 1024  # connections that wait to be accepted, for instance during a restart
OPEN_REQUESTS_SECONDS_MAX = 7  # less than the supervisor waits for the whole
STREAMS_PATH = "/live/"
END_STREAMS_SIGNAL = signal.SIGUSR1

type Application = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]


class InheritedSocketServer(MPServer):
    """Granian with a listening socket that the parent opened, instead of one of its own."""

    def __init__(self, descriptor: int, **options: Any) -> None:
        super().__init__(APPLICATION, **options)
        self._descriptor = descriptor

    def _init_shared_socket(self) -> None:
        # Granian's types do not tell of SocketHolder's constructor, which its own workers call.
        holder: Any = net.SocketHolder  # type: ignore[attr-defined]
        self._ssp = self._sso = None
        self._shd = holder(self._descriptor, False, BACKLOG)

    def _stop_workers(self) -> None:
        for worker in self.wrks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.inner.pid, END_STREAMS_SIGNAL)
        super()._stop_workers()  # type: ignore[no-untyped-call]


class EndsStreams:
    """The application, with live streams that end when the worker is to stop.

    An open stream is a request that never finishes by itself; browsers connect anew at once
    and find the next process.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._streams: set[asyncio.Task[Any]] = set()
        self._ending = False

    def __call__(self, scope: Any, receive: Any, send: Any) -> Coroutine[Any, Any, None]:
        """Pass a request on; only streams are remembered, so that other requests cost nothing more."""
        if scope.get("path") == STREAMS_PATH:
            return self._stream(scope, receive, send)
        return self._application(scope, receive, send)

    async def _stream(self, scope: Any, receive: Any, send: Any) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request runs in a task")
        self._streams.add(task)
        try:
            await self._application(scope, receive, send)
        except asyncio.CancelledError:
            if not self._ending:
                raise
        finally:
            self._streams.discard(task)

    def end_streams(self, *_signal: Any) -> None:
        """End all streams. A signal handler: Python runs it in the main thread, where the loop is."""
        self._ending = True
        for task in list(self._streams):
            task.get_loop().call_soon_threadsafe(task.cancel)


def application_loader(descriptor: int) -> Callable[[], Application]:
    """Return what loads the application in a worker; it also ties the worker's life to this process."""
    parent = os.getpid()

    def load() -> Application:
        end_with_parent(parent)
        cli.load_django()
        application = EndsStreams(import_module(APPLICATION).started(descriptor))
        signal.signal(END_STREAMS_SIGNAL, application.end_streams)
        return application

    return load


def main() -> None:
    """Serve until SIGTERM; requests that are open then are finished."""
    descriptor, processes, connections_max = (int(each) for each in sys.argv[1:])
    if sys.platform != "win32":
        multiprocessing.set_start_method("fork")  # the workers inherit the socket
    server = InheritedSocketServer(
        descriptor,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,  # browsers speak HTTP/2 with TLS only, which ends at the proxy
        workers=processes,
        websockets=False,
        backlog=BACKLOG,
        backpressure=connections_max,
        respawn_failed_workers=False,  # the supervisor restarts, with back-off
        workers_kill_timeout=OPEN_REQUESTS_SECONDS_MAX,
        process_name="standfirst: web",
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=application_loader(descriptor), wrap_loader=False)
    if server.interrupt_children:
        sys.exit(1)


if __name__ == "__main__":
    main()
