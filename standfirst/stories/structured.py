"""What machines read of a story: schema.org's NewsArticle as JSON-LD."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from standfirst.stories.models import Byline, PublicationSettings, Story, Topic
from standfirst.stories.renditions import PictureSet

# Inside <script>, these would end the element or start a comment; JSON allows them escaped.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def news_article(
    *,
    story: Story,
    bylines: list[Byline],
    topics: list[Topic],
    hero: PictureSet | None,
    publication: PublicationSettings,
) -> SafeString:
    """Return the JSON-LD of ``story``, safe inside a script element."""
    url = f"{settings.BASE_URL}/{story.address}/"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": story.canonical_url or url,
        "url": url,
        "headline": story.headline,
        "datePublished": story.first_published_at.isoformat(),
        "dateModified": (story.last_published_at or story.first_published_at).isoformat(),
        "author": [
            {"@type": "Person", "name": byline.author.name, "url": settings.BASE_URL + byline.author.get_absolute_url()}
            for byline in bylines
        ],
        "publisher": {"@type": "NewsMediaOrganization", "name": publication.name, "url": f"{settings.BASE_URL}/"},
        "inLanguage": settings.LANGUAGE_CODE,
        "isAccessibleForFree": True,
        "discussionUrl": f"{url}#comments",
    }
    if story.standfirst:
        data["description"] = story.standfirst
    if story.section:
        data["articleSection"] = story.section.name
    if keywords := [topic.name for topic in topics]:
        data["keywords"] = keywords
    if hero and hero.src:
        data["image"] = [settings.BASE_URL + hero.src]
    return SafeString(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))
