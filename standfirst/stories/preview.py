"""What shows an unpublished page on the desk.

A page's look is composed above this layer, where the meter and the thread are known. So the
need is stated here, and ``web`` fills it.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

type Preview = Callable[[HttpRequest, Any], HttpResponse]

_previews: dict[str, Preview] = {}


def show_with(kind: str, preview: Preview) -> None:
    """Have pages of the model named ``kind`` previewed by ``preview``."""
    _previews[kind] = preview


class Previewed:
    """A page whose preview comes from ``show_with``."""

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return the page as readers would see it now."""
        return _previews[type(self).__name__](request, self)

    def serve(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Return the same for Wagtail's own views of a draft."""
        return _previews[type(self).__name__](request, self)
