"""The addresses that search engines should know, a year of stories to a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from standfirst.stories.cards import published
from standfirst.stories.models import Author, PlainPage, Section, Series

URLS_MAX = 50_000  # the protocol's limit for one file
REST = "pages"


@dataclass(frozen=True, slots=True)
class Entry:
    """An address and when what stands there last changed."""

    path: str
    changed_at: datetime | None = None


def names() -> list[str]:
    """Return the names of the sitemaps: the years that have stories, newest first, and the rest."""
    years = published().order_by("-first_published_at").dates("first_published_at", "year", order="DESC")
    return [*(str(day.year) for day in years), REST]


def entries(name: str) -> list[Entry]:
    """Return what the sitemap ``name`` lists. Http404 if there is no such year."""
    if name == REST:
        return list(_rest())
    year = published().filter(first_published_at__year=int(name))
    found = [
        Entry(f"/{address}/", changed)
        for address, changed in year.values_list("address", "last_published_at")[:URLS_MAX]
    ]
    if not found:
        raise Http404(name)
    return found


def _rest() -> Iterator[Entry]:
    yield Entry("/")
    for model in (Section, Series, Author):
        for subject in model.objects.all():
            yield Entry(subject.get_absolute_url())
    for page in PlainPage.objects.live().public():
        yield Entry(page.path_from_front, page.last_published_at)
