"""Pages that list stories: front page, section, series, topic, author."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from wagtail.contrib.redirects.models import Redirect

from standfirst.delivery.pages import stored_page
from standfirst.stories import front
from standfirst.stories.cards import keys_of, published
from standfirst.stories.lists import StoryPage
from standfirst.stories.lists import page as list_page
from standfirst.stories.models import Author, FrontPage, Section, Series, Story, Topic
from standfirst.stories.publishing import FRONT, LISTS
from standfirst.stories.renditions import picture_set
from standfirst.web.pages.shell import page

NUMBERED = frozenset({"p", "page_id"})
CURSORS = ("before", "after")


@stored_page()
def front_page(request: HttpRequest) -> HttpResponse:
    """The front page; or the way from an address that named a story by its number, as WordPress does."""
    if request.GET and (away := _numbered(request)):
        return away
    context, keys = _composed(FrontPage.objects.order_by("path").first())
    return page(request, "stories/front_page.html", context, keys=keys)


def _numbered(request: HttpRequest) -> HttpResponse | None:
    """Return the redirect that an import made for ``/?p=110`` and the like. One query."""
    if not NUMBERED.intersection(request.GET):
        return None
    old_path = Redirect.normalise_path(request.get_full_path())
    found = Redirect.objects.filter(old_path=old_path).first()
    return HttpResponsePermanentRedirect(found.link) if found and found.link else None


def preview_front_page(request: HttpRequest, draft: FrontPage) -> HttpResponse:
    """The front page with picks that are not published yet."""
    context, _keys = _composed(draft)
    return render(request, "stories/front_page.html", context)


def _composed(front_page: FrontPage | None) -> tuple[dict[str, Any], set[str]]:
    found = front.compose(front_page)
    context = {
        "lead": found.lead,
        "seconds": found.seconds,
        "rows": found.rows,
        "latest": found.latest,
    }
    keys = {LISTS, FRONT, *keys_of(found.all)}
    return context, keys


@stored_page(query=CURSORS)
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """A section with its sub-sections' stories."""
    subject = get_object_or_404(Section, slug=slug)
    children = list(subject.children.all())
    stories = published().filter(section__in=[subject, *children])
    in_menu = subject.in_menu and subject.parent_id is None
    extra = {"children": children, "current_section": subject.pk if in_menu else ""}
    return _listing(request, "stories/section.html", subject, stories, extra)


@stored_page(query=CURSORS)
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """A series."""
    subject = get_object_or_404(Series, slug=slug)
    return _listing(request, "stories/series.html", subject, published().filter(series=subject))


@stored_page(query=CURSORS)
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """A topic."""
    subject = get_object_or_404(Topic, slug=slug)
    return _listing(request, "stories/topic.html", subject, published().filter(topics=subject))


@stored_page(query=CURSORS)
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """An author with their stories."""
    subject = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    stories = published().filter(pk__in=subject.bylines.values("story"))
    portrait = picture_set(subject.portrait) if subject.portrait else None
    return _listing(request, "stories/author.html", subject, stories, {"author": subject, "portrait": portrait})


def _listing(
    request: HttpRequest,
    template: str,
    subject: Section | Series | Topic | Author,
    stories: QuerySet[Story],
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    found = list_page(stories, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "heading": subject.name,
        "description": getattr(subject, "description", ""),
        "subject": subject,
        "stories": found.stories,
        **neighbours(request, found),
        **(extra or {}),
    }
    kind = subject._meta.model_name  # noqa: SLF001 - Django's public way to a model's name
    keys = {LISTS, f"{kind}:{subject.pk}", *keys_of(found.stories)}
    return page(request, template, context, keys=keys)


def neighbours(request: HttpRequest, found: StoryPage) -> dict[str, str]:
    """Return the addresses of the pages beside this one, empty at the ends."""
    return {
        "older_url": f"{request.path}?{urlencode({'before': found.older})}" if found.older else "",
        "newer_url": f"{request.path}?{urlencode({'after': found.newer})}" if found.newer else "",
    }
