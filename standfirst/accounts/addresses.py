"""The address of a request's client, and the keyed hash that stands for it where limits are counted."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from standfirst.kit import addresses

KEPT_DAYS_MAX = 30  # long enough to see a flood's pattern; afterwards nobody can ask who it was
_SALT = "standfirst.accounts.address"


def of_request(request: HttpRequest) -> str:
    """Return the client's address, "" if it is unknown. Only proxies named in the settings are believed."""
    trusted = addresses.networks(settings.STANDFIRST.proxies)
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
    return salted_hmac(_SALT, addresses.household(client), algorithm="sha256").hexdigest()[:32]


def hash_of_request(request: HttpRequest) -> str:
    """Return the keyed hash of the address that ``request`` comes from."""
    return hash_of(of_request(request))
