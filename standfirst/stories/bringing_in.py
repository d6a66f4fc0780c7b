"""Bringing in what another system published: filed, dated and addressed as it was, and editable from then on.

Each verb writes one thing. A name that stands here already under the same address is used
as it is, never overwritten. The caller remembers what came from where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.files import File
from django.db import models
from django.utils.text import slugify
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from standfirst.delivery.changes import touch, verb
from standfirst.kit.text import clean_line, clean_text
from standfirst.stories.models import (
    Author,
    Byline,
    FrontPage,
    FrontPagePick,
    NewsDocument,
    Picture,
    PlainPage,
    Section,
    Story,
    Topic,
)
from standfirst.stories.publishing import FRONT, LISTS, PUBLICATION, found_publication

SLUG_LENGTH_MAX = 100  # leaves room for "-2" in the 120 characters that sections, topics and authors have
PAGE_SLUG_LENGTH_MAX = 240  # leaves room for "-2" in Wagtail's 255
NAME_LENGTH_MAX = 120
TITLE_LENGTH_MAX = 255
STANDFIRST_LENGTH_MAX = 600
PICKS_MAX = 12  # on top of the front page, as on the desk
OLD_PATH_LENGTH_MAX = 255


class State(StrEnum):
    """Whether readers see a story."""

    LIVE = "live"
    SCHEDULED = "scheduled"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtInPage:
    """A page as another system had it. ``blocks`` are Wagtail's stored form of a body."""

    title: str
    slug: str
    blocks: Sequence[dict[str, Any]]
    state: State
    published_at: datetime | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtInStory(BroughtInPage):
    """A story as another system had it; authors in the order of the byline."""

    standfirst: str = ""
    hero: int | None = None
    section: int | None = None
    topics: Sequence[int] = ()
    authors: Sequence[int] = ()
    comments_open: bool = True


@verb
def bring_in_section(
    *,
    name: str,
    slug: str,
    description: str = "",
    parent: int | None = None,
    in_menu: bool = False,
    position: int = 100,
) -> Section:
    """Return the section at ``slug``, made if there is none of that name."""
    section, new = _filed(Section, name, slug)
    if new:
        section.description = clean_text(description)[:1_000]
        section.parent_id = parent
        section.in_menu = in_menu
        section.position = position
        section.save()
        touch(f"section:{section.pk}", LISTS, PUBLICATION)
    return section


@verb
def bring_in_topic(*, name: str, slug: str, description: str = "") -> Topic:
    """Return the topic at ``slug``, made if there is none of that name."""
    topic, new = _filed(Topic, name, slug)
    if new:
        topic.description = clean_text(description)[:1_000]
        topic.save()
        touch(f"topic:{topic.pk}", LISTS)
    return topic


@verb
def bring_in_author(*, name: str, slug: str, biography: str = "", portrait: int | None = None) -> Author:
    """Return the author at ``slug``, made if there is none of that name."""
    author, new = _filed(Author, name, slug)
    if new:
        author.biography = clean_text(biography)[:2_000]
        author.portrait_id = portrait
        author.save()
        touch(f"author:{author.pk}", LISTS)
    return author


@verb
def bring_in_picture(
    *, file: File[bytes], title: str, alt: str = "", caption: str = "", credit: str = "", source_url: str = ""
) -> Picture:
    """Keep a picture with its words. The caller has looked at the file: it is one that may be shown."""
    picture = Picture(
        title=clean_line(title)[:TITLE_LENGTH_MAX] or "Picture",
        description=clean_line(alt)[:255],
        caption=clean_line(caption)[:500],
        credit=clean_line(credit)[:255],
        source_url=source_url if len(source_url) <= 2_000 else "",
        file=file,
    )
    try:
        picture.save()
    except Exception:
        # The transaction takes the row back, but not the file.
        picture.file.storage.delete(picture.file.name)
        raise
    touch(f"picture:{picture.pk}")
    return picture


@verb
def bring_in_document(*, file: File[bytes], title: str, source_url: str = "") -> NewsDocument:
    """Keep a file that readers may download."""
    document = NewsDocument(
        title=clean_line(title)[:TITLE_LENGTH_MAX] or "Document",
        file=file,
        source_url=source_url if len(source_url) <= 2_000 else "",
    )
    try:
        document.save()
    except Exception:
        document.file.storage.delete(document.file.name)
        raise
    return document


@verb
def bring_in_story(*, story: BroughtInStory) -> Story:
    """Write a story with its first revision; a live one keeps its date and gets its address from it.

    Locks the front page's row: stories become its children one at a time.
    """
    front = _front_page()
    page = Story(
        **_page_fields(front, story),
        standfirst=clean_text(story.standfirst)[:STANDFIRST_LENGTH_MAX],
        hero_id=story.hero,
        section_id=story.section,
        comments_open=story.comments_open,
    )
    page.bylines = [Byline(author_id=number, sort_order=place) for place, number in enumerate(story.authors)]
    page.topics = Topic.objects.filter(pk__in=story.topics)
    front.add_child(instance=page)
    _settle(page, story)
    written: Story = Story.objects.get(pk=page.pk)
    return written


@verb
def bring_in_plain_page(*, page: BroughtInPage, parent: int | None = None) -> PlainPage:
    """Write a page that is no story, under the plain page ``parent`` or the front page, whose row it locks."""
    above: Page = _front_page()
    if parent is not None:
        above = PlainPage.objects.get(pk=parent)
    made = PlainPage(**_page_fields(above, page))
    above.add_child(instance=made)
    _settle(made, page)
    written: PlainPage = PlainPage.objects.get(pk=made.pk)
    return written


@verb
def renew_brought_in(*, page: Story | PlainPage, blocks: Sequence[dict[str, Any]], hero: int | None = None) -> None:
    """Replace the body of a page that nobody has edited here, as more of its pictures came; dates stay."""
    page.body = _stream(page, blocks)
    if isinstance(page, Story) and hero is not None:
        page.hero_id = hero
    last_published_at = page.last_published_at
    scheduled_at = page.go_live_at if not page.live else None
    revision = page.save_revision()
    if page.live or scheduled_at:
        revision.publish()
    else:
        page.save()
    type(page).objects.filter(pk=page.pk, live=True).update(last_published_at=last_published_at)
    touch(f"story:{page.pk}" if isinstance(page, Story) else f"page:{page.pk}", LISTS)


@verb
def bring_in_redirect(*, old_path: str, page: Page) -> bool:
    """Lead ``old_path`` to ``page``; False if it leads somewhere already, is the page's own, or too long."""
    path = Redirect.normalise_path(old_path)
    own = Redirect.normalise_path(page.get_url() or "/")
    if path in {"/", own} or len(path) > OLD_PATH_LENGTH_MAX or Redirect.objects.filter(old_path=path).exists():
        return False
    Redirect.objects.create(old_path=path, redirect_page_id=page.pk, is_permanent=True, automatically_created=True)
    return True


@verb
def pick_for_front_page(*, story: Story) -> bool:
    """Put ``story`` last among the picks on top of the front page.

    False if the picks are full, or an editor has an unpublished draft of the front page:
    that one is not to be published by the way. Locks the front page's row.
    """
    front = _front_page()
    picks = list(front.picks.order_by("sort_order"))
    if front.has_unpublished_changes or len(picks) >= PICKS_MAX:
        return False
    if story.pk in {pick.story_id for pick in picks}:
        return True
    front.picks.add(FrontPagePick(story=story, sort_order=len(picks)))
    front.save_revision().publish()
    touch(FRONT, LISTS)
    return True


def usable_slug(raw: str, otherwise: str) -> str:
    """Return ``raw`` as a part of an address; ``otherwise`` if nothing of it can be."""
    return slugify(raw, allow_unicode=True)[:PAGE_SLUG_LENGTH_MAX].strip("-_") or otherwise


def _front_page() -> FrontPage:
    return FrontPage.objects.select_for_update().order_by("path").first() or found_publication()


def _filed[T: (Section, Topic, Author)](model: type[T], name: str, slug: str) -> tuple[T, bool]:
    """Return the row of that slug and name, or a new one whose slug is free."""
    name = clean_line(name)[:NAME_LENGTH_MAX] or slug
    base = slugify(slug, allow_unicode=True)[:SLUG_LENGTH_MAX] or slugify(name, allow_unicode=True) or "unnamed"
    here = model.objects.filter(slug=base).first()
    if here is not None and here.name.casefold() == name.casefold():
        return here, False
    return model(name=name, slug=_free(model.objects.all(), base)), True


def _free(rows: "models.QuerySet[Any]", base: str) -> str:
    slug, number = base, 1
    while rows.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _page_fields(parent: Page, page: BroughtInPage) -> dict[str, Any]:
    title = clean_line(page.title)[:TITLE_LENGTH_MAX]
    slug = _free(parent.get_children(), usable_slug(page.slug, usable_slug(title, "story")))
    model = Story if isinstance(page, BroughtInStory) else PlainPage
    return {"title": title, "slug": slug, "body": _stream(model, page.blocks), "live": False}


def _stream(of: Any, blocks: Sequence[dict[str, Any]]) -> Any:
    block = of._meta.get_field("body").stream_block  # noqa: SLF001 - Django's public way to a field
    return block.to_python(list(blocks))


def _settle(page: Story | PlainPage, told: BroughtInPage) -> None:
    """Give ``page`` its first revision, and publish or schedule it as ``told``."""
    if told.state is State.DRAFT or told.published_at is None:
        page.save_revision()
        return
    if told.state is State.SCHEDULED:
        page.go_live_at = told.published_at
        page.save_revision(approved_go_live_at=told.published_at).publish()
        return
    page.first_published_at = told.published_at
    page.save_revision().publish()
    changed_at = max(told.published_at, told.modified_at or told.published_at)
    type(page).objects.filter(pk=page.pk).update(last_published_at=changed_at)
