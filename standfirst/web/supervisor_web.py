"""The web process: Granian, serving the site's ASGI application on a socket that it inherits.

The supervisor holds the listening socket. While this process restarts, browsers that
connect wait in the socket's queue and are answered by the next one.

    python -m standfirst.web.supervisor_web DESCRIPTOR PROCESSES CONNECTIONS_MAX
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder
from granian.server.mp import MPServer

from standfirst.web.supervisor_child import end_with_parent

APPLICATION = "standfirst.web.asgi"
BACKLOG = 1024  # connections that wait to be accepted, for instance during a restart
OPEN_REQUESTS_SECONDS_MAX = 7  # less than the supervisor waits for the whole


class InheritedSocketServer(MPServer):  # type: ignore[misc]
    """Granian with a listening socket that the parent opened, instead of one of its own."""

    def __init__(self, descriptor: int, **options: Any) -> None:
        super().__init__(APPLICATION, **options)
        self._descriptor = descriptor

    def _init_shared_socket(self) -> None:
        self._ssp = self._sso = None
        self._shd = SocketHolder(self._descriptor, False, BACKLOG)


def application_loader() -> Callable[[], Any]:
    """Return what loads the application in a worker; it also ties the worker's life to this process."""
    parent = os.getpid()

    def load() -> Any:
        end_with_parent(parent)
        return import_module(APPLICATION).application

    return load


def main() -> None:
    """Serve until SIGTERM; requests that are open then are finished."""
    descriptor, processes, connections_max = (int(each) for each in sys.argv[1:])
    if sys.platform != "win32":
        multiprocessing.set_start_method("fork")  # the workers inherit the socket
    server = InheritedSocketServer(
        descriptor,
        interface=Interfaces.ASGINL,
        workers=processes,
        websockets=False,
        backlog=BACKLOG,
        backpressure=connections_max,
        respawn_failed_workers=False,  # the supervisor restarts, with back-off
        workers_kill_timeout=OPEN_REQUESTS_SECONDS_MAX,
        process_name="standfirst: web",
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=application_loader(), wrap_loader=False)
    if server.interrupt_children:
        sys.exit(1)


if __name__ == "__main__":
    main()
