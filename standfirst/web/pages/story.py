"""A story's page: its own text, with holes for the meter, the count and the thread."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse

from standfirst.delivery.pages import stored_page
from standfirst.discussion import threads
from standfirst.discussion.moderating import house
from standfirst.discussion.rules.policies import POLICIES
from standfirst.discussion.threads import ThreadPage
from standfirst.kit import clock
from standfirst.stories import body, bylines, renditions, structured, topics
from standfirst.stories.cards import keys_of as keys_of_cards
from standfirst.stories.cards import lists_of_cards, published
from standfirst.stories.models import Byline, PlainPage, PublicationSettings, Story, Topic
from standfirst.stories.publishing import FRONT_SLUG, LISTS
from standfirst.web import publication
from standfirst.web.pages.shell import page

RELATED_LENGTH = 3
SERIES_LENGTH = 12
UPDATED_AFTER = timedelta(minutes=15)  # a change sooner than this is part of publishing
COLUMNS = (
    *("address", "title", "kicker", "standfirst", "body", "canonical_url", "first_published_at", "last_published_at"),
    *("url_path", "section__name", "section__slug", "series__name", "series__slug"),
    *(f"hero__{name}" for name in renditions.COLUMNS),
)
THREAD_QUERY = ("order", "after", "comment", "show")


@dataclass(frozen=True, slots=True)
class Particulars:
    """By whom a story is and what about: a draft has its own, a published one's are read."""

    bylines: list[Byline]
    topics: list[Topic]


@stored_page(query=THREAD_QUERY)
def story(request: HttpRequest, year: str, month: str, slug: str) -> HttpResponse:
    """A story, with the first page of its thread or the one that the address asks for."""
    readable = published()
    found = get_object_or_404(
        readable.select_related("section", "series", "hero").only(*COLUMNS),
        address=f"{year}/{month}/{slug}",
    )
    asked = _asked_thread(request, found)
    thread_html = render_to_string("discussion/_thread.html", {"thread_page": asked}) if asked else ""
    particulars = Particulars(bylines.of([found.pk]).get(found.pk, []), topics.of(found.pk))
    context, keys = _composed(found, particulars, readable, publication.of(request))
    if asked:
        keys |= {f"thread:{found.key}", POLICIES, house.KEY}
    context |= {"thread_html": thread_html}
    return page(request, "stories/story.html", context, keys=keys, expires_at=asked.expires_at if asked else None)


def preview(request: HttpRequest, draft: Story) -> HttpResponse:
    """A draft as readers would see it; what is not published has no date yet and no thread."""
    draft.first_published_at = draft.first_published_at or clock.now()
    particulars = Particulars(list(draft.bylines.all()), list(draft.topics.all()))
    context, _keys = _composed(draft, particulars, published(), publication.of(request))
    return render(request, "stories/story.html", context | {"preview": True})


def _composed(
    found: Story, particulars: Particulars, readable: QuerySet[Story], paper: PublicationSettings
) -> tuple[dict[str, Any], set[str]]:
    """Return what the template needs of a story, and the keys of what it shows."""
    in_text = body.numbers_of_stories(found.body)
    related, series, in_body = lists_of_cards(
        readable.filter(section=found.section).exclude(pk=found.pk)[:RELATED_LENGTH],
        _series(found, readable),
        readable.filter(pk__in=in_text) if in_text else readable.none(),
    )
    renditions.read([*([found.hero] if found.hero else []), *body.pictures_in(found.body)])
    hero = renditions.picture_set(found.hero) if found.hero else None
    context = {
        "story": found,
        "bylines": particulars.bylines,
        "topics": particulars.topics,
        "hero": hero,
        "body_html": body.render(found.body, story_key=found.key, story_cards={card.key: card for card in in_body}),
        "published_at": found.first_published_at,
        "updated_at": _updated_at(found),
        "support_url": f"{reverse('support')}?from={found.key}",
        "json_ld": structured.news_article(
            story=found, bylines=particulars.bylines, topics=particulars.topics, hero=hero, publication=paper
        ),
        "related": related,
        "series_stories": series,
    }
    return context, _keys(found, particulars) | keys_of_cards(related) | ({hero.key} if hero else set())


def _series(found: Story, readable: QuerySet[Story]) -> QuerySet[Story]:
    if found.series_id is None:
        return readable.none()
    others = readable.filter(series=found.series_id)
    return others.order_by("first_published_at", "pk")[:SERIES_LENGTH]


def _updated_at(found: Story) -> object:
    changed = found.last_published_at
    return changed if changed and changed - found.first_published_at > UPDATED_AFTER else None


def _keys(found: Story, particulars: Particulars) -> set[str]:
    keys = {found.key, LISTS, *body.keys_of(found.body)}
    keys |= {f"author:{byline.author_id}" for byline in particulars.bylines}
    keys |= {f"topic:{topic.pk}" for topic in particulars.topics}
    if found.section_id:
        keys.add(f"section:{found.section_id}")
    if found.series_id:
        keys.add(f"series:{found.series_id}")
    return keys


def _asked_thread(request: HttpRequest, found: Story) -> ThreadPage | None:
    """Return the part of the thread that the address asks for; None for the first page, which is a hole."""
    if not any(request.GET.get(name) for name in THREAD_QUERY):
        return None
    return threads.page_asked_for(found.key, request.GET)


@stored_page()
def plain_page(request: HttpRequest, path: str) -> HttpResponse:
    """A page that is no story."""
    found = get_object_or_404(PlainPage.objects.live().public(), url_path=f"/{FRONT_SLUG}/{path}/")
    context = {"page": found, "body_html": body.render(found.body)}
    return page(request, "stories/plain_page.html", context, keys={f"page:{found.pk}", *body.keys_of(found.body)})


def preview_plain_page(request: HttpRequest, draft: PlainPage) -> HttpResponse:
    """A draft of such a page."""
    return render(request, "stories/plain_page.html", {"page": draft, "body_html": body.render(draft.body)})
