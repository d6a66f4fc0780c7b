"""The live stream tells what was touched, loses nothing, and has limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from standfirst.delivery import changes, live
from standfirst.kit.addresses import networks
from standfirst.testing.delivery import Answer, Site, touched


class Listener:
    """A browser with an open stream."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.arrived = asyncio.Event()
        self.left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        self.arrived.set()

    @property
    def text(self) -> str:
        return Answer(self.sent).body.decode()

    async def answered(self) -> None:
        async with asyncio.timeout(5):
            await self.arrived.wait()

    async def until(self, words: str) -> None:
        async with asyncio.timeout(5):
            while not self.sent or words not in self.text:
                self.arrived.clear()
                await self.arrived.wait()


@asynccontextmanager
async def listening(site: Site, query: str, **headers: str) -> AsyncIterator[Listener]:
    listener = Listener()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/live/",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1"), *((n.replace("_", "-").encode(), v.encode()) for n, v in headers.items())],
        "client": (headers.get("client", "127.0.0.1"), 1),
    }
    task = asyncio.ensure_future(site.application(scope, listener.receive, listener.send))
    try:
        await listener.answered()
        yield listener
    finally:
        listener.left.set()
        await task


async def touch_elsewhere(*keys: str) -> None:
    await asyncio.get_running_loop().run_in_executor(None, _touch_and_close, keys)


def _touch_and_close(keys: tuple[str, ...]) -> None:
    from django.db import connection

    touched(*keys)
    connection.close()


def test_a_touched_key_reaches_the_streams_that_name_it_and_no_other(own_site: Site) -> None:
    async def story() -> None:
        async with listening(own_site, "key=thread:story:1") as one, listening(own_site, "key=thread:story:2") as two:
            await touch_elsewhere("thread:story:1")
            await one.until("data: thread:story:1")
            assert "touched" not in two.text

    own_site.loop.run_until_complete(story())


def test_the_page_is_new_before_the_stream_tells_of_it(own_site: Site) -> None:
    async def story() -> None:
        await own_site.ask("/stories/1/")
        async with listening(own_site, "key=story:1") as reader:
            await touch_elsewhere("story:1")
            await reader.until("data: story:1")
            assert "story 1 at 1" in (await own_site.ask("/stories/1/")).text

    own_site.loop.run_until_complete(story())


def test_a_client_that_comes_back_is_told_what_it_missed(own_site: Site) -> None:
    async def story() -> None:
        async with listening(own_site, "key=story:1") as reader:
            await touch_elsewhere("story:1")
            await reader.until("data: story:1")
            known = reader.text.partition("id: ")[2].partition("\n")[0]
        await touch_elsewhere("story:1", "story:2")
        async with listening(own_site, "key=story:1", last_event_id=known) as reader:
            await reader.until("data: story:1")
            assert "story:2" not in reader.text

    own_site.loop.run_until_complete(story())


def test_a_page_that_was_rendered_before_the_stream_opened_misses_nothing(own_site: Site) -> None:
    async def story() -> None:
        await own_site.ask("/stories/1/")
        position = own_site.application.watcher.reached
        await touch_elsewhere("story:1")
        async with listening(own_site, f"key=story:1&since={max(position, 1)}") as reader:
            await reader.until("data: story:1")

    own_site.loop.run_until_complete(story())


def test_a_client_whose_news_is_forgotten_is_told_to_fetch_everything(own_site: Site) -> None:
    async def story() -> None:
        await touch_elsewhere(*[f"story:{number}" for number in range(20)])
        async with listening(own_site, "key=story:1&since=1") as reader:
            await reader.until("event: resync")

    own_site.loop.run_until_complete(story())


def test_streams_above_the_limits_are_refused_with_a_time_to_come_back(own_site: Site) -> None:
    async def story() -> None:
        async with (
            listening(own_site, "key=a", client="10.0.0.1"),
            listening(own_site, "key=a", client="10.0.0.1"),
            listening(own_site, "key=a", client="10.0.0.1"),
            listening(own_site, "key=a", client="10.0.0.1") as fourth,
            listening(own_site, "key=a", client="10.0.0.2"),
            listening(own_site, "key=a", client="10.0.0.2"),
            listening(own_site, "key=a", client="10.0.0.3") as sixth,
        ):
            assert Answer(fourth.sent).status == 429
            assert Answer(sixth.sent).status == 503
            assert "retry-after" in Answer(sixth.sent).headers

    own_site.loop.run_until_complete(story())
    assert own_site.application.hub.open == 0


@pytest.mark.parametrize(
    "query", ["", "key=", "key=<script>", "key=" + "a" * 2000, "&".join(f"key=a:{n}" for n in range(20))]
)
def test_a_stream_without_good_keys_is_refused(own_site: Site, query: str) -> None:
    assert own_site.get(f"/live/?{query}").status == 400


def test_an_idle_stream_is_kept_open_by_a_heartbeat(own_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.01)

    async def story() -> None:
        async with listening(own_site, "key=a") as reader:
            await reader.until("still here")

    own_site.loop.run_until_complete(story())


def test_news_for_a_slow_client_is_merged_by_key() -> None:
    hub = live.Hub(streams_max=1, per_address_max=1)
    stream = live.Stream(frozenset({"a"}))
    hub._enter(stream, "")

    hub._tell([(number, "a") for number in range(100_000)])

    assert stream.waiting == {"a": 99_999}
    assert len(hub._recent) == live.REMEMBERED_CHANGES


@pytest.mark.django_db(transaction=True)
def test_the_log_keeps_the_order_of_the_commits() -> None:
    before = changes.head()

    touched("a", "b")
    touched("c")

    assert [key for _, key in changes.since(before)] == ["a", "b", "c"]


def test_behind_a_named_proxy_each_reader_has_streams_of_their_own(own_site: Site) -> None:
    own_site.application.hub.proxies = networks(["10.0.0.1"])

    async def story() -> None:
        async with (
            listening(own_site, "key=a", client="10.0.0.1", x_forwarded_for="192.0.2.1"),
            listening(own_site, "key=a", client="10.0.0.1", x_forwarded_for="192.0.2.1"),
            listening(own_site, "key=a", client="10.0.0.1", x_forwarded_for="192.0.2.1"),
            listening(own_site, "key=a", client="10.0.0.1", x_forwarded_for="192.0.2.1") as fourth,
            listening(own_site, "key=a", client="10.0.0.1", x_forwarded_for="192.0.2.2") as another,
        ):
            assert Answer(fourth.sent).status == 429
            assert Answer(another.sent).status == 200

    own_site.loop.run_until_complete(story())


def test_a_forwarded_address_from_anybody_else_is_not_believed(own_site: Site) -> None:
    async def story() -> None:
        async with (
            listening(own_site, "key=a", client="10.0.0.9", x_forwarded_for="192.0.2.1"),
            listening(own_site, "key=a", client="10.0.0.9", x_forwarded_for="192.0.2.2"),
            listening(own_site, "key=a", client="10.0.0.9", x_forwarded_for="192.0.2.3"),
            listening(own_site, "key=a", client="10.0.0.9", x_forwarded_for="192.0.2.4") as fourth,
        ):
            assert Answer(fourth.sent).status == 429

    own_site.loop.run_until_complete(story())


def test_a_page_without_a_stream_asks_for_one_number_that_moves_with_every_change(own_site: Site) -> None:
    before = own_site.get("/live/position")
    touched("figure:a")

    after = own_site.get("/live/position")

    assert int(after.text) > int(before.text)
    assert after.headers["cache-control"] == "public, max-age=0, s-maxage=5"
