"""What every page shares: rendering, and the keys that its frame shows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from standfirst.delivery.pages import shows
from standfirst.stories.publishing import PUBLICATION


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    keys: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> HttpResponse:
    """Render a public page that may be kept until one of ``keys`` is touched, or ``expires_at``."""
    return shows(render(request, template, context), PUBLICATION, *keys, expires_at=expires_at)
