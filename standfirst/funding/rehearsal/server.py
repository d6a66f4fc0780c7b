"""The rehearsal's HTTP server: the API under /v1/, pages for people beside it."""

import hmac
import json
import logging
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from standfirst.funding.rehearsal import page
from standfirst.funding.rehearsal.api import Answer, Api
from standfirst.funding.rehearsal.bank import Bank
from standfirst.funding.rehearsal.chaos import Chaos
from standfirst.funding.rehearsal.desk import Desk
from standfirst.funding.rehearsal.keys import Secrets
from standfirst.funding.rehearsal.state import State
from standfirst.funding.rehearsal.webhooks import Sender

log = logging.getLogger(__name__)
BODY_BYTES_MAX = 64 * 1024  # Stripe's own requests of ours have two kilobytes
SECONDS_IDLE_MAX = 60
LOOK_MS = 500
WAITING_MAX = 128  # connections that nobody has taken up yet; more at once are turned away by the system
STOP_MS_MAX = 200  # how long a wish to stop waits to be heard


class Rehearsal:
    """A running double of Stripe. ``start`` serves in a thread; ``serve_forever`` in the caller's."""

    def __init__(
        self,
        *,
        port: int,
        webhook_url: str,
        data: Path | str,
        secrets: Secrets,
        public_url: str = "",
        host: str = "127.0.0.1",
        chaos: Chaos | None = None,
    ) -> None:
        self.server = _Server((host, port), _Handler)
        self.url = public_url or f"http://{host}:{self.server.server_address[1]}"
        self.chaos = chaos or Chaos()
        self.state = State(data)
        self.sender = Sender(self.state, url=webhook_url, secret=secrets.webhook_secret, chaos=self.chaos)
        self.bank = Bank(self.state, public_url=self.url, notify=self.sender.notify)
        self.api = Api(self.bank)
        self.desk = Desk(self.bank)
        self.api_key = secrets.api_key
        self.server.rehearsal = self
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._clockwork = threading.Thread(target=self._go_on, name="clockwork", daemon=True)

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, name="rehearsal", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve until ``stop`` is called from another thread."""
        self.sender.start()
        self._clockwork.start()
        self.server.serve_forever(poll_interval=STOP_MS_MAX / 1000)

    def stop(self) -> None:
        """Stop serving and sending; what was written is kept."""
        self.server.shutdown()
        self._stopped.set()
        self._clockwork.join()
        self.sender.stop()
        self.server.server_close()
        if self._thread is not None:
            self._thread.join()
        self.state.close()

    def _go_on(self) -> None:
        """Do what falls due by the clock, within half a second, also when nobody asks."""
        while not self._stopped.wait(LOOK_MS / 1000):
            try:
                self.bank.catch_up()
            except Exception:
                # Said and tried again: a thread that ends would leave the clock standing for good.
                log.exception("the rehearsal could not do what fell due")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = WAITING_MAX
    rehearsal: Rehearsal


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[int] = SECONDS_IDLE_MAX
    wbufsize = -1  # head and body in one packet: a second one would wait 40 ms until the first is acknowledged
    server: _Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(body="")

    def do_DELETE(self) -> None:
        """Answer a DELETE, whose parameters stand in its address."""
        self._answer(body="")

    def do_POST(self) -> None:
        """Answer a POST; a body of unknown or great length is refused."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"", "text/plain")
            return
        self._answer(body=self.rfile.read(int(length)).decode("utf-8", "replace"))

    def _answer(self, body: str) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/v1/"):
            self._api(parts.path.removeprefix("/v1/"), body or parts.query)
        elif parts.path == "/style.css":
            self._send(HTTPStatus.OK, page.STYLE.encode(), "text/css")
        elif self.command == "POST" and self._from_elsewhere():
            self._send(HTTPStatus.FORBIDDEN, page.nothing_here().encode())
        else:
            answer = self.server.rehearsal.desk.answer(
                self.command == "POST", parts.path, parse_qs(body or parts.query)
            )
            self._send(answer.status, answer.html.encode(), location=answer.location)

    def _from_elsewhere(self) -> bool:
        """Say whether a browser sends a form from another site's page."""
        return self.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}

    def _api(self, path: str, form: str) -> None:
        rehearsal = self.server.rehearsal
        given = self.headers.get("Authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, f"Bearer {rehearsal.api_key}".encode()):
            error = {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
            self._json(Answer(HTTPStatus.UNAUTHORIZED, error))
            return
        answer = rehearsal.api.answer(str(self.command), path, form, self.headers.get("Idempotency-Key", ""))
        if self.command == "POST" and rehearsal.chaos.loses_answer():
            error = {"error": {"type": "api_error", "message": "The answer was lost on purpose."}}
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, error)
        self._json(answer)

    def _json(self, answer: Answer) -> None:
        extra = {"Idempotent-Replayed": "true"} if answer.replayed else {}
        self._send(answer.status, json.dumps(answer.body).encode(), "application/json", **extra)

    def _send(self, status: int, body: bytes, kind: str = "text/html", location: str = "", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'")
        if location:
            self.send_header("Location", location)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing: the site logs what matters."""
