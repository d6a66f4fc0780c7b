"""Stories for tests, made with the real verbs."""

from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as Drawing

from standfirst.stories import publishing
from standfirst.stories.models import Author, Byline, FrontPage, Picture, PlainPage, Section, Series, Story, Topic

_numbers = count(1)


def front_page() -> FrontPage:
    """Return the publication's front page, founded if need be."""
    return publishing.found_publication(name="The Harbour Post")


def make_section(name: str = "Town", *, slug: str = "", parent: Section | None = None) -> Section:
    """Make a section."""
    section: Section = Section.objects.create(name=name, slug=slug or name.lower(), parent=parent)
    return section


def make_author(name: str = "Ida Brook", *, slug: str = "") -> Author:
    """Make an author."""
    author: Author = Author.objects.create(name=name, slug=slug or name.lower().replace(" ", "-"), role="Reporter")
    return author


def make_topic(name: str = "Ferries") -> Topic:
    """Make a topic."""
    topic: Topic = Topic.objects.create(name=name, slug=name.lower())
    return topic


def make_series(name: str = "The new pier") -> Series:
    """Make a series."""
    series: Series = Series.objects.create(name=name, slug=name.lower().replace(" ", "-"))
    return series


def make_picture(title: str = "A boat", *, width: int = 640, height: int = 400) -> Picture:
    """Make a picture of one colour."""
    data = BytesIO()
    Drawing.new("RGB", (width, height), (40, 90, 140)).save(data, "JPEG")
    data.seek(0)
    picture: Picture = Picture.objects.create(
        title=title,
        file=ImageFile(data, name=f"{title.lower().replace(' ', '-')}.jpg"),
        description=f"{title} on water",
    )
    return picture


def draft(headline: str = "Ferry returns to the old pier", *, by: Author | None = None, **fields: Any) -> Story:
    """Make a draft under the front page."""
    slug = fields.pop("slug", f"story-{next(_numbers)}")
    topics = fields.pop("topics", [])
    fields.setdefault("body", [{"type": "text", "value": "<p>The boat came back on Monday, an hour late.</p>"}])
    story = Story(title=headline, slug=slug, live=False, **fields)
    front_page().add_child(instance=story)
    if by is not None:
        story.bylines.add(Byline(author=by, role=""))
    story.topics.set(topics)
    story.save()
    return story


def published_story(
    headline: str = "Ferry returns to the old pier", *, at: datetime | None = None, **fields: Any
) -> Story:
    """Make a story that readers can read."""
    return publishing.publish_story(story=draft(headline, **fields), at=at)


def plain_page(title: str = "About us", *, slug: str = "about") -> PlainPage:
    """Make a published page that is no story."""
    page = PlainPage(title=title, slug=slug, body=[{"type": "text", "value": "<p>Twelve people in a net loft.</p>"}])
    front_page().add_child(instance=page)
    page.save_revision().publish()
    return page
