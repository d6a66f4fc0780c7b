"""Where a request comes from: the one address that a client cannot choose."""

import ipaddress
from collections.abc import Iterable

FORWARDED_LENGTH_MAX = 1_000  # characters of X-Forwarded-For that are read; longer ones are made up
IPV6_PREFIX_BITS = 64  # one household or server: what is behind it is the client's to choose

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client(peer: str, forwarded: str, proxies: Iterable[Network]) -> Address | None:
    """Return the address that a request comes from, None if it is unknown.

    ``forwarded`` (X-Forwarded-For) is believed only if one of ``proxies`` sent it, and only as
    far back as they vouch for it.
    """
    trusted = list(proxies)
    hops = forwarded[-FORWARDED_LENGTH_MAX:].split(",")
    found = parsed(peer)
    while found is not None and hops and any(found in network for network in trusted):
        before = parsed(hops.pop().strip())
        if before is None:
            break
        found = before
    return found


def household(address: Address) -> str:
    """Return what a limit counts by: an IPv4 address, or the /64 of an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address) >> IPV6_PREFIX_BITS << IPV6_PREFIX_BITS, IPV6_PREFIX_BITS)))
    return str(address)


def parsed(raw: str) -> Address | None:
    """Return the address that ``raw`` writes; an IPv4 address in IPv6 dress is the IPv4 one."""
    try:
        address = ipaddress.ip_address(raw.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def networks(stated: Iterable[str]) -> list[Network]:
    """Return the networks that a setting names; a host's name is none, as there is nothing to compare with."""
    found: list[Network] = []
    for each in stated:
        try:
            found.append(ipaddress.ip_network(each, strict=False))
        except ValueError:
            continue
    return found
