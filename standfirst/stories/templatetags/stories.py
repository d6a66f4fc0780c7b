"""What the templates of stories need beyond Django's own: pictures and cards out of a body's blocks."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from standfirst.stories.cards import StoryCard
from standfirst.stories.renditions import PictureSet, picture_set
from standfirst.stories.safehtml import safe_html

register = template.Library()


@register.simple_tag
def picture_in(value: Any) -> PictureSet | None:
    """Return the picture of a picture block with the words for this place; None if it was deleted."""
    picture = value["picture"]
    if picture is None:
        return None
    found = picture_set(picture, alt=getattr(picture, "contextual_alt_text", "") or "", caption=value["caption"])
    return replace(found, alt="") if getattr(picture, "decorative", False) else found


@register.simple_tag(takes_context=True)
def card_in(context: template.Context, value: Any) -> StoryCard | None:
    """Return the card of the story that a block names, out of ``story_cards``; None unless readers may read it."""
    page = value["story"]
    found: StoryCard | None = context["story_cards"].get(f"story:{page.pk}") if page is not None else None
    return found


@register.filter
def cleaned(html: str) -> SafeString:
    """Return imported HTML, cleaned once more before it is shown."""
    return SafeString(safe_html(html))


@register.filter
def host_of(url: str) -> str:
    """Return the host name of an address, as a reader knows it."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.filter
def absolute(path: str) -> str:
    """Return a path of this site as a full address, for machines that read it elsewhere."""
    return settings.BASE_URL + path if path.startswith("/") else path
