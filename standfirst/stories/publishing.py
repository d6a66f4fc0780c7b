"""Founding the publication, and bringing stories to readers and back."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Page, Revision, Site

from standfirst.accounts.models import Account
from standfirst.delivery.changes import recording, touch, verb
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.stories.models import Author, FrontPage, PlainPage, PublicationSettings, Section, Series, Story, Topic

LISTS = "stories"  # touched whenever any list of stories may differ
FRONT = "front"  # touched when the editors' choice for the front page changes
PAGES = "pages"  # touched when a page that is no story comes, changes or goes
PUBLICATION = "publication"  # touched when name, colours or menu change
FRONT_SLUG = "home"
DUE_BATCH = 200  # scheduled pages handled in one look, so that a look ends


class NotPublishable(Refusal):
    """A story lacks what a reader needs."""

    code = "stories.not_publishable"
    status = 409
    message = _("This story has no headline, so it was not published. It is kept as a draft.")


@verb
def found_publication(*, name: str = "Standfirst", url: str = "") -> FrontPage:
    """Create the front page, its site and the publication's settings, or return the ones that exist.

    The site's host follows ``url`` (default: the configured address) at each call.
    """
    parts = urlsplit(url or settings.BASE_URL)
    host = {"hostname": parts.hostname, "port": parts.port or (443 if parts.scheme == "https" else 80)}
    front = FrontPage.objects.order_by("path").first()
    if front is None:
        front = _new_front_page(name)
    site = Site.objects.filter(root_page=front).first()
    if site is None:
        Site.objects.filter(is_default_site=True).delete()
        site = Site.objects.create(root_page=front, site_name=name, is_default_site=True, **host)
    elif (site.hostname, site.port) != (host["hostname"], host["port"]):
        Site.objects.filter(pk=site.pk).update(**host)
    PublicationSettings.objects.get_or_create(site=site, defaults={"name": name})
    Site.clear_site_root_paths_cache()
    touch(PUBLICATION, FRONT)
    return front


def _new_front_page(name: str) -> FrontPage:
    Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    root = Page.objects.filter(depth=1).first()
    if root is None:
        root = Page.add_root(instance=Page(title="Root", slug="root"))
    for welcome in root.get_children().filter(slug=FRONT_SLUG):
        welcome.delete()  # Wagtail's own page, there from its first migration
    root.refresh_from_db()
    front = FrontPage(title=name, slug=FRONT_SLUG)
    root.add_child(instance=front)
    return front


@verb
def publish_story(*, story: Story, by: Account | None = None, at: datetime | None = None) -> Story:
    """Publish what ``story`` holds now, as Wagtail does on the desk; ``at`` (default now) dates a first publishing.

    Refusals: NotPublishable.
    """
    if not story.title.strip():
        raise NotPublishable
    if at is not None and story.first_published_at is None:
        story.first_published_at = at
    revision = story.save_revision(user=by, log_action=False)
    revision.publish(user=by)
    published = Story.objects.get(pk=story.pk)
    if at is not None:
        published.first_published_at = published.last_published_at = at
        published.address = None
        published.save(update_fields=["first_published_at", "last_published_at", "address"])
    return published


@verb
def schedule_story(*, story: Story, at: datetime, by: Account | None = None) -> Story:
    """Have ``story`` published by the scheduler once ``at`` has passed."""
    story.go_live_at = at
    story.save_revision(user=by, log_action=False, approved_go_live_at=at).publish(user=by)
    return Story.objects.get(pk=story.pk)


@verb
def withdraw_story(*, story: Story, by: Account | None = None) -> None:
    """Take ``story`` from the readers; it stays as a draft."""
    story.unpublish(user=by)


@verb
def announce_page(*, page: Any) -> None:
    """Say that ``page`` was published, changed, withdrawn or deleted: every list may differ."""
    if isinstance(page, Story):
        touch(page.key, LISTS)
    elif isinstance(page, FrontPage):
        touch(FRONT)
    elif isinstance(page, PlainPage):
        touch(f"page:{page.pk}", PAGES)


@verb
def announce_filing(*, filed: Section | Series | Topic | Author) -> None:
    """Say that a section, series, topic or author was changed: its name stands on stories and lists."""
    touch(f"{filed._meta.model_name}:{filed.pk}", LISTS)  # noqa: SLF001 - Django's public way to a model's name
    if isinstance(filed, Section):
        touch(PUBLICATION)


@verb
def announce_publication() -> None:
    """Say that the publication's name, colours or menu changed: every page shows them."""
    touch(PUBLICATION)


@verb
def announce_picture(*, number: int) -> None:
    """Say that a picture, its words or its renditions changed."""
    touch(f"picture:{number}")


def publish_due() -> int:
    """Publish and withdraw what is due by now; return how many. Each page is a transaction of its own."""
    now = clock.now()
    done = 0
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at", "pk")
    for revision in due[:DUE_BATCH]:
        with recording():
            revision.publish(log_action="wagtail.publish.scheduled")
            done += 1
    expired = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at", "pk")
    for page in expired.specific()[:DUE_BATCH]:
        with recording():
            page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
            done += 1
    return done


def overdue(*, by_seconds: int) -> int:
    """Return how many pages should have been published or withdrawn more than ``by_seconds`` ago."""
    limit = datetime.fromtimestamp(clock.now().timestamp() - by_seconds, tz=clock.now().tzinfo)
    waiting = Revision.objects.filter(approved_go_live_at__lte=limit).count()
    return waiting + Page.objects.filter(Q(live=True), expire_at__lte=limit).count()
