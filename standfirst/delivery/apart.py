"""Django in processes of its own, so that no page that is rendered keeps the event loop waiting.

Python runs one thread at a time. Rendering beside the event loop costs readers two thirds of
what the front can do, however short each render is: whenever the loop has waited for the
network, it has to wait for its turn, too. docs/decisions/0008 has the figures.

They are forked from the front before that has any thread, so all share what is loaded; as many
as there are processors, since each runs one thread of Python at a time. They talk over as many
pairs of sockets as the front has threads, one call at a time on each: a length, then a value in
``marshal``'s form; a file travels as its descriptor.
"""

import io
import logging
import marshal
import os
import queue
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import IO, Any

from django.db import connections

from standfirst.delivery import changes
from standfirst.delivery.backend import Answer, Backend, BackendGone, Scope
from standfirst.delivery.fragments import Rendered
from standfirst.delivery.store import FOREVER, timestamp

INLINE_BYTES_MAX = 256 * 1024  # what is longer travels as a file
_LENGTH = struct.Struct("!I?")  # of the value that follows, and whether a descriptor came with it
_SCOPE = ("type", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path", "headers")

log = logging.getLogger(__name__)


class Apart:
    """A backend in a child process. The child serves until its sockets are closed."""

    def __init__(self, sockets: Iterable[socket.socket]) -> None:
        self._free: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        for each in sockets:
            self._free.put(each)
        self._follow: Callable[[], None] = lambda: None

    def answer(self, scope: Scope, body: IO[bytes] | None) -> Answer:
        """Run a request in the child. BackendGone if it has ended."""
        sent = {name: scope[name] for name in _SCOPE if name in scope}
        sent |= {name: tuple(scope[name]) for name in ("client", "server") if scope.get(name)}
        inline, file = _as_sent(body)
        (status, headers, content, shown, until, committed), answered = self._call(("answer", sent, inline), file)
        if committed:
            self._follow()
        return Answer(status, headers, content, answered, shown, until)

    def fragments(self, names: Iterable[str]) -> Mapping[str, Rendered]:
        """Render fragments in the child. BackendGone if it has ended."""
        found, _file = self._call(("fragments", list(names)))
        return {
            name: Rendered(html.decode(), keys, None if until == FOREVER else datetime.fromtimestamp(until, UTC))
            for name, html, keys, until in found
        }

    def follow_commits(self, follow: Callable[[], None]) -> None:
        """Have ``follow`` called after each request that committed a change, before its answer is returned."""
        self._follow = follow

    def let_go(self) -> None:
        """Close the thread's connections to the database, through which it follows the log."""
        connections.close_all()

    def close(self) -> None:
        """End the child's threads: each ends as its socket does."""
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().close()

    def _call(self, call: tuple[Any, ...], file: IO[bytes] | None = None) -> tuple[Any, IO[bytes] | None]:
        with self._connection() as connection:
            send_packed(connection, marshal.dumps(call), file)
            found, answered = receive(connection)
        if found[0] == "failed":
            raise RuntimeError(f"the process that renders failed: {found[1]}")
        return found[1], answered

    @contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        connection = self._free.get()
        try:
            yield connection
        except (OSError, EOFError) as error:
            raise BackendGone from error
        finally:
            self._free.put(connection)


def _as_sent(body: IO[bytes] | None) -> tuple[bytes, IO[bytes] | None]:
    """Return a request's body as bytes, or as a file if it is long."""
    if body is None:
        return b"", None
    inline = body.read(INLINE_BYTES_MAX + 1)
    if len(inline) <= INLINE_BYTES_MAX:
        return inline, None
    body.seek(0)
    return b"", body


class Child:
    """Answers the calls of the front with the backend of this process, a thread for each socket."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._wrote = threading.local()

    def run(self, sockets: Iterable[socket.socket]) -> None:
        """Serve until every socket has ended."""
        changes.listen(self._committed)
        threads = [threading.Thread(target=self._serve, args=(each,), name="views", daemon=True) for each in sockets]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _committed(self) -> None:
        self._wrote.any = True

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, EOFError), connection:  # the front has ended, and this process ends with it
            while True:
                self._serve_one(connection)
        self._backend.let_go()

    def _serve_one(self, connection: socket.socket) -> None:
        call, file = receive(connection)
        self._wrote.any = False
        try:
            packed, answered = self._done(call, file)
        except Exception as error:
            log.exception("a call of the front failed")
            packed, answered = marshal.dumps(("failed", repr(error))), None
        finally:
            if file is not None:
                file.close()
        send_packed(connection, packed, answered)
        if answered is not None:
            answered.close()

    def _done(self, call: tuple[Any, ...], file: IO[bytes] | None) -> tuple[bytes, IO[bytes] | None]:
        if call[0] == "fragments":
            done = self._backend.fragments(call[1])
            flat = [(name, each.html.encode(), each.keys, timestamp(each.expires_at)) for name, each in done.items()]
            return marshal.dumps(("done", flat)), None
        made = self._backend.answer(call[1], file or io.BytesIO(call[2]))
        told = (made.status, made.headers, made.body, made.shown, made.expires_at, self._wrote.any)
        return marshal.dumps(("done", told)), made.file


def forked(
    make_backend: Callable[[], Backend], *, connections: int, begins: Sequence[Callable[[], None]]
) -> tuple[Apart, list[int]]:
    """Fork a child for each of ``begins``, which answers with ``make_backend()`` after it has called it.

    Return them as one backend, and their process ids. The calls are shared out among them.
    Call it while this process has one thread and no connection to the database.
    """
    pairs = [socket.socketpair() for _ in range(max(connections, len(begins)))]
    pids = [_child_of(pairs, number, len(begins), make_backend, begin) for number, begin in enumerate(begins)]
    for _front, child in pairs:
        child.close()
    return Apart(front for front, _child in pairs), pids


def _child_of(
    pairs: Sequence[tuple[socket.socket, socket.socket]],
    number: int,
    of: int,
    make_backend: Callable[[], Backend],
    begin: Callable[[], None],
) -> int:
    """Fork the child ``number``, which serves every so many of the pairs; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        for place, (front, child) in enumerate(pairs):
            front.close()
            if place % of != number:
                child.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the supervisor
        begin()
        Child(make_backend()).run([child for _front, child in pairs[number::of]])
        status = 0
    finally:
        os._exit(status)


def send_packed(connection: socket.socket, packed: bytes, file: IO[bytes] | None = None) -> None:
    """Send a value, and a file that the other side reads from its beginning."""
    prefix = _LENGTH.pack(len(packed), file is not None)
    if file is None:
        connection.sendall(prefix + packed)
        return
    file.flush()
    file.seek(0)
    socket.send_fds(connection, [prefix], [file.fileno()])
    connection.sendall(packed)


def receive(connection: socket.socket) -> tuple[Any, IO[bytes] | None]:
    """Receive a value and perhaps a file. EOFError if the other side has ended."""
    prefix, descriptors, _flags, _address = socket.recv_fds(connection, _LENGTH.size, 1)
    while prefix and len(prefix) < _LENGTH.size:
        prefix += _exactly(connection, _LENGTH.size - len(prefix))
    if not prefix:
        raise EOFError
    length, with_file = _LENGTH.unpack(prefix)
    file: IO[bytes] | None = os.fdopen(descriptors[0], "rb") if with_file else None
    # Both sides are this program, and nobody else holds the sockets.
    return marshal.loads(_exactly(connection, length)), file  # noqa: S302


def _exactly(connection: socket.socket, length: int) -> bytes:
    held = bytearray(length)
    view = memoryview(held)
    while view:
        count = connection.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return bytes(held)
