"""A network in front is told what it stores, and what to drop, in its own words and within its limits."""

from collections.abc import Iterator

import pytest

from standfirst.delivery import purge
from standfirst.delivery.purge import KINDS, Cdn, PurgeFailed, Purger
from standfirst.testing.cdn import TOKEN, Network, batch, network
from standfirst.testing.sites import free_port

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _no_outgoing_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api() -> Iterator[Network]:
    with network() as running:
        yield running


def test_fastly_is_told_softly_by_surrogate_keys(api: Network) -> None:
    Purger(api.access("fastly"))(batch("story:1", "stories"))

    (call,) = api.calls
    assert (call.method, call.path) == ("POST", "/service/service%2F1/purge")
    assert call.headers["surrogate-key"] == "story:1 stories"
    assert call.headers["fastly-key"] == TOKEN
    assert call.headers["fastly-soft-purge"] == "1"


def test_cloudflare_is_told_by_tags(api: Network) -> None:
    Purger(api.access("cloudflare"))(batch("story:1", "stories"))

    (call,) = api.calls
    assert (call.method, call.path) == ("POST", "/client/v4/zones/service%2F1/purge_cache")
    assert call.body == b'{"tags": ["story:1", "stories"]}'
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.headers["content-type"] == "application/json"


def test_each_varnish_is_told_by_xkey_in_the_sites_name(api: Network) -> None:
    with network() as second:
        access = api.access("varnish")
        Purger(purge.Access(access.cdn, (api.url, second.url), host=access.host))(batch("story:1", "stories"))

    for call in (*api.calls, *second.calls):
        assert (call.method, call.path) == ("PURGE", "/")
        assert call.headers["xkey-purge"] == "story:1 stories"
        assert call.headers["host"] == "paper.example.org"
    assert len(api.calls) == len(second.calls) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_was_touched_often_is_told_once_and_in_order(api: Network, kind: str) -> None:
    Purger(api.access(kind))(batch("b", "a", "b", "c", "a"))

    assert api.dropped == ["b", "a", "c"]


@pytest.mark.parametrize(("kind", "most"), [("fastly", 256), ("cloudflare", 100), ("varnish", 200)])
def test_no_call_names_more_keys_than_the_network_takes(api: Network, kind: str, most: int) -> None:
    keys = [f"story:{number}" for number in range(purge.KEYS_AT_ONCE_MAX)]

    Purger(api.access(kind))(batch(*keys))

    assert api.dropped == keys
    assert max(len(call.tags) for call in api.calls) <= most


def test_long_keys_are_told_in_shorter_calls(api: Network) -> None:
    keys = [f"story:{number:0190d}" for number in range(100)]

    Purger(api.access("varnish"))(batch(*keys))

    assert api.dropped == keys
    assert max(len(call.headers["xkey-purge"]) for call in api.calls) <= KINDS["varnish"].call_bytes_max


def test_more_than_a_thousand_keys_drop_the_whole_site(api: Network) -> None:
    Purger(api.access())(batch(*(f"story:{number}" for number in range(1001))))

    assert api.dropped == ["site"]


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500, 503])
def test_any_answer_but_success_is_a_failure(api: Network, status: int) -> None:
    api.answers_with(status)

    with pytest.raises(PurgeFailed, match=f"answered {status}"):
        Purger(api.access())(batch("story:1"))

    assert [call.path for call in api.calls] == ["/service/service%2F1/purge"], "the token was carried elsewhere"


def test_a_server_that_does_not_answer_is_a_failure(api: Network) -> None:
    api.answers_with(2.0)

    with pytest.raises(PurgeFailed, match="cannot be reached: TimeoutError"):
        Purger(api.access(), seconds_max=0.1)(batch("story:1"))


def test_a_server_that_is_not_there_is_a_failure() -> None:
    nobody = Network(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(PurgeFailed, match="cannot be reached: ConnectionRefusedError"):
        Purger(nobody.access())(batch("story:1"))


def test_a_200_without_success_is_a_failure_at_cloudflare() -> None:
    assert not purge._says_success(b'{"success": false}')
    assert not purge._says_success(b"<html>")
    assert not purge._says_success(b"[]")


def test_the_token_is_in_no_message(api: Network) -> None:
    api.answers_with(403)
    access = api.access()

    with pytest.raises(PurgeFailed) as failure:
        Purger(access)(batch("story:1"))

    assert TOKEN not in repr(failure.value)
    assert TOKEN not in repr(access)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("fastly", [(b"surrogate-key", b"site stories story:1"), (b"surrogate-control", b"max-age=3600, STALE")]),
        (
            "cloudflare",
            [(b"cache-tag", b"site,stories,story:1"), (b"cloudflare-cdn-cache-control", b"max-age=3600, STALE")],
        ),
        ("varnish", [(b"xkey", b"site stories story:1"), (b"surrogate-control", b"max-age=3600, STALE")]),
    ],
)
def test_an_answer_names_its_keys_and_its_lifetime(kind: str, expected: list[tuple[bytes, bytes]]) -> None:
    found = [
        *Cdn(kind, 3600).tag_headers(["story:1", "stories"]),
        *Cdn(kind, 3600).lifetime_headers(float("inf")),
    ]

    assert found == [(name, value.replace(b"STALE", b"stale-if-error=86400")) for name, value in expected]


def test_an_answer_lives_no_longer_than_it_is_true() -> None:
    cdn = Cdn("fastly", 3600)

    assert dict(cdn.lifetime_headers(12.9))[b"surrogate-control"].startswith(b"max-age=12,")
    assert cdn.lifetime_headers(0.9) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_with_more_keys_than_fit_gets_no_long_life(kind: str) -> None:
    keys = [f"story:{number}" for number in range(3000)]

    assert Cdn(kind, 3600).tag_headers(keys) == []


def test_a_key_with_signs_that_separate_tags_is_the_same_tag_in_answers_and_purges(api: Network) -> None:
    key = "topic:a b,c\né"

    Purger(api.access())(batch(key))

    ((_, value),) = Cdn("fastly", 60).tag_headers([key])
    assert value.decode() == f"site {api.dropped[0]}"
    assert api.dropped == ["topic:a%20b%2Cc%0A%C3%A9"]
