"""What machines read: the feed, the sitemap, robots.txt."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from standfirst.delivery.pages import shows, stored_page
from standfirst.stories import body, feeds, sitemap
from standfirst.stories.publishing import LISTS, PAGES, PUBLICATION
from standfirst.web.publication import current


@stored_page()
def feed(request: HttpRequest) -> HttpResponse:
    """RSS 2.0 of the newest stories, with full text."""
    made, stories = feeds.newest(current(), feed_url=settings.BASE_URL + reverse("feed"))
    response = HttpResponse(made.writeString("utf-8"), content_type=made.content_type)
    keys = set().union(*(body.keys_of(story.body) for story in stories))
    return shows(response, LISTS, PUBLICATION, *keys)


@stored_page()
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The index of the sitemaps: one for each year with stories, one for everything else."""
    context = {"base": settings.BASE_URL, "names": sitemap.names()}
    response = render(request, "web/sitemap_index.xml", context, content_type="application/xml; charset=utf-8")
    return shows(response, LISTS)


@stored_page()
def sitemap_part(request: HttpRequest, name: str) -> HttpResponse:
    """One sitemap."""
    context = {"base": settings.BASE_URL, "entries": sitemap.entries(name)}
    response = render(request, "web/sitemap.xml", context, content_type="application/xml; charset=utf-8")
    return shows(response, LISTS, PAGES, PUBLICATION)


@stored_page()
def robots(request: HttpRequest) -> HttpResponse:
    """robots.txt: the desk, searches and what only people do are not for crawlers."""
    response = render(request, "web/robots.txt", {"base": settings.BASE_URL}, content_type="text/plain; charset=utf-8")
    return shows(response, PUBLICATION)
