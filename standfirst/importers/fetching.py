"""Fetching a file from an address that a stranger chose, without being led into our own network.

Only http and https to the usual ports; each name is resolved once, every address it has must
be a public one, and the connection goes to the address that was looked at, so that a second
answer of the name server changes nothing. Each redirect is looked at in the same way. Size and
the whole time are bounded, not only the pauses.
"""

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BYTES_MAX = 25 * 1024 * 1024  # of one picture
SECONDS_MAX = 30.0  # for one picture with all its redirects; a slow sender is cut off
SECONDS_CONNECT_MAX = 10.0
REDIRECTS_MAX = 4
URL_LENGTH_MAX = 2_000
PORTS = {"http": 80, "https": 443}
_CHUNK_BYTES = 64 * 1024

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network
type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Resolve = Callable[[str, int], Iterable[str]]


class NotFetched(Refusal):
    """An address was not fetched; ``reason`` says why."""

    code = "importers.not_fetched"
    status = 422
    message = _("{url} was not fetched: {reason}.")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: the bytes, the type that the sender claimed, and the address after redirects."""

    body: bytes
    content_type: str
    url: str


def resolve(host: str, port: int) -> list[str]:
    """Return every address of ``host``."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class Fetcher:
    """Fetches over HTTP from public addresses; ``allowed`` adds networks and any port in them, for tests."""

    def __init__(
        self,
        *,
        allowed: Iterable[Network] = (),
        resolve: Resolve = resolve,
        bytes_max: int = BYTES_MAX,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._bytes_max = bytes_max
        self._seconds_max = seconds_max

    def fetch(self, url: str) -> Fetched:
        """Return what is at ``url``. Refusals: NotFetched."""
        until = time.monotonic() + self._seconds_max
        for _redirect in range(REDIRECTS_MAX + 1):
            try:
                outcome = self._once(url, until)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise NotFetched(url=url, reason=_reason(error)) from error
            if isinstance(outcome, Fetched):
                return outcome
            url = outcome
        raise NotFetched(url=url, reason=f"more than {REDIRECTS_MAX} redirects")

    def _once(self, url: str, until: float) -> "Fetched | str":
        if len(url) > URL_LENGTH_MAX:
            raise NotFetched(url=url[:80], reason="the address is too long")
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
            raise NotFetched(url=url, reason="only plain http and https addresses are fetched")
        port = parts.port or PORTS[parts.scheme]
        address = self._checked_address(url, parts.hostname, port)
        connection = _Connection(parts.hostname, port, address=address, tls=parts.scheme == "https", until=until)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"Accept": "image/*", "Connection": "close"})
            with connection.getresponse() as response:
                return self._answer(url, response)
        finally:
            connection.close()

    def _checked_address(self, url: str, host: str, port: int) -> str:
        """Return the address to connect to. Every address of the name is looked at: one bad one spoils it."""
        found = [self._public_or_none(each, port) for each in self._resolve(host, port)]
        if not found or None in found:
            raise NotFetched(
                url=url, reason="the name leads into a private network, or to a port that is not open to it"
            )
        return str(found[0])

    def _public_or_none(self, text: str, port: int) -> str | None:
        address = _plain(ipaddress.ip_address(text.partition("%")[0]))
        if any(address.version == network.version and address in network for network in self._allowed):
            return str(address)
        return str(address) if _is_public(address) and port in PORTS.values() else None

    def _answer(self, url: str, response: http.client.HTTPResponse) -> "Fetched | str":
        if response.status in {301, 302, 303, 307, 308}:
            return urljoin(url, response.headers.get("Location", ""))
        if response.status != http.HTTPStatus.OK:
            raise NotFetched(url=url, reason=f"the server answered {response.status}")
        content_type = response.headers.get_content_type()
        if not content_type.startswith("image/"):
            raise NotFetched(url=url, reason=f"it is no picture but {content_type}")
        if int(response.headers.get("Content-Length") or 0) > self._bytes_max:
            raise NotFetched(url=url, reason=f"it is larger than {self._bytes_max} bytes")
        return Fetched(self._body(url, response), content_type, url)

    def _body(self, url: str, response: http.client.HTTPResponse) -> bytes:
        body = bytearray()
        while chunk := response.read(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._bytes_max:
                raise NotFetched(url=url, reason=f"it is larger than {self._bytes_max} bytes")
        if response.length:
            raise NotFetched(url=url, reason="it broke off")
        return bytes(body)


class _Connection(http.client.HTTPConnection):
    """A connection to one address that was looked at, whatever the name says next; all of it until a deadline."""

    def __init__(self, host: str, port: int, *, address: str, tls: bool, until: float) -> None:
        super().__init__(host, port)
        self._address = address
        self._tls = tls
        self._until = until

    def connect(self) -> None:
        """Connect to the address, and speak TLS for the name."""
        raw = socket.create_connection((self._address, self.port), timeout=min(_left(self._until), SECONDS_CONNECT_MAX))
        if self._tls:
            raw.settimeout(_left(self._until))
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=self.host)
        self.sock = _Deadlined(raw, self._until)


class _Deadlined:
    """A socket whose reads and writes all end at one deadline, however little each of them waits."""

    def __init__(self, raw: socket.socket, until: float) -> None:
        self._raw = raw
        self._until = until
        self._reader: io.BufferedReader | None = None

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(_left(self._until))
        self._raw.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        self._reader = io.BufferedReader(_DeadlinedReader(self._raw, self._until), _CHUNK_BYTES)
        return self._reader

    def close(self) -> None:
        # http.client lets go of the socket while it still reads the answer; the reader closes it then.
        if self._reader is None:
            self._raw.close()


class _DeadlinedReader(io.RawIOBase):
    def __init__(self, raw: socket.socket, until: float) -> None:
        super().__init__()
        self._raw = raw
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._raw.settimeout(_left(self._until))
        return self._raw.recv_into(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _plain(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one that only wraps it (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address.teredo is not None:
            return address.teredo[1]
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NEVER = tuple(
    ipaddress.ip_network(each)
    for each in ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/96")
)


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not any(address.version == network.version and address in network for network in _NEVER)
    )


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, socket.gaierror):
        return "the name is not known"
    return str(error) or type(error).__name__
