"""Who asks: the account that is signed in and the guest whose key the browser keeps, either of which may be nobody.

Sessions are read where a page is a person's own, and nowhere else: a view that is not below the account's pages
asks here, so that whoever never signed in costs nothing.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponseBase

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest

HERE_COOKIE = "sf_here"  # tells the scripts of a page that somebody is signed in, not who
SESSION_SECONDS = 60 * 24 * 3600  # two months; a comment is not a bank account


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who asks for a page."""

    guest: Guest | None = None
    account: Account | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is anything to know them by."""
        return self.guest is not None or self.account is not None


def account_of_request(request: HttpRequest) -> Account | None:
    """Return the account that ``request`` is signed in as, or None. Two queries if there is a session."""
    user = getattr(request, "user", None)
    if user is None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if not key:
            return None
        asked: Any = request
        if not hasattr(request, "session"):
            asked.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user = asked.user = auth.get_user(request)
    return cast("Account", user) if user.is_authenticated else None


def of_request(request: HttpRequest) -> Reader:
    """Return who asks."""
    return Reader(guest=guests.of_request(request), account=account_of_request(request))


def leave(request: HttpRequest, response: HttpResponseBase) -> None:
    """End the session that ``request`` carries, wherever the page stands."""
    if account_of_request(request) is not None or hasattr(request, "session"):
        request.session.flush()
    response.delete_cookie(settings.SESSION_COOKIE_NAME, path=settings.SESSION_COOKIE_PATH, samesite="Lax")
    take_sign(response)


def hand_sign(response: HttpResponseBase) -> None:
    """Tell the scripts of this browser that somebody is signed in. The cookie says no more than that."""
    response.set_cookie(
        HERE_COOKIE,
        "1",
        max_age=SESSION_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/",
    )


def take_sign(response: HttpResponseBase) -> None:
    """Tell the scripts of this browser that nobody is signed in."""
    response.delete_cookie(HERE_COOKIE, path="/", samesite="Lax")
