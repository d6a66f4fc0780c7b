"""The API of a content delivery network, on loopback: it writes down what it is told and answers as it is bid."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from standfirst.delivery.purge import Access, Cdn

TOKEN = "token-that-nobody-may-see"  # noqa: S105 - what the tests look for in logs and rows


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it arrived. Header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def tags(self) -> list[str]:
        """What was to be dropped."""
        if self.body:
            return [str(each) for each in json.loads(self.body)["tags"]]
        return (self.headers.get("surrogate-key") or self.headers["xkey-purge"]).split(" ")


@dataclass(slots=True)
class Network:
    """What arrived, and what is answered next: a status each, or a silence in seconds; then 200."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)

    @property
    def dropped(self) -> list[str]:
        """All tags that were to be dropped, in order."""
        return [tag for call in self.calls for tag in call.tags]

    def access(self, kind: str = "fastly") -> Access:
        """Return how a site reaches it."""
        return Access(Cdn(kind, 3600), (self.url,), id="service/1", token=TOKEN, host="paper.example.org")

    def answers_with(self, *answers: float) -> None:
        """Bid the next answers."""
        self.answers = list(answers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    network: Network


class _Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        network = cast(_Server, self.server).network
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        network.calls.append(Call(self.command, self.path, headers, body))
        answer = network.answers.pop(0) if network.answers else 200
        if isinstance(answer, float):  # a silence
            time.sleep(answer)
            answer = 200
        said = json.dumps({"success": True, "errors": [], "asked": headers.get("fastly-key", "")}).encode()
        with suppress(ConnectionError):  # whoever asked may have given up
            self._send(int(answer), said)

    def _send(self, answer: int, said: bytes) -> None:
        self.send_response(answer)
        if answer in {301, 302, 307}:
            self.send_header("Location", cast(_Server, self.server).network.url + "/elsewhere")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = _answer  # noqa: N815 - http.server's own names
    do_PURGE = _answer  # noqa: N815
    do_GET = _answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def network(*answers: float) -> Iterator[Network]:
    """Run the API until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.network = Network(f"http://127.0.0.1:{server.server_address[1]}", answers=list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.network
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def batch(*keys: str) -> Sequence[tuple[int, str]]:
    """Return changes of ``keys`` as a follower is given them."""
    return list(enumerate(keys, start=1))
