"""A follower that calls another server loses no change, holds up nobody, and is patient with a server that is down."""

import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from standfirst.delivery import changes, followers, outside
from standfirst.delivery.models import Cursor
from standfirst.delivery.outside import Outside, Runner
from standfirst.delivery.purge import Purger
from standfirst.kit import clock
from standfirst.testing.cdn import TOKEN, Network, network
from standfirst.testing.delivery import touched
from standfirst.testing.sites import until

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_outside", {})
    monkeypatch.setattr(followers, "_followers", {})
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api() -> Iterator[Network]:
    with network() as running:
        yield running


def registered(api: Network, **how: object) -> Runner:
    """A follower that purges, at the present end of the log."""
    what = Outside(Purger(api.access()), **how)
    outside.register("cdn", what)
    Runner("cdn", Outside(lambda _found: None)).step()
    return Runner("cdn", what)


def test_changes_are_purged_in_order_and_once(api: Network) -> None:
    runner = registered(api)
    touched("a", "b")
    runner.step()
    touched("c")
    runner.step()
    runner.step()

    assert [call.tags for call in api.calls] == [["a", "b"], ["c"]]
    assert followers.behind() == {"cdn": 0}


@pytest.mark.parametrize("answer", [429, 500, 503])
def test_a_failed_purge_is_repeated_with_growing_pauses_and_nothing_is_lost(api: Network, answer: int) -> None:
    runner = registered(api)
    touched("a")
    api.answers_with(*[answer] * 8)
    tried_after = []

    with time_machine.travel(NOON, tick=False) as time:
        for second in range(200):
            before = len(api.calls)
            runner.step()
            if len(api.calls) > before:
                tried_after.append(second)
            if second == 30:
                touched("b")
            time.shift(1)

    assert tried_after == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    assert api.calls[-1].tags == ["a", "b"]
    assert Cursor.objects.get(follower="cdn").tries == 0


def test_a_failure_is_stored_and_said_once_without_the_token(api: Network, caplog: pytest.LogCaptureFixture) -> None:
    runner = registered(api)
    touched("a")
    api.answers_with(403, 403, 403)

    with caplog.at_level(logging.DEBUG), time_machine.travel(NOON, tick=False) as time:
        for _ in range(3):
            runner.step()
            time.shift(60)

    cursor = Cursor.objects.get(follower="cdn")
    assert cursor.tries == 3
    assert "answered 403" in cursor.error
    assert len([record for record in caplog.records if "follower cdn failed" in record.getMessage()]) == 1
    assert TOKEN not in caplog.text + cursor.error


def test_a_new_process_goes_on_where_the_last_one_stopped(api: Network) -> None:
    registered(api)
    touched("a")

    Runner("cdn", Outside(Purger(api.access()))).step()
    Runner("cdn", Outside(Purger(api.access()))).step()

    assert api.dropped == ["a"]


def test_a_process_that_died_between_call_and_cursor_calls_again(api: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = registered(api)
    touched("a")
    with monkeypatch.context() as patch:
        patch.setattr(Runner, "_passed", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            runner.step()

    Runner("cdn", Outside(Purger(api.access()))).step()

    assert api.dropped == ["a", "a"]


def test_at_the_start_everything_is_dropped_and_that_is_repeated_until_it_worked(api: Network) -> None:
    runner = registered(api, at_start=("site",))
    api.answers_with(500)

    with time_machine.travel(NOON, tick=False) as time:
        runner.step()
        time.shift(2)
        runner.step()
        runner.step()

    assert api.dropped == ["site", "site"]


def test_the_second_follower_waits_until_a_change_is_old_enough(api: Network) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        runner = registered(api, delay=timedelta(seconds=5))
        touched("a")
        time.shift(3)
        touched("b")
        early = runner.step()
        time.shift(2)
        runner.step()
        first = list(api.dropped)
        time.shift(3)
        runner.step()

    assert not early
    assert first == ["a"]
    assert api.dropped == ["a", "b"]


def test_a_change_from_a_clock_that_was_wrong_does_not_stop_the_second_follower(api: Network) -> None:
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        runner = registered(api, delay=timedelta(seconds=5))
        touched("a")

    with time_machine.travel(NOON, tick=False):
        runner.step()

    assert api.dropped == ["a"]


def test_two_processes_never_move_the_cursor_back() -> None:
    Runner("cdn", Outside(lambda _found: None)).step()
    touched("a")

    def slow(_found: Sequence[tuple[int, str]]) -> None:
        touched("b")
        Runner("cdn", Outside(lambda _found: None)).step()

    Runner("cdn", Outside(slow)).step()

    assert Cursor.objects.get(follower="cdn").change_id == changes.head()


def test_a_network_that_hangs_holds_up_no_writer_and_no_other_follower(
    api: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = registered(api)
    seen: list[str] = []
    monkeypatch.setattr(followers, "_followers", {"diary": lambda found: seen.extend(key for _, key in found)})
    followers.run()
    let_go = threading.Event()
    in_call = threading.Event()

    def hangs(_found: Sequence[tuple[int, str]]) -> None:
        in_call.set()
        let_go.wait(20)

    def follow() -> None:
        Runner("cdn", Outside(hangs)).step()
        connection.close()

    touched("a")
    thread = threading.Thread(target=follow)
    thread.start()
    try:
        assert in_call.wait(10)
        touched("b")  # on SQLite it would fail after five seconds if the call held the one lock
        followers.run()
    finally:
        let_go.set()
        thread.join()

    runner.step()
    assert seen == ["a", "b"]
    assert api.dropped == ["b"]


def test_the_threads_follow_until_they_are_stopped(api: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "LOOK_EVERY_SECONDS", 0.02)
    registered(api)
    stop = threading.Event()

    threads = outside.start(stop)
    try:
        touched("a")
        until(lambda: api.dropped == ["a"])
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)

    assert not any(thread.is_alive() for thread in threads)


def test_the_log_waits_for_a_network_that_is_behind_but_not_for_one_that_is_no_more(api: Network) -> None:
    registered(api)
    touched("a", "b")

    with time_machine.travel(clock.now() + timedelta(days=8)):
        followers.trim()
        kept = [key for _, key in changes.since(0)]
        outside._outside.clear()
        followers.trim()

    assert kept[-2:] == ["a", "b"]
    assert [key for _, key in changes.since(0)] == ["b"], "the newest stays, as the head of the log"
