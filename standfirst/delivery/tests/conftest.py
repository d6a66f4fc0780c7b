"""An application with a store of its own, and a client that talks ASGI to it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from standfirst.delivery import views
from standfirst.delivery.application import Application
from standfirst.delivery.changes import recording, touch
from standfirst.delivery.store import Store
from standfirst.delivery.tests import site
from standfirst.web import middleware


class Answer:
    """What the application sent."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body: bytes = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def text(self) -> str:
        return self.body.decode()


class Site:
    """The application, asked from the test's own event loop."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.loop = asyncio.new_event_loop()

    def get(self, path: str, **headers: str) -> Answer:
        return self.loop.run_until_complete(self.ask(path, **headers))

    def together(self, *paths: str, **headers: str) -> list[Answer]:
        async def all_at_once() -> list[Answer]:
            return list(await asyncio.gather(*(self.ask(path, **headers) for path in paths)))

        return self.loop.run_until_complete(all_at_once())

    async def ask(self, target: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        path, _, query = target.partition("?")
        given = {"host": "127.0.0.1:8000"} | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 8000),
            "scheme": "http",
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        return Answer(sent)

    def close(self) -> None:
        self.application.watcher.stop()
        self.application.handler.close()
        self.loop.close()


def touched(*keys: str) -> None:
    """Commit a change of ``keys``."""
    with recording():
        touch(*keys)


@pytest.fixture
def own_site(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    settings.ROOT_URLCONF = "standfirst.delivery.tests.site"
    for shared in (site.renders, site.expiry, site.before_return):
        shared.clear()
    own = Store(bytes_max=1_000_000)
    monkeypatch.setattr(views, "store", own)
    monkeypatch.setattr(middleware, "store", own)
    made = Site(Application(own, threads=2, body_bytes_max=10_000, streams_max=5, per_address_max=3))
    yield made
    made.close()
