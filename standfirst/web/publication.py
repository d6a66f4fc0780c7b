"""What every page needs to know of the publication."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Site

from standfirst.stories.models import PublicationSettings, Section

KEY = "publication"  # touched when name, colours or menu change; every page shows it


def current() -> PublicationSettings:
    """Return the publication's settings, with defaults where none were saved."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return PublicationSettings()
    found = PublicationSettings.objects.select_related("logo").filter(site=site).first()
    return found or PublicationSettings(site=site)


def publication(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the publication and the sections in its menu. The desk has its own pages."""
    if request.path_info.startswith("/desk/"):
        return {}
    return {
        "publication": current(),
        "menu": list(Section.objects.filter(in_menu=True, parent=None)),
        "rehearsal": settings.STANDFIRST.mode == "rehearsal",
    }
