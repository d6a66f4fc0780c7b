"""The sample's publication, filing, stories and pages, from the files in ``content/``."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.demo.writing import BadContent, Numbers, Text, blocks_of, table_of, texts_in
from standfirst.discussion.threads import open_thread
from standfirst.kit import clock
from standfirst.stories.models import (
    Author,
    Byline,
    FrontPage,
    FrontPagePick,
    PlainPage,
    PublicationSettings,
    Section,
    Series,
    Story,
    Topic,
)
from standfirst.stories.publishing import found_publication, publish_story, schedule_story

NEWEST_AGE = timedelta(minutes=40)  # a story of today is older than this, however early in the day the site is filled


@dataclass(frozen=True, slots=True)
class Filing:
    """The numbers of sections, series, topics and authors, by their addresses."""

    sections: Numbers
    series: Numbers
    topics: Numbers
    authors: Numbers


@verb
def fill_publication() -> FrontPage:
    """Give the publication its name, its colours and its words."""
    words = table_of("publication.toml")
    front = found_publication(name=words["name"])
    front.title = words["name"]
    front.save_revision().publish()
    publication = PublicationSettings.objects.get(site__root_page=front)
    for field in ("name", "strapline", "accent", "contact_email", "support_sentence", "about"):
        setattr(publication, field, words[field])
    publication.save()
    return front


@verb
def fill_filing(*, pictures: Numbers) -> Filing:
    """Write sections, series, topics and authors."""
    words = table_of("publication.toml")
    sections: dict[str, int] = {}
    for position, row in enumerate(words["sections"], start=1):
        parent = sections.get(row.pop("parent", ""))
        sections[row["slug"]] = Section.objects.create(**row, parent_id=parent, position=10 * position).pk
    authors: dict[str, int] = {}
    for row in words["authors"]:
        portrait = pictures.get(row.pop("portrait", ""))
        authors[row["slug"]] = Author.objects.create(**row, portrait_id=portrait).pk
    return Filing(
        sections=sections,
        series={row["slug"]: Series.objects.create(**row).pk for row in words["series"]},
        topics={slug: Topic.objects.create(slug=slug, name=name).pk for slug, name in words["topics"].items()},
        authors=authors,
    )


@verb
def fill_stories(*, front: FrontPage, filing: Filing, pictures: Numbers, by: Account, zone: ZoneInfo) -> dict[str, int]:
    """Write and publish the stories, oldest first; return their numbers by the names of their files.

    One is scheduled and one stays a draft. BadContent if a file names what is not there.
    """
    numbers: dict[str, int] = {}
    for text in sorted(texts_in("stories"), key=_moment_in(zone)):
        story = _draft(text, filing=filing, pictures=pictures, stories=numbers)
        front.add_child(instance=story)
        _release(story, text.head, _moment_in(zone)(text), by)
        numbers[text.slug] = story.pk
    return numbers


@verb
def fill_pages(*, front: FrontPage, pictures: Numbers) -> None:
    """Write the pages that are no stories."""
    for text in texts_in("pages"):
        body = json.dumps(blocks_of(text.markdown, pictures=pictures, stories={}))
        page = PlainPage(title=text.head["title"], slug=text.slug, body=body, live=False)
        front.add_child(instance=page)
        page.save_revision().publish()


@verb
def pick_stories(*, front: FrontPage, stories: Numbers) -> None:
    """Put the editors' choice on top of the front page."""
    picks = table_of("publication.toml")["picks"]
    front.picks = [FrontPagePick(story_id=stories[slug], sort_order=place) for place, slug in enumerate(picks)]
    front.save_revision().publish()


def _moment_in(zone: ZoneInfo) -> Any:
    """Return what tells a text's moment, counted from today in ``zone``."""
    now = clock.now()
    today = clock.local_date(zone, now)

    def moment(text: Text) -> datetime:
        day = today - timedelta(days=text.head["days_ago"])
        at = datetime.combine(day, time.fromisoformat(text.head["at"]), tzinfo=zone)
        return at if text.head["days_ago"] < 0 else min(at, now - NEWEST_AGE)

    return moment


def _draft(text: Text, *, filing: Filing, pictures: Numbers, stories: Numbers) -> Story:
    head = text.head
    story = Story(
        title=head["headline"],
        slug=text.slug,
        kicker=head["kicker"],
        standfirst=head["standfirst"],
        hero_id=pictures[head["picture"]],
        section_id=filing.sections[head["section"]],
        series_id=filing.series[head["series"]] if "series" in head else None,
        comments_open=head.get("comments", True),
        body=json.dumps(blocks_of(text.markdown, pictures=pictures, stories=stories)),
        live=False,
        has_unpublished_changes=True,
    )
    story.topics = Topic.objects.filter(pk__in=[filing.topics[slug] for slug in head["topics"]])
    story.bylines = list(_bylines(head["authors"], filing.authors))
    return story


def _bylines(authors: Iterable[str | list[str]], numbers: Numbers) -> Iterable[Byline]:
    for place, entry in enumerate(authors):
        slug, role = (entry, "") if isinstance(entry, str) else entry
        yield Byline(author_id=numbers[slug], role=role, sort_order=place)


def _release(story: Story, head: dict[str, Any], at: datetime, by: Account) -> None:
    state = head.get("state", "live")
    if state == "draft":
        story.save_revision(user=by)
    elif state == "scheduled":
        schedule_story(story=story, at=at, by=by)
    elif state == "live":
        published = publish_story(story=story, at=at, by=by)
        address = f"/{published.address}/"
        open_thread(key=published.key, title=published.headline, url=address, open=published.comments_open)
    else:
        raise BadContent(f"{story.slug}: no state is called {state!r}")
