"""What a content delivery network is told: the names of what it stores, for how long, and what to drop.

A stored answer carries the change keys of what it shows as tags. When one of them is touched,
the network is told to drop everything with that tag. Kinds differ in header names, limits
and requests; all of that is here, and nothing of the change log or the database.
"""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from standfirst.delivery.caching import DOWN_SECONDS, Headers

SITE = "site"  # a tag of every stored answer: dropping it empties the network
CALL_SECONDS_MAX = 10.0  # of silence, until a call counts as failed
KEYS_AT_ONCE_MAX = 1_000  # more are no longer told one by one
ANSWER_BYTES_MAX = 64 * 1024

# What a tag may hold beside letters and digits; spaces and commas separate tags.
_PLAIN = ":._-/@+=~"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of network wants to be spoken to."""

    api: str  # the address of its API, "" if every host has another
    tag_header: bytes
    separator: bytes
    tag_bytes_max: int  # all tags of an answer together
    lifetime_header: bytes
    keys_per_call_max: int
    call_bytes_max: int  # all keys of a call together


KINDS: Mapping[str, Kind] = {
    # Surrogate-Key: 16,384 bytes, 1,024 a key. A call takes 256 keys.
    "fastly": Kind("https://api.fastly.com", b"surrogate-key", b" ", 16_000, b"surrogate-control", 256, 16_000),
    # Cache-Tag: 16 KB, about 1,000 tags. A call takes 100 tags.
    "cloudflare": Kind(
        "https://api.cloudflare.com", b"cache-tag", b",", 16_000, b"cloudflare-cdn-cache-control", 100, 60_000
    ),
    # A header line of 8 KB is all that Varnish takes unless it is told otherwise.
    "varnish": Kind("", b"xkey", b" ", 7_500, b"surrogate-control", 200, 6_000),
}


@dataclass(frozen=True, slots=True)
class Cdn:
    """A network in front of the site: everything that an answer has to say to it."""

    kind: str
    lifetime_seconds_max: int

    def tag_headers(self, keys: Iterable[str]) -> Headers:
        """Return the header that names ``keys`` and ``site``; [] if they are too many for the network.

        A part of the keys must never stand for all: a touch of the others would drop nothing.
        """
        kind = KINDS[self.kind]
        value = kind.separator.join(tag(key).encode() for key in (SITE, *sorted(set(keys) - {SITE})))
        return [(kind.tag_header, value)] if len(value) <= kind.tag_bytes_max else []

    def lifetime_headers(self, seconds: float) -> Headers:
        """Return the header that lets the network keep a tagged answer while it is true, for ``seconds`` at the most.

        Without it the network keeps the answer for as long as its Cache-Control says, a second: so
        it is for an answer with too many keys, or one whose date is about to end.
        """
        lifetime = int(min(seconds, self.lifetime_seconds_max))
        if lifetime < 1:
            return []
        value = b"max-age=%d, stale-if-error=%d" % (lifetime, DOWN_SECONDS)
        return [(KINDS[self.kind].lifetime_header, value)]


def tag(key: str) -> str:
    """Return the tag for a change key: itself, or escaped where it holds what no tag may."""
    return quote(key, safe=_PLAIN)


class PurgeFailed(Exception):
    """The network did not drop what it was told to. The message holds no secret."""


@dataclass(frozen=True, slots=True)
class Access:
    """A network's API and what opens it."""

    cdn: Cdn
    addresses: tuple[str, ...]  # scheme and host; several for several Varnish servers
    id: str = ""  # Fastly's service, Cloudflare's zone
    token: str = field(default="", repr=False)
    host: str = ""  # the site's own name, by which Varnish knows what it stores


class Purger:
    """Tells a network to drop everything that shows what has changed. To drop twice does no harm."""

    def __init__(self, access: Access, *, seconds_max: float = CALL_SECONDS_MAX) -> None:
        self._access = access
        self._seconds_max = seconds_max
        # A redirect would carry the token elsewhere. To a server of our own no outgoing proxy leads.
        handlers: list[Any] = [_NoRedirect]
        if access.cdn.kind == "varnish":
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def __call__(self, found: Sequence[tuple[int, str]]) -> None:
        """Drop the keys of a batch of changes. PurgeFailed if a call fails; then all of it has to be told again."""
        for address in self._access.addresses:
            for keys in portions([key for _, key in found], KINDS[self._access.cdn.kind]):
                self._call(REQUESTS[self._access.cdn.kind](self._access, address, keys))

    def _call(self, request: urllib.request.Request) -> None:
        where = urlsplit(request.full_url).netloc
        try:
            with self._opener.open(request, timeout=self._seconds_max) as response:
                body = response.read(ANSWER_BYTES_MAX)
        except urllib.error.HTTPError as error:
            error.close()
            raise PurgeFailed(f"{where} answered {error.code}") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise PurgeFailed(f"{where} cannot be reached: {type(reason).__name__}") from None
        if self._access.cdn.kind == "cloudflare" and not _says_success(body):
            raise PurgeFailed(f"{where} answered 200 but did not say success")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow none: what the server answered is then an error."""


def portions(keys: Sequence[str], kind: Kind) -> Iterator[list[str]]:
    """Yield the tags of ``keys``, each once and in order, in as many calls as the network's limits ask for."""
    tags = list(dict.fromkeys(tag(key) for key in keys))
    if SITE in tags or len(tags) > KEYS_AT_ONCE_MAX:
        tags = [SITE]
    portion: list[str] = []
    size = 0
    for each in tags:
        if portion and (len(portion) == kind.keys_per_call_max or size + len(each) + 1 > kind.call_bytes_max):
            yield portion
            portion, size = [], 0
        portion.append(each)
        size += len(each) + 1
    if portion:
        yield portion


def _fastly(access: Access, address: str, tags: list[str]) -> urllib.request.Request:
    # Soft: what is dropped may still be served while we are down.
    headers = {
        "Fastly-Key": access.token,
        "Fastly-Soft-Purge": "1",
        "Surrogate-Key": " ".join(tags),
        "Accept": "application/json",
    }
    path = f"/service/{quote(access.id, safe='')}/purge"
    return urllib.request.Request(address + path, method="POST", headers=headers, data=b"")  # noqa: S310 - checked setting


def _cloudflare(access: Access, address: str, tags: list[str]) -> urllib.request.Request:
    headers = {"Authorization": f"Bearer {access.token}", "Content-Type": "application/json"}
    path = f"/client/v4/zones/{quote(access.id, safe='')}/purge_cache"
    body = json.dumps({"tags": tags}).encode()
    return urllib.request.Request(address + path, method="POST", headers=headers, data=body)  # noqa: S310 - as above


def _varnish(access: Access, address: str, tags: list[str]) -> urllib.request.Request:
    headers = {"Host": access.host, "xkey-purge": " ".join(tags)}
    return urllib.request.Request(address + "/", method="PURGE", headers=headers)  # noqa: S310 - as above


REQUESTS = {"fastly": _fastly, "cloudflare": _cloudflare, "varnish": _varnish}


def _says_success(body: bytes) -> bool:
    try:
        return json.loads(body)["success"] is True
    except (ValueError, KeyError, TypeError):
        return False
