"""How a refusal reaches the person: as a page, or as JSON for a script."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from standfirst.kit.errors import Refusal

SECONDS_TO_WAIT = "60"


def wants_json(request: HttpRequest) -> bool:
    """Say whether ``request`` asks for JSON rather than a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the answer that says what was refused, why, and what to do."""
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse(
            {"code": refusal.code, "message": str(refusal), "field": refusal.field}, status=refusal.status
        )
    else:
        response = render(request, "web/refusal.html", {"refusal": refusal}, status=refusal.status)
    if refusal.status in {429, 503}:
        response.headers["Retry-After"] = SECONDS_TO_WAIT
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Refusal"] = refusal.code
    return response
