"""Connections to Stripe that stay open, one for each thread that asks, over Python's own HTTP.

Stripe's library brings questions through ``requests`` otherwise, which takes four times as long for each, as it is made
for any site: cookies, redirects, codings, passwords in files. Where a proxy stands before the network, it still does.
"""

import http.client
import select
import ssl
import threading
import urllib.request
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from stripe import HTTPClient

STRIPE = "https://api.stripe.com"


def client(base: str, *, seconds_to_answer: int) -> "HTTPClient":
    """Return what brings the questions of Stripe's library to the site ``base`` ("" for Stripe's own)."""
    # Loaded by whoever asks first: a process that never does is spared its memory.
    import stripe

    parts = urlsplit(base or STRIPE)
    stated = urllib.request.getproxies()
    if (parts.scheme in stated or "all" in stated) and not urllib.request.proxy_bypass(parts.hostname or ""):
        return stripe.RequestsClient(timeout=seconds_to_answer)

    class KeptOpen(stripe.HTTPClient):
        """Asks over connections that stay open. What comes of a failure (again, or not) its base class decides."""

        name = "standfirst"
        connections = Connections(seconds_to_answer, stripe.ca_bundle_path)

        def request(self, method: str, url: str, headers: Any, post_data: Any = None, *, _usage: Any = None) -> Any:
            try:
                return self.connections.ask(method.upper(), url, headers or {}, post_data)
            except (OSError, http.client.HTTPException) as error:
                again, said = not isinstance(error, ssl.SSLCertVerificationError), f"{type(error).__name__}: {error}"
                raise stripe.APIConnectionError(said, should_retry=again) from error  # type: ignore[no-untyped-call]

        def close(self) -> None:
            self.connections.close()

    return KeptOpen()


class Connections:
    """The connections of each thread, by where they lead."""

    def __init__(self, seconds_to_answer: int, trusted_file: str) -> None:
        self._seconds = seconds_to_answer
        self._trusted_file = trusted_file
        self._threads = threading.local()

    def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | str | None = None
    ) -> tuple[bytes, int, http.client.HTTPMessage]:
        """Ask, and read the whole answer: its body, status and headers. OSError or HTTPException if there is none."""
        parts = urlsplit(url)
        connection = self.to(parts.scheme, parts.netloc)
        try:
            connection.request(method, url.partition(parts.netloc)[2], body, dict(headers))
            answer = connection.getresponse()
            return answer.read(), answer.status, answer.headers
        except BaseException:
            connection.close()  # an answer that was not read to its end would be the next question's
            raise

    def close(self) -> None:
        """Close the connections of all threads, each as it is asked for no more."""
        self._threads = threading.local()

    def to(self, scheme: str, host: str) -> http.client.HTTPConnection:
        """Return this thread's connection there; one that was hung up meanwhile opens anew with the question."""
        known: dict[Any, http.client.HTTPConnection] = self._threads.__dict__
        found = known.get((scheme, host))
        if found is None:
            found = known[scheme, host] = self._made(scheme, host)
        elif found.sock is not None and hung_up(found.sock):
            found.close()
        return found

    def _made(self, scheme: str, host: str) -> http.client.HTTPConnection:
        if scheme == "https":
            return _SecureConnection(host, timeout=self._seconds, context=self._trust)
        return _Connection(host, timeout=self._seconds)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._trusted_file)


class _Connection(http.client.HTTPConnection):
    """Closed as its thread ends."""

    def __del__(self) -> None:
        self.close()


class _SecureConnection(http.client.HTTPSConnection):
    """The same."""

    def __del__(self) -> None:
        self.close()


def hung_up(sock: Any) -> bool:
    """Say whether something came that nobody asked for: as a rule the end of the connection."""
    waiting = select.poll()
    waiting.register(sock, select.POLLIN | select.POLLHUP)
    return bool(waiting.poll(0))
