"""A kept page, what is made of it, and a kept fragment."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from standfirst.delivery import caching, encoding
from standfirst.delivery.caching import Headers
from standfirst.delivery.encoding import COMPRESS_FROM_BYTES, GZIP, IDENTITY, compress

# How long, under a storm of changes, the previous version may be served. Promised are 0.25: the rest is the way of the
# news to this process and of the page to the reader.
STALE_SECONDS_MAX = 0.2
_DIGEST_BYTES = 12
NEVER = -1e9  # on the monotonic clock, which may begin at 0


@dataclass(slots=True, frozen=True)
class Part:
    """A piece of a page or a fragment, deflated once for all the pages that it will be joined into."""

    html: bytes
    deflated: bytes
    digest: bytes  # of what is deflated
    checksum: int  # of the HTML

    @property
    def size(self) -> int:
        """Bytes of it."""
        return len(self.html) + len(self.deflated)


def parts_of(*pieces: bytes) -> list[Part]:
    """Return pieces of HTML as parts."""
    return [
        Part(html, deflated, blake2b(deflated, digest_size=_DIGEST_BYTES).digest(), encoding.checksum_of(html))
        for html, deflated in zip(pieces, encoding.deflated(*pieces), strict=True)
    ]


def part_of(html: bytes) -> Part:
    """Return ``html`` as a part."""
    return parts_of(html)[0]


@dataclass(slots=True, frozen=True)
class KeptFragment:
    """A rendered fragment."""

    part: Part
    keys: frozenset[str]
    expires_at: float  # seconds since the epoch


@dataclass(slots=True, frozen=True)
class Variant:
    """A page in one encoding, ready to be sent."""

    etag: bytes
    headers: Headers
    headers_unchanged: Headers  # for 304
    body: bytes
    earlier_etag: bytes = b""  # of the same page before it was packed better: who has that has this

    def known_by(self, if_none_match: bytes) -> bool:
        """Say whether the client that sent this If-None-Match has the page already."""
        if self.etag in if_none_match or if_none_match == b"*":
            return True
        return bool(self.earlier_etag) and self.earlier_etag in if_none_match


@dataclass(slots=True, eq=False)
class Joining:
    """A page with its holes filled, and its variants by encoding. Every change up to ``position`` is in it."""

    html: Sequence[bytes]  # the pieces of the page and the fragments between them, which other pages hold as well
    headers: Headers
    until: float  # seconds since the epoch
    began_at: float  # on the monotonic clock: every commit before this moment is in it
    position: int = 0
    size_of_fragments: int = 0  # bytes between the pieces: once they have changed, nobody else holds them
    tagged: bool = False  # a CDN that is configured can be told to drop it
    hits: int = 0
    variants: dict[str, Variant] = field(default_factory=dict)

    def variant(self, accepted: bytes) -> tuple[Variant, int]:
        """Return the variant for an Accept-Encoding header, and the bytes that it adds if it is new."""
        chosen = encoding.negotiate(accepted)
        found = self.variants.get(chosen)
        return (found, 0) if found is not None else (self.pack(chosen), len(self.variants[chosen].body))

    def pack(self, chosen: str) -> Variant:
        """Make the variant in that encoding."""
        made = self.variants[chosen] = finished(self.body, self.headers, chosen)
        return made

    @property
    def body(self) -> bytes:
        """The whole page, put together each time: gzip, which nearly all ask for, is made without it."""
        return b"".join(self.html)

    @property
    def size(self) -> int:
        """Bytes of it beside the pieces of the page."""
        return self.size_of_fragments + sum([len(variant.body) for variant in self.variants.values()])


@dataclass(slots=True, eq=False)
class KeptPage:
    """A page cut at its holes, and the last joining of it."""

    pieces: list[Part]
    holes: list[str]
    keys: frozenset[str]
    expires_at: float  # seconds since the epoch
    headers: Headers
    aged: bool = False  # a key was touched: the pieces have to be rendered anew
    size: int = 0
    hits_seen: int = -1  # by the second chance; a new page has one
    joining: Joining | None = None
    behind_since: float = 0.0  # on the monotonic clock: when the joining began to miss a change; 0 while it has all
    refreshed_at: float = NEVER  # on the monotonic clock: when it was last brought up to date after a change
    size_of_pieces: int = field(init=False)  # bytes of them, as they are and deflated

    def __post_init__(self) -> None:
        self.size_of_pieces = sum(piece.size for piece in self.pieces)

    def usable(self, now: float) -> bool:
        """Say whether the pieces are still true."""
        return not self.aged and self.expires_at > now

    def current(self, now: float) -> Joining | None:
        """Return what may be sent as it stands, at ``now`` seconds since the epoch."""
        joining = self.joining
        return joining if joining is not None and not self.behind_since and joining.until > now else None

    def previous(self, now: float, wrote: int = 0) -> Joining | None:
        """Return the previous version if it may be sent once more: only in a storm, and only briefly.

        A page that had been at rest is rendered at once, so whoever asks after a change sees it. Whoever
        made the change ``wrote`` never gets a version without it.
        """
        joining = self.joining
        in_a_storm = time.monotonic() - self.refreshed_at < STALE_SECONDS_MAX
        if joining is None or joining.until <= now or not in_a_storm:
            return None
        return joining if self.tolerable() and joining.position >= wrote else None

    def tolerable(self) -> bool:
        """Say whether the joining misses nothing that is older than the bound."""
        return not self.behind_since or time.monotonic() - self.behind_since < STALE_SECONDS_MAX

    def fall_behind(self) -> None:
        """A fragment changed: the pieces have to be joined anew."""
        if not self.behind_since:
            self.behind_since = time.monotonic()

    def age(self) -> None:
        """What the page itself shows has changed: it has to be rendered anew."""
        self.fall_behind()
        self.aged = True

    def succeed(self, older: "KeptPage") -> None:
        """Take over when ``older`` was brought up to date, and what was last sent of it."""
        self.joining, self.behind_since, self.refreshed_at = older.joining, older.behind_since, older.refreshed_at

    def take(self, joining: Joining, *, missing_since: float) -> None:
        """Take a new joining that misses changes since that moment; 0 if it misses none."""
        if self.behind_since and self.joining is not None:
            self.refreshed_at = time.monotonic()
        self.joining, self.behind_since = joining, missing_since

    @property
    def hits(self) -> int:
        """How often the joining was sent."""
        return self.joining.hits if self.joining is not None else 0


def finished(body: bytes, headers: Headers, chosen: str, *, best: bool = False) -> Variant:
    """Compress ``body`` and complete its headers."""
    if len(body) < COMPRESS_FROM_BYTES:
        chosen = IDENTITY
    packed = compress(body, chosen, best=best)
    return _named(packed, packed, headers, chosen)


def composed(parts: Sequence[Part], headers: Headers) -> Variant:
    """Put a page's gzip variant together from what its ``parts`` were deflated to: nothing is compressed."""
    sizes = [(part.checksum, len(part.html)) for part in parts]
    if sum([length for _checksum, length in sizes]) < COMPRESS_FROM_BYTES:
        return finished(b"".join([part.html for part in parts]), headers, IDENTITY)
    packed = encoding.gzip_of(sizes, [part.deflated for part in parts])
    return _named(packed, b"".join([part.digest for part in parts]), headers, GZIP)


def _named(packed: bytes, name: bytes, headers: Headers, chosen: str) -> Variant:
    """Complete the headers. The ETag is strong: it is made of ``name``, which no other bytes than ``packed`` have."""
    etag = b'"' + blake2b(name, digest_size=_DIGEST_BYTES).hexdigest().encode() + b'"'
    coding = [] if chosen == IDENTITY else [(b"content-encoding", chosen.encode())]
    validators = [(b"etag", etag), (b"vary", b"Accept-Encoding")]
    length = (b"content-length", str(len(packed)).encode())
    return Variant(etag, [*headers, *coding, *validators, length], [*caching.only(headers), *validators], packed)


def repacked(joining: Joining, variant: Variant, chosen: str) -> Variant:
    """Return ``variant`` packed as small as can be. Takes up to a second of a processor."""
    return replace(finished(joining.body, joining.headers, chosen, best=True), earlier_etag=variant.etag)
