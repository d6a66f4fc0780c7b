"""A kept page is answered from memory, is never old, and never reaches the wrong person."""

import errno
import gzip
import io
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection

from standfirst.delivery.backend import BackendGone
from standfirst.delivery.kept import part_of
from standfirst.delivery.models import Change
from standfirst.delivery.store import FRAGMENT_OVERHEAD_BYTES
from standfirst.delivery.tests import site
from standfirst.kit import clock
from standfirst.testing.delivery import Site, touched


def test_a_second_reader_gets_the_page_without_a_render(own_site: Site) -> None:
    first, second = own_site.get("/stories/1/"), own_site.get("/stories/1/")

    assert first.body == second.body
    assert first.headers["etag"] == second.headers["etag"]
    assert site.renders["story:1"] == 1


def test_a_change_is_on_the_next_page_that_anybody_gets(own_site: Site) -> None:
    own_site.get("/stories/1/")

    touched("story:1")

    assert "story 1 at 1" in own_site.get("/stories/1/").text


def test_a_change_of_a_hole_renders_the_fragment_alone(own_site: Site) -> None:
    own_site.get("/stories/1/")
    own_site.get("/stories/2/")

    touched("figure:a")
    pages = own_site.get("/stories/1/"), own_site.get("/stories/2/")

    assert all("<b>1</b>" in page.text for page in pages)
    assert site.renders == {"story:1": 1, "story:2": 1, "figure:a": 2}


def test_a_change_of_a_hole_is_in_the_gzip_of_every_page_that_has_it(own_site: Site) -> None:
    for number in (1, 2):
        own_site.get(f"/stories/{number}/", accept_encoding="gzip")

    touched("figure:a")
    pages = [own_site.get(f"/stories/{number}/", accept_encoding="gzip") for number in (1, 2)]

    assert all(b"<b>1</b>" in gzip.decompress(page.body) for page in pages)
    assert [page.headers["etag"] for page in pages] != [pages[0].headers["etag"]] * 2
    assert own_site.application.front.figures.rendered == 2
    assert own_site.application.front.figures.joined == 4


def test_a_hundred_readers_of_a_cold_page_cause_one_render(own_site: Site) -> None:
    answers = own_site.together(*["/stories/1/"] * 100)

    assert {answer.status for answer in answers} == {200}
    assert site.renders["story:1"] == 1


def test_a_change_during_a_render_is_not_lost(own_site: Site) -> None:
    # The change commits after the page has read the database and before it is kept.
    site.before_return.append(lambda: touched("story:1") if not site.value_of("story:1") else None)

    own_site.get("/stories/1/")

    assert "story 1 at 1" in own_site.get("/stories/1/").text


def test_a_change_by_another_process_is_followed_within_a_tenth_of_a_second(own_site: Site) -> None:
    own_site.get("/stories/1/")
    other = threading.Thread(target=_write_as_a_stranger)

    other.start()
    other.join()
    deadline = clock.now() + timedelta(seconds=5)
    while "story 1 at 1" not in own_site.get("/stories/1/").text:
        assert clock.now() < deadline


def _write_as_a_stranger() -> None:
    Change.objects.create(key="story:1", at=clock.now())  # past changes.touch: no listener here hears of it
    connection.close()


def test_a_page_with_a_date_expires_at_midnight(own_site: Site) -> None:
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    site.expiry["story:1"] = midnight

    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        own_site.get("/stories/1/")
    with time_machine.travel(midnight, tick=False):
        own_site.get("/stories/1/")

    assert site.renders["story:1"] == 2


def test_a_fragment_with_a_date_expires_at_midnight_and_takes_its_pages_along(own_site: Site) -> None:
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    site.expiry["a"] = midnight

    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        own_site.get("/stories/1/")
    with time_machine.travel(midnight, tick=False):
        own_site.get("/stories/1/")

    assert site.renders["figure:a"] == 2


def test_an_unchanged_page_is_answered_with_304(own_site: Site) -> None:
    etag = own_site.get("/stories/1/").headers["etag"]

    again = own_site.get("/stories/1/", if_none_match=etag)

    assert (again.status, again.body) == (304, b"")
    assert own_site.get("/stories/1/", if_none_match='"other"').status == 200


def test_head_has_the_headers_and_no_body(own_site: Site) -> None:
    page = own_site.get("/stories/1/")

    head = own_site.loop.run_until_complete(own_site.ask("/stories/1/", method="HEAD"))

    assert head.body == b""
    assert head.headers["content-length"] == page.headers["content-length"]


def test_head_of_a_personal_page_has_no_body_either(own_site: Site) -> None:
    head = own_site.loop.run_until_complete(own_site.ask("/mine/", method="HEAD"))

    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_each_encoding_is_a_variant_with_an_etag_of_its_own(own_site: Site, coding: str) -> None:
    plain, packed = own_site.get("/stories/1/"), own_site.get("/stories/1/", accept_encoding=coding)

    assert packed.headers["content-encoding"] == coding
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"
    assert site.renders["story:1"] == 1


def test_an_unknown_query_is_answered_and_not_kept(own_site: Site) -> None:
    for number in range(50):
        assert own_site.get(f"/stories/1/?utm={number}").status == 200

    assert len(own_site.application.store.pages) == 0


def test_a_known_query_is_a_page_of_its_own(own_site: Site) -> None:
    assert "5-1" in own_site.get("/stories/1/?after=5-1").text
    assert "5-1" not in own_site.get("/stories/1/").text
    assert "5-1" in own_site.get("/stories/1/?after=5-1").text
    assert site.renders["story:1"] == 2


def test_another_host_neither_gets_nor_fills_the_store(own_site: Site) -> None:
    own_site.get("/stories/1/")

    foreign = own_site.get("/stories/1/", host="attacker.example")
    own_site.get("/stories/2/", host="attacker.example")

    assert foreign.status == 400
    assert list(own_site.application.store.pages) == ["/stories/1/"]


def test_a_page_that_does_not_say_what_it_shows_is_not_kept(own_site: Site) -> None:
    assert own_site.get("/forgetful/").body != own_site.get("/forgetful/").body


def test_a_page_that_sets_a_cookie_is_not_kept_and_not_shared(own_site: Site) -> None:
    answers = own_site.together("/with-cookie/", "/with-cookie/")

    assert len({answer.body for answer in answers}) == 2
    assert own_site.application.store.pages == {}


def test_a_personal_page_is_not_kept_and_its_holes_are_filled(own_site: Site) -> None:
    anna, ben = own_site.get("/mine/", cookie="who=anna"), own_site.get("/mine/", cookie="who=ben")

    assert "you sent anna" in anna.text
    assert "you sent ben" in ben.text
    assert "<b>0</b>" in ben.text
    assert anna.headers["cache-control"] == "no-store, private"


def test_a_kept_page_knows_nothing_of_who_asked_first(own_site: Site) -> None:
    first = own_site.get("/stories/1/", cookie="who=anna", accept_language="de")

    assert first.body == own_site.get("/stories/1/").body


def test_memory_stays_within_its_budget(own_site: Site) -> None:
    store = own_site.application.store
    store.bytes_max = 60_000

    for number in range(100):
        own_site.get(f"/stories/{number}/", accept_encoding="gzip")

    assert store.bytes_held <= store.bytes_max
    assert 2 <= len(store.pages) < 20
    assert store.bytes_held == (
        sum(page.size for page in store.pages.values()) + FRAGMENT_OVERHEAD_BYTES + part_of(b"<b>0</b>").size
    )


def test_fragments_count_in_the_budget_and_those_of_no_page_go_first(own_site: Site) -> None:
    store = own_site.application.store
    own_site.get("/stories/1/")
    store.bytes_max = store.bytes_held + 10_000

    store.fragments([f"figure:a{number}" for number in range(100)])

    assert store.bytes_held <= store.bytes_max
    assert "/stories/1/" in store.pages
    assert site.renders["figure:a"] == 1
    own_site.get("/stories/1/")
    assert site.renders["figure:a"] == 1


def test_what_a_page_held_goes_with_it_when_room_is_needed(own_site: Site) -> None:
    store = own_site.application.store
    for number in range(100):
        own_site.get(f"/stories/{number}/")

    store.forget_everything()

    assert store.bytes_held == 0


def test_a_fragment_alone_is_served_and_follows_its_key(own_site: Site) -> None:
    assert own_site.get("/fragments/figure:a").text == "<b>0</b>"

    touched("figure:a")

    assert own_site.get("/fragments/figure:a").text == "<b>1</b>"


def test_a_fragment_that_is_no_longer_there_is_404(own_site: Site) -> None:
    own_site.get("/fragments/figure:a")

    site.vanished.add("a")
    touched("figure:a")

    assert own_site.get("/fragments/figure:a").status == 404


@pytest.mark.parametrize("name", ["figure:z", "nonsense", "figure", "FIGURE:a", "figure:%00", "now", "figure:a/../b"])
def test_a_fragment_that_does_not_exist_is_404(own_site: Site, name: str) -> None:
    assert own_site.get(f"/fragments/{name}").status == 404


def test_whoever_wrote_gets_no_older_page_even_in_a_storm(own_site: Site) -> None:
    own_site.get("/stories/1/")
    for number in range(1, 20):
        touched("story:1")
        newest = Change.objects.order_by("-id").first()
        assert newest is not None

        answer = own_site.get("/stories/1/", cookie=f"sf_seen={newest.id}")

        assert f"story 1 at {number}" in answer.text


def test_in_a_storm_others_get_a_page_that_is_at_most_a_quarter_of_a_second_old(own_site: Site) -> None:
    own_site.get("/stories/1/")
    for _ in range(40):
        touched("story:1")
        own_site.get("/stories/1/")
    renders_in_storm = site.renders["story:1"]

    deadline = clock.now() + timedelta(seconds=0.3)
    while clock.now() < deadline:
        pass

    assert "story 1 at 40" in own_site.get("/stories/1/").text
    assert renders_in_storm < 40


def lose_the_database() -> None:
    raise OperationalError("the server closed the connection")


def test_while_the_database_is_away_readers_get_the_last_page_that_was_made(own_site: Site) -> None:
    own_site.get("/broken/")
    site.before_return.append(lose_the_database)
    touched("story:9")

    answer = own_site.get("/broken/")

    assert (answer.status, answer.text[:11]) == (200, "all is well")


def test_while_the_database_is_away_a_page_that_was_never_made_says_when_to_come_back(own_site: Site) -> None:
    site.before_return.append(lose_the_database)

    answer = own_site.get("/broken/")

    assert answer.status == 503
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["x-refusal"] == "web.unavailable"


def test_a_body_above_the_limit_is_refused(own_site: Site) -> None:
    answer = own_site.loop.run_until_complete(own_site.ask("/mine/", method="POST", body=b"x" * 10_001))

    assert answer.status == 413
    assert answer.text.startswith("web.body_too_large")


def test_a_body_for_which_the_disk_has_no_room_is_refused_and_the_next_is_taken(
    own_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _piece: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("standfirst.delivery.passing.tempfile.SpooledTemporaryFile", lambda **_: Full())
        refused = own_site.loop.run_until_complete(own_site.ask("/mine/", method="POST", body=b"x"))
    taken = own_site.loop.run_until_complete(own_site.ask("/mine/", method="POST", body=b"x"))

    assert (refused.status, refused.headers["retry-after"]) == (503, "3")
    assert taken.status != 503


def test_while_the_process_that_renders_is_gone_kept_pages_go_on_and_others_say_when_to_come_back(
    own_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_site.get("/stories/1/")
    touched("story:1")

    def gone(*_: object) -> None:
        raise BackendGone

    monkeypatch.setattr(own_site.application.passing.backend, "answer", gone)

    assert own_site.get("/stories/1/").status == 200
    for path in ("/stories/2/", "/mine/"):
        answer = own_site.get(path)
        assert (answer.status, answer.headers["retry-after"]) == (503, "3")


def test_a_thread_whose_connection_broke_follows_the_log_with_a_new_one(own_site: Site) -> None:
    own_site.get("/stories/1/")
    watcher = own_site.application.watcher
    connection.ensure_connection()
    connection.connection.close()  # as the database's server would

    watcher.follow()

    touched("story:1")
    assert "story 1 at 1" in own_site.get("/stories/1/").text
