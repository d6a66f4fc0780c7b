"""What stands behind the front: it answers requests and renders fragments, in this process or in another."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any, Protocol

from standfirst.delivery.caching import Headers
from standfirst.delivery.fragments import Rendered

type Scope = dict[str, Any]


@dataclass(slots=True)
class Answer:
    """What a view answered: ``body``, or ``file`` for what is long or lies on the disk anyway. Holes are open."""

    status: int
    headers: Headers
    body: bytes = b""
    file: IO[bytes] | None = None
    shown: frozenset[str] | None = None  # the keys of a page that is the same for everybody; None for all others
    expires_at: float = float("inf")  # of such a page, in seconds since the epoch

    @property
    def sets_cookie(self) -> bool:
        """Whether the answer is meant for one browser."""
        return any(name == b"set-cookie" for name, _ in self.headers)


class BackendGone(Exception):
    """The process that answers requests has ended; the next one starts."""


class Backend(Protocol):
    """Every method may be called from any thread; each call takes as long as it takes."""

    def answer(self, scope: Scope, body: IO[bytes] | None) -> Answer:
        """Run a request; ``body`` is read from its beginning."""

    def fragments(self, names: Iterable[str]) -> Mapping[str, Rendered]:
        """Render fragments afresh; return those that exist."""

    def follow_commits(self, follow: Callable[[], None]) -> None:
        """Have ``follow`` called after each request that committed a change, before its answer is returned."""

    def let_go(self) -> None:
        """Close what the calling thread holds open, as it ends."""
