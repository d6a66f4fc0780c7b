"""An application in the test's own process, asked as a server would ask it."""

import asyncio
from typing import Any

from standfirst.delivery.application import Application
from standfirst.delivery.changes import recording, touch


class Answer:
    """What the application sent."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body: bytes = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Site:
    """The application, asked from the test's own event loop."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.loop = asyncio.new_event_loop()

    def get(self, path: str, **headers: Any) -> Answer:
        """Ask for a page."""
        return self.loop.run_until_complete(self.ask(path, **headers))

    def together(self, *paths: str, **headers: Any) -> list[Answer]:
        """Ask for pages at the same time."""

        async def all_at_once() -> list[Answer]:
            return list(await asyncio.gather(*(self.ask(path, **headers) for path in paths)))

        return self.loop.run_until_complete(all_at_once())

    async def ask(self, target: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """Ask for anything; headers are keywords with underscores."""
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
        """End the threads."""
        self.application.watcher.stop()
        self.application.passing.close()
        self.loop.close()


def touched(*keys: str) -> None:
    """Commit a change of ``keys``."""
    with recording():
        touch(*keys)
