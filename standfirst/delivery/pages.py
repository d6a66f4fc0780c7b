"""What a view says of its page: the same for everybody and kept, or made for one person.

Every public view carries one of the two marks; a test walks the addresses and finds any
that does not. A page is kept only if its view is a ``stored_page`` and its response says
what it ``shows``: whoever forgets gets a slow page, never a wrong one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.http.request import QueryDict

from standfirst.delivery.changes import head


@dataclass(frozen=True, slots=True)
class Shown:
    """The keys that a page shows outside its holes, and until when it is true."""

    keys: frozenset[str]
    expires_at: datetime | None = None


def shows[R: HttpResponseBase](response: R, *keys: str, expires_at: datetime | None = None) -> R:
    """Say which keys ``response`` shows; only then may it be kept."""
    response.shown = Shown(frozenset(keys), expires_at)  # type: ignore[attr-defined]
    return response


OWN_WRITE_COOKIE = "sf_seen"
OWN_WRITE_AGE_SECONDS = 20

type View = Callable[..., HttpResponseBase]


def stored_page(*, query: Iterable[str] = ()) -> Callable[[View], View]:
    """Mark a view whose page is the same bytes for everybody.

    The view sees no cookie, no user and no session. A request with a query parameter that
    is not in ``query`` is answered, but its page is not kept.
    """
    known = frozenset(query)

    def mark(view: View) -> View:
        @wraps(view)
        def anonymous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in {"GET", "HEAD"}:
                return HttpResponseNotAllowed(["GET", "HEAD"])
            request.COOKIES.clear()
            request.META.pop("HTTP_COOKIE", None)
            for personal in ("user", "session", "guest"):
                if hasattr(request, personal):
                    delattr(request, personal)
            response = view(request, *args, **kwargs)
            if not _repeats_only_known(request.GET, known) and hasattr(response, "shown"):
                del response.shown
            return response

        anonymous.page_kind = "stored"  # type: ignore[attr-defined]
        anonymous.known_query = known  # type: ignore[attr-defined]
        return anonymous

    return mark


def personal_page(view: View) -> View:
    """Mark a view whose answer depends on who asks; it is never kept, here or on the way."""

    @wraps(view)
    def uncached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    uncached.page_kind = "personal"  # type: ignore[attr-defined]
    return uncached


def show_own_write(response: HttpResponseBase) -> None:
    """Let whoever wrote see it: until the cookie ends, this browser gets no page older than its change."""
    response.set_cookie(OWN_WRITE_COOKIE, str(head()), max_age=OWN_WRITE_AGE_SECONDS, httponly=True, samesite="Lax")


def _repeats_only_known(given: QueryDict, known: frozenset[str]) -> bool:
    return all(name in known and len(values) == 1 for name, values in given.lists())
