"""RSS 2.0 with the full text: what feed readers and aggregators take."""

import re
from itertools import zip_longest
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.xmlutils import SimplerXMLGenerator

from standfirst.delivery.fragments import hole, split
from standfirst.stories import body
from standfirst.stories.cards import published
from standfirst.stories.models import PublicationSettings, Story

FEED_LENGTH = 30  # stories: a month of a small paper, a few hundred KB of text

_OWN_ADDRESS = re.compile(r'(\s(?:href|src)=")/(?!/)')
_OWN_IN_SRCSET = re.compile(r'(\ssrcset=")([^"]*)"')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML 1.0 has no place for them


class FullTextFeed(Rss201rev2Feed):
    """RSS 2.0 with ``content:encoded``, one ``dc:creator`` per author and the number of comments."""

    def rss_attributes(self) -> dict[str, str]:
        """Declare the modules that the items use."""
        return super().rss_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:slash": "http://purl.org/rss/1.0/modules/slash/",
        }

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Write an item; the number of comments stays a hole, so that a comment renders no feed."""
        super().add_item_elements(handler, item)
        for name in item["creators"]:
            handler.addQuickElement("dc:creator", name)
        _write_content(handler, item["content"])
        handler.startElement("slash:comments", AttributesImpl({}))
        handler.ignorableWhitespace(hole(f"count-digits:{item['key']}"))  # written as it is
        handler.endElement("slash:comments")


def _write_content(handler: SimplerXMLGenerator, html: str) -> None:
    """Write a story's text; its holes stay holes, and what fills them is escaped already."""
    texts, names = split(html.encode())
    handler.startElement("content:encoded", AttributesImpl({}))
    for text, name in zip_longest(texts, names):
        handler.characters(text.decode())
        if name is not None:
            handler.ignorableWhitespace(hole(name))  # written as it is
    handler.endElement("content:encoded")


def newest(publication: PublicationSettings, *, feed_url: str) -> tuple[FullTextFeed, list[Story]]:
    """Return the feed of the newest stories, and the stories in it."""
    feed = FullTextFeed(
        title=publication.name,
        link=f"{settings.BASE_URL}/",
        description=publication.strapline or publication.name,
        language=settings.LANGUAGE_CODE,
        feed_url=feed_url,
        ttl=15,
    )
    stories = list(published().select_related("section").prefetch_related("topics", "bylines__author")[:FEED_LENGTH])
    for story in stories:
        _add(feed, story)
    return feed, stories


def _add(feed: FullTextFeed, story: Story) -> None:
    link = f"{settings.BASE_URL}/{story.address}/"
    section = [story.section.name] if story.section else []
    feed.add_item(
        title=_CONTROL.sub("", story.headline),
        link=link,
        description=_CONTROL.sub("", story.standfirst),
        unique_id=f"tag:{settings.ALLOWED_HOSTS[0]},{story.first_published_at:%Y-%m-%d}:story/{story.pk}",
        unique_id_is_permalink=False,
        pubdate=story.first_published_at,
        updateddate=story.last_published_at,
        comments=f"{link}#comments",
        categories=[*section, *(topic.name for topic in story.topics.all())],
        creators=[byline.author.name for byline in story.bylines.all()],
        content=_CONTROL.sub("", absolute(str(body.render(story.body, story_key=story.key, in_feed=True)))),
        key=story.key,
    )


def absolute(html: str) -> str:
    """Return ``html`` with our own addresses made absolute: a feed reader has no page to resolve them on."""
    html = _OWN_ADDRESS.sub(rf"\g<1>{settings.BASE_URL}/", html)
    return _OWN_IN_SRCSET.sub(_absolute_srcset, html)


def _absolute_srcset(match: re.Match[str]) -> str:
    entries = (entry.strip() for entry in match[2].split(","))
    return (
        match[1] + ", ".join(settings.BASE_URL + entry if entry.startswith("/") else entry for entry in entries) + '"'
    )
