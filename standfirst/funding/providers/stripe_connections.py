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
from typing import Any
from urllib.parse import urlsplit

import stripe


def client(base: str, *, seconds_to_answer: float) -> stripe.HTTPClient:
    """Return what brings Stripe's questions to the site ``base`` ("" for Stripe's own)."""
    parts = urlsplit(base or "https://api.stripe.com")
    proxied = parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(parts.hostname or "")
    return stripe.RequestsClient(timeout=seconds_to_answer) if proxied else KeptOpen(seconds_to_answer)


class KeptOpen(stripe.HTTPClient):
    """Asks over connections that stay open. What comes of a failure (again, or not) its base class decides."""

    name = "standfirst"

    def __init__(self, seconds_to_answer: float) -> None:
        super().__init__()
        self._seconds = seconds_to_answer
        self._open = threading.local()  # of each thread: its connections, by scheme and host

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Ask, and read the whole answer. APIConnectionError if there is none."""
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.netloc)
        try:
            connection.request(method.upper(), url.partition(parts.netloc)[2], post_data, dict(headers or {}))
            answer = connection.getresponse()
            # Bytes, as all clients of the library give; its base class says otherwise.
            return answer.read(), answer.status, answer.headers  # type: ignore[return-value]
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            again = not isinstance(error, ssl.SSLCertVerificationError)
            raise stripe.APIConnectionError(f"{type(error).__name__}: {error}", should_retry=again) from error
        except BaseException:
            connection.close()  # an answer that was not read to its end would be the next question's
            raise

    def close(self) -> None:
        """Close the connections of this thread; those of others end with them."""
        self._open = threading.local()

    def _connection(self, scheme: str, host: str) -> http.client.HTTPConnection:
        known: dict[tuple[str, str], _Connection | _SecureConnection] = self._open.__dict__
        found = known.get((scheme, host))
        if found is None:
            found = known[scheme, host] = self._made(scheme, host)
        elif found.sock is not None and _hung_up(found.sock):
            found.close()  # it opens anew with the question
        return found

    def _made(self, scheme: str, host: str) -> "_Connection | _SecureConnection":
        if scheme == "https":
            return _SecureConnection(host, timeout=self._seconds, context=self._trust)
        return _Connection(host, timeout=self._seconds)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=stripe.ca_bundle_path)


class _Connection(http.client.HTTPConnection):
    """Closed as its thread ends."""

    def __del__(self) -> None:
        self.close()


class _SecureConnection(http.client.HTTPSConnection):
    """The same."""

    def __del__(self) -> None:
        self.close()


def _hung_up(sock: Any) -> bool:
    """Say whether something came that nobody asked for: as a rule the end of the connection."""
    waiting = select.poll()
    waiting.register(sock, select.POLLIN | select.POLLHUP)
    return bool(waiting.poll(0))
