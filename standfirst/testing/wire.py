"""Bytes on a socket, sent as no well-behaved client would, and the answers as they came."""

import socket
import time
from dataclasses import dataclass, field

QUIET_SECONDS = 2.0  # for a first byte; a server that has nothing to say hangs up, or waits for more
LULL_SECONDS = 0.3  # after the first answer: what follows it (pipelined) comes at once
READ_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """One answer, cut from the stream by its own length."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def wire(port: int, *pieces: bytes, pause_seconds: float = 0.0, head: bool = False) -> list[WireAnswer]:
    """Send ``pieces`` on a connection of their own and return every answer; none if the server hung up without one.

    ``head`` says that the answers have no bodies, whatever length they state.
    """
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=QUIET_SECONDS) as connection:
        try:
            for number, piece in enumerate(pieces):
                if number:
                    time.sleep(pause_seconds)
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was read; the answer may be there all the same
        try:
            while some := connection.recv(READ_BYTES):
                received += some
                connection.settimeout(LULL_SECONDS)
        except (TimeoutError, ConnectionResetError):
            pass
    return answers(received, head=head)


def request(target: str | bytes, *lines: str | bytes, host: str | bytes = "", method: str = "GET") -> bytes:
    """Return a request's bytes: HTTP/1.1, closing, with ``host`` unless it is empty, and ``lines`` as they are."""
    given = [*([b"Host: " + _bytes(host)] if host else []), *(map(_bytes, lines)), b"Connection: close"]
    return b"\r\n".join([method.encode() + b" " + _bytes(target) + b" HTTP/1.1", *given, b"", b""])


def answers(received: bytes, *, head: bool = False) -> list[WireAnswer]:
    """Cut a stream into its answers. ValueError if it is none."""
    found: list[WireAnswer] = []
    while received:
        top, _gap, rest = received.partition(b"\r\n\r\n")
        first, *lines = top.split(b"\r\n")
        protocol, status, *_ = first.split(b" ", 2)
        if not protocol.startswith(b"HTTP/1."):
            raise ValueError(f"not an answer: {received[:80]!r}")
        headers = {
            name.strip().lower().decode(): value.strip().decode("latin-1") for name, _, value in map(_cut, lines)
        }
        bodiless = head or int(status) in {100, 204, 304}
        body, received = (b"", rest) if bodiless else _body(headers, rest)
        if int(status) != 100:
            found.append(WireAnswer(int(status), headers, body))
    return found


def _cut(line: bytes) -> tuple[bytes, bytes, bytes]:
    return line.partition(b":")


def _body(headers: dict[str, str], rest: bytes) -> tuple[bytes, bytes]:
    if headers.get("transfer-encoding", "") == "chunked":
        body = b""
        while True:
            size, _, rest = rest.partition(b"\r\n")
            length = int(size or b"0", 16)
            if not length:
                return body, rest.partition(b"\r\n")[2]
            body, rest = body + rest[:length], rest[length + 2 :]
    length = int(headers["content-length"]) if "content-length" in headers else len(rest)
    return rest[:length], rest[length:]


def _bytes(given: str | bytes) -> bytes:
    return given if isinstance(given, bytes) else given.encode("latin-1")
