"""What every answer passes through. All of it is synchronous."""

import errno
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import recording
from standfirst.delivery.store import store
from standfirst.kit.errors import Refusal
from standfirst.web import policy
from standfirst.web.refusals import refusal_response, unavailable_response

log = logging.getLogger(__name__)

type Answer = Callable[[HttpRequest], HttpResponseBase]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SIGNED_IN_PATHS = ("/desk/", "/documents/")  # below these, staff have a session
READERS_PATHS = ("/account/",)  # below these, readers have; elsewhere ``accounts.readers`` looks, where it matters


class ForeignWrite(Refusal):
    """A page of another site tried to write in a reader's name."""

    code = "web.foreign_write"
    status = 403
    message = _(
        "This form was sent from another site, so nothing was done. Please open our page and send it from there."
    )


def security_headers(get_response: Answer) -> Answer:
    """Set the headers that tell a browser what a page may do."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in policy.headers(request, response).items():
            response.headers.setdefault(name, value)
        return response

    return answer


def fill_holes(get_response: Answer) -> Answer:
    """Put the fragments into a page, unless the front does that."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse) and not getattr(request, "holes_stay_open", False):
            response.content = store.filled(response.content, position=store.position())
        return response

    return answer


class RefuseForeignWrites:
    """Refuse a write that a page of another site sent, by what the browser says of itself.

    No token stands in a page, so a kept page can always be posted from. Views that are
    called by machines (webhooks) carry ``csrf_exempt`` and check a signature instead.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponseBase | None:
        """Refuse before the view runs."""
        if request.method in SAFE_METHODS or getattr(view, "csrf_exempt", False) or sent_from_here(request):
            return None
        return refusal_response(request, ForeignWrite())


def sent_from_here(request: HttpRequest) -> bool:
    """Say whether the browser vouches that this site's own page sent ``request``.

    ``Sec-Fetch-Site`` is set by the browser alone; where it is missing (plain HTTP to a
    name other than localhost, old browsers) ``Origin``, then ``Referer``, must be ours.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    stated = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        return urlsplit(stated).netloc == request.get_host()
    except ValueError:  # "http://[" is no address
        return False


def answer_to(request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
    """Return what to say of a refusal, a database that is away or a full disk; None for a bug."""
    if isinstance(exception, Refusal):
        return refusal_response(request, exception)
    full = isinstance(exception, OSError) and exception.errno in {errno.ENOSPC, errno.EDQUOT}
    if full or isinstance(exception, OperationalError | InterfaceError):
        log.error("nothing can be read or written: %s", exception)
        return unavailable_response(request)
    return None


class ShowRefusals:
    """Turn a refusal into an answer with its status, its words and its code."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer a refusal, or that the database is away; leave everything else to be seen as the bug it is."""
        return answer_to(request, exception)


def readers_only(get_response: Answer) -> Answer:
    """Sessions for the pages of readers' accounts. Their forms carry no token: see ``RefuseForeignWrites``."""
    signed_in: Any = SessionMiddleware(AuthenticationMiddleware(get_response))

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(READERS_PATHS):
            response: HttpResponseBase = signed_in(request)
            return response
        return get_response(request)

    return answer


class DeskOnly:
    """Sessions, sign-in and Django's CSRF token, for the desk alone; a write there is one transaction."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.csrf = CsrfViewMiddleware(get_response)
        chain: Any = MessageMiddleware(self.csrf)
        self.signed_in: Any = SessionMiddleware(AuthenticationMiddleware(chain))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign in below the desk only."""
        if request.path_info.startswith(SIGNED_IN_PATHS):
            response: HttpResponseBase = self.signed_in(request)
            return response
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Check the token, then run a writing view of the desk as one transaction with its touches."""
        if not request.path_info.startswith(SIGNED_IN_PATHS):
            return None
        refused = self.csrf.process_view(request, view, args, kwargs)
        if refused is not None or request.method in SAFE_METHODS:
            return refused
        try:
            with recording():
                response: HttpResponseBase = view(request, *args, **kwargs)
        except Exception as exception:  # Django shows to ``process_exception`` only what the view itself raised
            answer = answer_to(request, exception)
            if answer is None:
                raise
            return answer
        return response
