"""What every page shares: rendering, and the keys that its frame shows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from standfirst.delivery.pages import shows
from standfirst.kit import clock
from standfirst.stories.publishing import PUBLICATION


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    keys: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> HttpResponse:
    """Render a public page that may be kept until one of ``keys`` is touched, or ``expires_at``.

    The frame shows today's date, so no page is kept beyond the publication's midnight.
    """
    response = render(request, template, context)
    midnight = clock.next_midnight(timezone.get_default_timezone())
    return shows(response, PUBLICATION, *keys, expires_at=min(midnight, expires_at or midnight))
