"""What every page needs to know of the publication."""

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from wagtail.models import Site

from standfirst.stories.models import PublicationSettings, Section

KEY = "publication"  # touched when name, colours or menu change; every page shows it


def current() -> PublicationSettings:
    """Return the publication's settings, with defaults where none were saved. One query."""
    found = PublicationSettings.objects.filter(site__is_default_site=True).first()
    return found or PublicationSettings(site=Site.objects.filter(is_default_site=True).first())


def of(request: HttpRequest) -> PublicationSettings:
    """Return the publication's settings, read once for ``request``."""
    found: PublicationSettings | None = getattr(request, "publication", None)
    if found is None:
        found = current()
        request.publication = found  # type: ignore[attr-defined]
    return found


def menu() -> list[Section]:
    """Return the sections that every page leads to. One query."""
    return list(Section.objects.filter(in_menu=True, parent=None))


def theme_style(found: PublicationSettings) -> SafeString:
    """Return the page's one inline style: the colour set on the desk."""
    # The column's validator lets #rrggbb through and nothing else.
    return SafeString(f":root{{--accent:{found.accent}}}")


def publication(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the publication and its colours. The desk has its own pages."""
    if request.path_info.startswith("/desk/"):
        return {}
    found = of(request)
    style = theme_style(found)
    request.inline_style = style  # type: ignore[attr-defined]  # its hash goes into the policy
    return {"publication": found, "theme_style": style}
