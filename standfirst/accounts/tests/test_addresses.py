from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils.crypto import salted_hmac

from standfirst.accounts import addresses

pytestmark = pytest.mark.one_database


@pytest.fixture
def proxied(settings: Any) -> None:
    settings.STANDFIRST = SimpleNamespace(proxies=("10.0.0.1", "10.1.0.0/16", "not an address"))


def address(remote: str, forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return addresses.of_request(RequestFactory(headers=headers).get("/", REMOTE_ADDR=remote))


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "203.0.113.9", ""),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("10.0.0.1", "9" * 100_000 + ", 203.0.113.9", "203.0.113.9"),
    ],
)
@pytest.mark.usefixtures("proxied")
def test_a_forwarded_address_is_believed_from_named_proxies_only(remote: str, forwarded: str, client: str) -> None:
    assert address(remote, forwarded) == client


def test_the_hash_of_an_ipv6_address_is_that_of_its_64() -> None:
    assert addresses.hash_of("2001:db8:1:2::1") == addresses.hash_of("2001:db8:1:2:ffff::9")
    assert addresses.hash_of("2001:db8:1:2::1") != addresses.hash_of("2001:db8:1:3::1")


def test_the_hash_differs_by_address_and_by_the_sites_secret(settings: Any) -> None:
    here = addresses.hash_of("203.0.113.9")
    other_address = addresses.hash_of("203.0.113.10")
    settings.SECRET_KEY = "another"

    assert len({here, other_address, addresses.hash_of("203.0.113.9")}) == 3
    assert len(here) == 32


def test_the_hash_is_the_one_that_bans_are_kept_by() -> None:
    kept = salted_hmac("standfirst.accounts.address", "203.0.113.9", algorithm="sha256").hexdigest()[:32]

    assert addresses.hash_of("203.0.113.9") == kept


def test_no_address_has_no_hash() -> None:
    assert addresses.hash_of("") == addresses.hash_of("unix:") == ""
