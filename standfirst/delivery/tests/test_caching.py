"""What a page tells caches, and what becomes of it while many ask for it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError

from standfirst.delivery import caching, front, watch
from standfirst.delivery.purge import Cdn
from standfirst.delivery.store import PAGE_OVERHEAD_BYTES
from standfirst.delivery.tests import site
from standfirst.kit import clock
from standfirst.testing.delivery import Site, touched


def test_a_browser_asks_each_time_and_a_proxy_answers_for_a_second_and_while_we_are_down(own_site: Site) -> None:
    page = own_site.get("/stories/1/")

    assert page.headers["cache-control"] == "public, max-age=0, s-maxage=1, stale-if-error=86400"
    unchanged = own_site.get("/stories/1/", if_none_match=page.headers["etag"])
    assert unchanged.headers["cache-control"] == page.headers["cache-control"]


def test_only_a_cdn_may_send_an_old_page_while_it_asks_for_the_new_one(own_site: Site) -> None:
    page = own_site.get("/stories/1/")

    assert "stale-while-revalidate" not in page.headers["cache-control"]
    assert page.headers["cdn-cache-control"] == "max-age=1, stale-while-revalidate=1, stale-if-error=86400"


def test_in_the_last_seconds_before_it_expires_no_cache_may_keep_a_page(own_site: Site) -> None:
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    site.expiry["story:1"] = midnight

    with time_machine.travel(midnight - timedelta(seconds=2), tick=False):
        page = own_site.get("/stories/1/")

    assert page.headers["cache-control"] == "public, max-age=0, s-maxage=0, stale-if-error=86400"
    assert "cdn-cache-control" not in page.headers


def test_what_is_not_found_is_not_kept_by_anybody(own_site: Site) -> None:
    touched("gone")

    answer = own_site.get("/gone/")

    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")


def test_a_page_is_made_under_the_sites_own_name_whichever_of_its_names_is_asked_for(own_site: Site) -> None:
    other = own_site.get("/named/", host="localhost:99", x_forwarded_host="attacker.example", x_forwarded_proto="https")

    assert other.text == own_site.get("/named/").text == "http://127.0.0.1:8000/named/"


def test_a_page_that_is_asked_for_often_is_packed_better_and_who_has_it_still_has_it(
    own_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "HOT_HITS", 3)
    monkeypatch.setattr(front, "HOT_AFTER_SECONDS", 0)
    first = own_site.get("/long/", accept_encoding="br")

    deadline = clock.now() + timedelta(seconds=10)
    while (later := own_site.get("/long/", accept_encoding="br")).headers["etag"] == first.headers["etag"]:
        assert clock.now() < deadline

    assert len(later.body) < len(first.body)
    assert later.headers["content-length"] == str(len(later.body))
    for known in (first, later):
        again = own_site.get("/long/", accept_encoding="br", if_none_match=known.headers["etag"])
        assert again.status == 304
    store = own_site.application.store
    kept = store.pages["/long/"]
    assert kept.joining is not None
    assert store.bytes_held == kept.size == PAGE_OVERHEAD_BYTES + kept.size_of_pieces + kept.joining.size


def test_a_page_that_is_gone_does_not_come_back_when_the_database_goes_away(own_site: Site) -> None:
    def lose_the_database() -> None:
        raise OperationalError("the server closed the connection")

    own_site.get("/gone/")
    touched("gone")
    assert own_site.get("/gone/").status == 404
    site.before_return.append(lose_the_database)

    assert own_site.get("/gone/").status == 503


def test_in_a_storm_nobody_waits_for_a_render(own_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "REFRESH_AFTER_SECONDS", 0)
    own_site.get("/stories/1/")
    touched("story:1")
    own_site.get("/stories/1/")  # from here on it is a storm
    touched("story:1")
    renders = site.renders["story:1"]

    meanwhile = own_site.get("/stories/1/")  # the render began with this request and goes on without it

    assert "story 1 at 1" in meanwhile.text
    deadline = clock.now() + timedelta(seconds=5)
    while "story 1 at 2" not in own_site.get("/stories/1/").text:
        assert clock.now() < deadline
    assert site.renders["story:1"] == renders + 1


def test_a_render_that_a_change_overtakes_is_shown_only_for_the_moment(own_site: Site) -> None:
    own_site.get("/stories/1/")
    touched("story:1")

    def overtake() -> None:
        if site.value_of("story:1") < 3:
            touched("story:1")

    site.before_return.append(overtake)
    own_site.get("/stories/1/")

    kept: Any = own_site.application.store.pages["/stories/1/"]
    assert kept.behind_since > 0
    deadline = clock.now() + timedelta(seconds=5)
    while "story 1 at 3" not in own_site.get("/stories/1/").text:
        assert clock.now() < deadline


def test_other_work_does_not_keep_stored_pages_waiting(own_site: Site) -> None:
    own_site.get("/stories/1/")
    gate = threading.Event()
    busy = [own_site.application.passing.pool.submit(gate.wait) for _ in range(own_site.application.passing.threads)]

    try:
        assert own_site.get("/stories/2/").status == 200
        assert not any(each.done() for each in busy)
    finally:
        gate.set()


def test_a_cdn_is_told_what_a_page_shows_and_may_keep_it_until_then(own_site: Site) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    site.expiry["story:1"] = site.expiry["a"] = tomorrow
    _put_behind_a_cdn(own_site)

    page = own_site.get("/stories/1/")

    assert page.headers["surrogate-key"] == "site figure:a story:1"
    assert page.headers["surrogate-control"] == "max-age=3600, stale-if-error=86400"
    assert page.headers["cache-control"].startswith("public, max-age=0, s-maxage=1")
    unchanged = own_site.get("/stories/1/", if_none_match=page.headers["etag"])
    assert unchanged.headers["surrogate-control"] == page.headers["surrogate-control"]


def test_a_cdn_keeps_no_page_beyond_its_date(own_site: Site) -> None:
    site.expiry["story:1"] = clock.now() + timedelta(seconds=60)
    _put_behind_a_cdn(own_site)

    said = own_site.get("/stories/1/").headers["surrogate-control"]

    assert 50 < int(said.partition("=")[2].partition(",")[0]) <= 60 - caching.LAST_SECONDS


def test_a_process_that_may_have_missed_a_change_lets_a_cdn_keep_nothing_for_long(
    own_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_behind_a_cdn(own_site)
    own_site.get("/stories/1/")
    monkeypatch.setattr(watch, "CERTAIN_SECONDS_MAX", -1.0)

    assert "surrogate-control" not in own_site.get("/stories/1/").headers


def _put_behind_a_cdn(own_site: Site) -> None:
    cdn = Cdn("fastly", 3600)
    own_site.application.store.tags, own_site.application.front.cdn = cdn.tag_headers, cdn
