"""The address of a request's client, and the keyed hash that stands for it where limits are counted."""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from standfirst.kit import addresses

KEPT_DAYS_MAX = 30  # long enough to see a flood's pattern; afterwards nobody can ask who it was
_SALT = "standfirst.accounts.address"


def of_request(request: HttpRequest) -> str:
    """Return the client's address, "" if it is unknown. Only proxies named in the settings are believed."""
    trusted = _networks(tuple(settings.STANDFIRST.proxies))
    forwarded = request.headers.get("X-Forwarded-For", "")
    client = addresses.client(str(request.META.get("REMOTE_ADDR", "")), forwarded, trusted)
    return "" if client is None else str(client)


def hash_of(address: str) -> str:
    """Return 32 hexadecimal digits that stand for ``address`` (IPv6: for its /64), "" for none.

    Keyed with the site's secret: without it, the addresses cannot be tried out.
    """
    client = addresses.parsed(address)
    if client is None:
        return ""
    return hmac.digest(_key(settings.SECRET_KEY), addresses.household(client).encode(), "sha256").hex()[:32]


_networks = lru_cache(maxsize=1)(addresses.networks)


@lru_cache(maxsize=1)
def _key(secret: str) -> bytes:
    """Return the key of ``django.utils.crypto.salted_hmac``, which would make it anew each time."""
    return hashlib.sha256(_SALT.encode() + secret.encode()).digest()


def hash_of_request(request: HttpRequest) -> str:
    """Return the keyed hash of the address that ``request`` comes from."""
    return hash_of(of_request(request))
