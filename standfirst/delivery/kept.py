"""A kept page, its variants, and a kept fragment."""

import time
from dataclasses import dataclass, field
from hashlib import blake2b

from standfirst.delivery import encoding
from standfirst.delivery.encoding import COMPRESS_FROM_BYTES, IDENTITY, compress

type Headers = list[tuple[bytes, bytes]]

STALE_SECONDS_MAX = 0.25  # how long, under a storm of changes, the previous version may be served


@dataclass(slots=True, frozen=True)
class KeptFragment:
    """A rendered fragment."""

    html: bytes
    keys: frozenset[str]
    expires_at: float  # seconds since the epoch


@dataclass(slots=True, frozen=True)
class Variant:
    """A page in one encoding, ready to be sent."""

    etag: bytes
    headers: Headers
    headers_unchanged: Headers  # for 304
    body: bytes


@dataclass(slots=True)
class KeptPage:
    """A page cut at its holes, and its finished variants by encoding."""

    pieces: list[bytes]
    holes: list[str]
    keys: frozenset[str]
    expires_at: float  # seconds since the epoch; 0 once a key was touched
    headers: Headers
    size: int = 0
    used: bool = True
    body: bytes | None = None  # the pieces joined with the fragments; None while a fragment is missing
    body_until: float = 0.0
    stale_since: float = 0.0  # 0 while nothing has changed
    rejoined_at: float = 0.0  # when it was last brought up to date after a change
    variants: dict[str, Variant] = field(default_factory=dict)

    def fresh(self, now: float) -> bool:
        """Say whether the page may be sent as it stands."""
        return self.body is not None and self.body_until > now

    def bearable(self, now: float) -> bool:
        """Say whether the previous version may be sent once more: only in a storm, and only briefly.

        A page that had been at rest is rendered at once, so whoever asks after a change sees it.
        """
        in_a_storm = now - self.rejoined_at < STALE_SECONDS_MAX
        return in_a_storm and now - self.stale_since < STALE_SECONDS_MAX and self.body_until > now

    def previous(self, accepted: bytes) -> Variant | None:
        """Return the variant of the last joining for an Accept-Encoding header, if it was made."""
        return self.variants.get(encoding.negotiate(accepted))

    def reopen(self) -> None:
        """A fragment changed: the pieces have to be joined anew."""
        if self.body is not None:
            self.body = None
            self.stale_since = time.time()

    def age(self) -> None:
        """What the page itself shows has changed: it has to be rendered anew."""
        self.reopen()
        self.expires_at = 0.0

    def succeed(self, older: "KeptPage | None") -> None:
        """Take over from ``older`` since when the page is behind."""
        if older is not None:
            self.stale_since, self.rejoined_at = older.stale_since, older.rejoined_at

    def renew(self, body: bytes, until: float) -> int:
        """Take a fresh joining, true until ``until``; return the page's new size in bytes."""
        freed = sum(len(variant.body) for variant in self.variants.values()) + len(self.body or b"")
        self.variants = {}
        self.body, self.body_until = body, until
        if self.stale_since:
            self.stale_since, self.rejoined_at = 0.0, time.time()
        return self.size - freed + len(body)

    def variant(self, accepted: bytes) -> tuple[Variant, int]:
        """Return the variant for an Accept-Encoding header, and the bytes that it adds if it is new."""
        chosen = encoding.negotiate(accepted)
        found = self.variants.get(chosen)
        if found is not None:
            return found, 0
        made = finished(self.body or b"", self.headers, chosen)
        self.variants[chosen] = made
        return made, len(made.body)


def finished(body: bytes, headers: Headers, chosen: str) -> Variant:
    """Compress ``body`` and complete its headers. The ETag is strong: it names these very bytes."""
    if len(body) < COMPRESS_FROM_BYTES:
        chosen = IDENTITY
    packed = compress(body, chosen)
    etag = b'"' + blake2b(packed, digest_size=12).hexdigest().encode() + b'"'
    coding = [] if chosen == IDENTITY else [(b"content-encoding", chosen.encode())]
    validators = [(b"etag", etag), (b"vary", b"Accept-Encoding"), *_only(headers, b"cache-control")]
    full = [
        *headers,
        *coding,
        (b"etag", etag),
        (b"vary", b"Accept-Encoding"),
        (b"content-length", str(len(packed)).encode()),
    ]
    return Variant(etag, full, validators, packed)


def _only(headers: Headers, wanted: bytes) -> Headers:
    return [(name, value) for name, value in headers if name == wanted]
