"""What a page tells the caches on its way: browsers, a proxy such as nginx, a CDN.

A browser asks each time and mostly gets 304. A shared cache may answer by itself for a
second, and for a day while the site is down. ``CDN-Cache-Control`` (RFC 9213) is read by
CDNs alone: only they are allowed to send an old page while they fetch the new one, as a
browser that did so would hide its reader's own comment.

Before midnight, when a page shows another number of days, no cache may keep it beyond.
"""

type Headers = list[tuple[bytes, bytes]]

SHARED_SECONDS = 1  # that a shared cache answers by itself, and for as long again while it asks
DOWN_SECONDS = 24 * 3600  # that it goes on while the site is down
LAST_SECONDS = 2 * SHARED_SECONDS + 1  # before a page expires, in which no cache may keep it

_DOWN = b"stale-if-error=%d" % DOWN_SECONDS
CACHE_CONTROL = b"public, max-age=0, s-maxage=%d, %b" % (SHARED_SECONDS, _DOWN)
CDN_CACHE_CONTROL = b"max-age=%d, stale-while-revalidate=%d, %b" % (SHARED_SECONDS, SHARED_SECONDS, _DOWN)
_SHARED: Headers = [(b"cache-control", CACHE_CONTROL), (b"cdn-cache-control", CDN_CACHE_CONTROL)]
_LAST: Headers = [(b"cache-control", b"public, max-age=0, s-maxage=0, " + _DOWN)]
_NAMES = frozenset({b"cache-control", b"cdn-cache-control"})


def shared(headers: Headers) -> Headers:
    """Return ``headers`` of a page that is the same for everybody."""
    return [*_without(headers), *_SHARED]


def never(headers: Headers) -> Headers:
    """Return ``headers`` of an answer that nobody may keep."""
    return [*_without(headers), (b"cache-control", b"no-store")]


def last(headers: Headers) -> Headers:
    """Return ``headers`` of a page that is about to expire."""
    return [*_without(headers), *_LAST]


def only(headers: Headers) -> Headers:
    """Return those of ``headers`` that are for caches, as 304 needs them."""
    return [(name, value) for name, value in headers if name in _NAMES]


def _without(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name not in _NAMES]
