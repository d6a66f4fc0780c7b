"""The figures for a monitoring system, to whoever knows the token."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from standfirst.delivery.pages import personal_page
from standfirst.web import metrics


@personal_page
def figures(request: HttpRequest) -> HttpResponse:
    """All figures. 404 without a token in the settings, or with another in the request."""
    wanted = settings.STANDFIRST.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Http404
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)
