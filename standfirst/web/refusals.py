"""How a refusal reaches the person: as a page, or as JSON for a script."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal

SECONDS_TO_WAIT = "60"


def wants_json(request: HttpRequest) -> bool:
    """Say whether ``request`` asks for JSON rather than a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


class Unavailable(Refusal):
    """The database cannot be reached, is locked for too long, or its disk is full."""

    code = "web.unavailable"
    status = 503
    message = _(
        "We cannot read or write anything just now, so nothing was done. What you sent before is safe."
        " Please try again in a minute."
    )


def unavailable_response(request: HttpRequest) -> HttpResponse:
    """Return the answer while the database is away; a page that asks it for nothing."""
    refusal = Unavailable()
    if wants_json(request):
        return refusal_response(request, refusal)
    html = render_to_string("503.html", {"refusal": refusal})
    return _with_headers(HttpResponse(html, status=refusal.status), refusal)


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the answer that says what was refused, why, and what to do."""
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse(
            {"code": refusal.code, "message": str(refusal), "field": refusal.field}, status=refusal.status
        )
    else:
        response = render(request, "web/refusal.html", {"refusal": refusal}, status=refusal.status)
    return _with_headers(response, refusal)


def _with_headers(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    if refusal.status in {429, 503}:
        response.headers["Retry-After"] = SECONDS_TO_WAIT
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Refusal"] = refusal.code
    return response
