"""What all of the rehearsal stands on: its clock, what it remembers, and the messages that it sends."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.state import State, Thing
from standfirst.kit import clock

log = logging.getLogger(__name__)
API_VERSION = "2026-10-28.endive"


class Ground:
    """The clock and the memory. What falls due while nobody asks happens later, at the moment at which it was due."""

    def __init__(self, state: State, *, public_url: str, notify: Callable[[str], None]) -> None:
        self.state = state
        self.public_url = public_url
        self._notify = notify
        self._at: int | None = None
        self.doers: dict[str, Callable[[str], object]] = {}

    def now(self) -> int:
        """Return the second at which what happens now happens."""
        return int(clock.now().timestamp()) if self._at is None else self._at

    def catch_up(self) -> None:
        """Do what has fallen due, each at its own moment, in that order."""
        until = int(clock.now().timestamp())
        if self._at is not None:
            return
        with self.state.change():
            while due := self.state.take_due(until):
                at, what, about = due
                with self._moment(at):
                    try:
                        self.doers[what](about)
                    except Refused:
                        log.exception("%s of %s cannot be done any more", what, about)

    @contextmanager
    def _moment(self, at: int) -> Iterator[None]:
        self._at = at
        try:
            yield
        finally:
            self._at = None

    def get(self, thing_id: str, kind: str) -> Thing:
        """Return a thing, or refuse as Stripe does."""
        found = self.state.find(thing_id, kind)
        if found is None:
            raise Refused("resource_missing", f"No such {kind}: '{thing_id}'", "id", status=404)
        return found

    def put(self, thing: Thing, *, parent: str = "") -> Thing:
        """Keep a thing."""
        return self.state.put(thing, parent=parent)

    def notes(self, thing_id: str) -> Thing:
        """Return what the rehearsal alone knows about a thing."""
        return self.state.find(f"{thing_id}/private", "private") or {"id": f"{thing_id}/private", "object": "private"}

    def note(self, thing_id: str, **known: Any) -> None:
        """Remember something about a thing that is no part of Stripe's answer."""
        self.put(self.notes(thing_id) | known)

    def tell(self, kind: str, about: Thing) -> None:
        """Send a message."""
        event: Thing = {
            "id": new_id("evt_rh"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": about},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.put(event)
        self._notify(event["id"])


def new_id(prefix: str) -> str:
    """Return an id that nobody can guess."""
    return f"{prefix}_{secrets.token_hex(12)}"


def listed(url: str, data: list[Thing], *, more: bool = False) -> Thing:
    """Return a list as Stripe writes it."""
    return {"object": "list", "url": url, "has_more": more, "data": data}
