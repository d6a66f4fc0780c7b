"""Pages for what is not there, not allowed, or broken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.pages import personal_page
from standfirst.kit.errors import Refusal
from standfirst.web.refusals import refusal_response


class BadRequest(Refusal):
    """A request that no form or link of ours makes."""

    code = "web.bad_request"
    status = 400
    message = _("This request cannot be read. Nothing was done. Please go back and try again.")


class Forbidden(Refusal):
    """Something that this person may not do."""

    code = "web.forbidden"
    status = 403
    message = _("You may not do this. Nothing was done. If you should be able to, ask whoever runs this site.")


@personal_page
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return refusal_response(request, BadRequest())


@personal_page
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return refusal_response(request, Forbidden())


@personal_page
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with the meter like every page."""
    return render(request, "404.html", status=404)


@personal_page
def broken(request: HttpRequest) -> HttpResponse:
    """500. It needs no database: that may be what is broken."""
    return HttpResponse(render_to_string("500.html"), status=500)
