"""Whose address a request comes from, and the keyed hash that stands for it where limits are counted."""

import ipaddress
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

KEPT_DAYS_MAX = 30  # long enough to see a flood's pattern; afterwards nobody can ask who it was
FORWARDED_LENGTH_MAX = 1_000  # characters of X-Forwarded-For that are read; longer ones are made up
IPV6_PREFIX_BITS = 64  # one household or server: what is behind it is the client's to choose
_SALT = "standfirst.accounts.address"

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def of_request(request: HttpRequest) -> str:
    """Return the client's address, "" if it is unknown.

    ``X-Forwarded-For`` is believed only if a proxy named in the settings sent it, and only as
    far back as named proxies vouch for it.
    """
    trusted = _networks(settings.STANDFIRST.proxies)
    hops = request.headers.get("X-Forwarded-For", "")[-FORWARDED_LENGTH_MAX:].split(",")
    client = _parsed(str(request.META.get("REMOTE_ADDR", "")))
    while client is not None and hops and any(client in network for network in trusted):
        before = _parsed(hops.pop().strip())
        if before is None:
            break
        client = before
    return "" if client is None else str(client)


def hash_of(address: str) -> str:
    """Return 32 hexadecimal digits that stand for ``address`` (IPv6: for its /64), "" for none.

    Keyed with the site's secret: without it, the addresses cannot be tried out.
    """
    client = _parsed(address)
    if client is None:
        return ""
    if isinstance(client, ipaddress.IPv6Address):
        network = ipaddress.ip_network((int(client) >> IPV6_PREFIX_BITS << IPV6_PREFIX_BITS, IPV6_PREFIX_BITS))
        return salted_hmac(_SALT, str(network), algorithm="sha256").hexdigest()[:32]
    return salted_hmac(_SALT, str(client), algorithm="sha256").hexdigest()[:32]


def hash_of_request(request: HttpRequest) -> str:
    """Return the keyed hash of the address that ``request`` comes from."""
    return hash_of(of_request(request))


def _parsed(raw: str) -> Address | None:
    try:
        address = ipaddress.ip_address(raw.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _networks(stated: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks = []
    for proxy in stated:
        try:
            networks.append(ipaddress.ip_network(proxy, strict=False))
        except ValueError:  # a name, not an address: nothing to compare with
            continue
    return networks
