"""The rehearsal's HTTP server: the API under /v1/, the payment page under /pay/."""

import hmac
import json
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
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.keys import Secrets
from standfirst.funding.rehearsal.state import State
from standfirst.funding.rehearsal.webhooks import Sender
from standfirst.kit.money import Money

BODY_BYTES_MAX = 64 * 1024  # Stripe's own requests of ours have two kilobytes
SECONDS_IDLE_MAX = 60
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
        self.api_key = secrets.api_key
        self.server.rehearsal = self
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, name="rehearsal", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve until ``stop`` is called from another thread."""
        self.sender.start()
        self.server.serve_forever(poll_interval=STOP_MS_MAX / 1000)

    def stop(self) -> None:
        """Stop serving and sending; what was written is kept."""
        self.server.shutdown()
        self.sender.stop()
        self.server.server_close()
        if self._thread is not None:
            self._thread.join()
        self.state.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    rehearsal: Rehearsal


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[int] = SECONDS_IDLE_MAX
    server: _Server

    def do_GET(self) -> None:
        """Answer a GET."""
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
        elif parts.path.startswith("/pay/"):
            self._pay(parts.path.removeprefix("/pay/"), body)
        elif parts.path == "/style.css":
            self._send(HTTPStatus.OK, page.STYLE.encode(), "text/css")
        elif parts.path == "/":
            self._send(HTTPStatus.OK, page.shell("Rehearsal", "<h1>The rehearsal is running.</h1>").encode())
        else:
            self._send(HTTPStatus.NOT_FOUND, page.nothing_here().encode())

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

    def _pay(self, session_id: str, body: str) -> None:
        bank = self.server.rehearsal.bank
        action = parse_qs(body).get("action", [""])[0] if self.command == "POST" else ""
        try:
            with bank.state.change():
                session = {"pay": bank.pay, "decline": bank.decline}.get(action, bank.session)(session_id)
        except Refused:
            self._send(HTTPStatus.NOT_FOUND, page.nothing_here().encode())
            return
        if session["status"] == "complete":
            self._send(HTTPStatus.SEE_OTHER, b"", location=session["success_url"])
        elif session["status"] == "expired":
            self._send(HTTPStatus.GONE, page.over(session["cancel_url"]).encode())
        else:
            amount = Money(session["amount_total"], session["currency"].upper())
            declined = action == "decline"
            html = page.payment(bank.description(session), amount, session["cancel_url"], declined=declined)
            self._send(HTTPStatus.PAYMENT_REQUIRED if declined else HTTPStatus.OK, html.encode())

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
