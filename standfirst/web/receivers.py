"""Where the subjects meet without knowing each other: what one does, told to another."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.signals import post_save
from wagtail.signals import page_published, page_unpublished

from standfirst.discussion import marks, names, threads
from standfirst.discussion.moderating import persons
from standfirst.discussion.questions import anchors
from standfirst.discussion.questions import asking as asking_readers
from standfirst.discussion.rules import policies
from standfirst.funding import campaigns, reports
from standfirst.mail.house import House, speak_for
from standfirst.stories import asking, preview
from standfirst.stories.cards import published
from standfirst.stories.models import Author, Section, Story
from standfirst.stories.passages import words
from standfirst.web import publication, supporters
from standfirst.web.pages import lists, story


def story_published(instance: Story, **_: Any) -> None:
    """A story has a thread from its first publishing on; its headline, address and openness follow the story."""
    threads.open_thread(
        key=instance.key,
        title=instance.headline,
        url=f"/{instance.address}/",
        open=instance.comments_open,
        scopes=sections_around(instance.section),
        since=instance.first_published_at,
    )
    marks.renew_marks_in(thread_keys=[instance.key])  # the bylines may be others now
    asking_readers.follow_text(key=instance.key, asked=words.asked_in(instance.body), text=words.text_of(instance.body))


def story_withdrawn(instance: Story, **_: Any) -> None:
    """Of a story that nobody can read, nobody reads the comments either; they are kept."""
    threads.withdraw_thread(key=instance.key)


def sections_around(section: Section | None) -> list[str]:
    """Return a story's section and those that it lies in, the narrowest first, as policies know them."""
    found: list[str] = []
    while section is not None and f"section:{section.pk}" not in found:
        found.append(f"section:{section.pk}")
        section = section.parent
    return found


def sections_by_scope() -> list[tuple[str, str]]:
    """Return the sections for which a policy of the discussion may be set."""
    return [(f"section:{number}", name) for number, name in Section.objects.values_list("pk", "name")]


def story_text(key: str) -> str:
    """What a story says as it is published now, for readers who quote it."""
    number = key.removeprefix("story:")
    if number == key or not number.isdecimal():
        return ""
    found = published().filter(pk=int(number)).first()
    return words.text_of(found.body) if found else ""


def author_names() -> list[str]:
    """No guest may write under the name of an author."""
    with connection.cursor() as cursor:  # every comment of a guest asks it
        cursor.execute("SELECT name FROM stories_author")
        return [name for (name,) in cursor.fetchall()]


def authors_of_the_story(key: str, accounts: frozenset[int]) -> dict[int, marks.Mark]:
    """Who wrote the story that a thread is about."""
    number = key.removeprefix("story:")
    if number == key or not number.isdigit():
        return {}
    found = Author.objects.filter(account__in=accounts, bylines__story=int(number))
    return dict.fromkeys(found.values_list("account", flat=True), marks.AUTHOR)


def author_saved(instance: Author, *, created: bool, **_: Any) -> None:
    """Below an author's stories, the mark follows the account that they are said to have."""
    if not created:
        stories = instance.bylines.order_by().values_list("story", flat=True).distinct()
        marks.renew_marks_in(thread_keys=[f"story:{number}" for number in stories])


def story_names(keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Title and address of stories by their keys, for the treasurers' reports."""
    numbers = [int(key.removeprefix("story:")) for key in keys if key.startswith("story:")]
    found = Story.objects.filter(pk__in=numbers, address__isnull=False)
    return {each.key: (each.headline, f"/{each.address}/") for each in found}


def house() -> House:
    """In whose name letters and receipts are written."""
    found = publication.current()
    return House(name=found.name, answers_to=found.contact_email, accent=found.accent)


def connect() -> None:
    """Connect them all; called once when Django is ready."""
    speak_for(house)
    reports.name_stories(story_names)
    asking.name_campaigns(campaigns.names)
    names.protect(author_names)
    marks.provide(authors_of_the_story)
    marks.provide(supporters.marked)
    persons.mark_supporters(supporters.word_for_moderators)
    post_save.connect(author_saved, sender=Author, dispatch_uid="web.author_saved")
    policies.name_scopes(sections_by_scope)
    anchors.read_texts_with(story_text)
    page_published.connect(story_published, sender=Story, dispatch_uid="web.story_published")
    page_unpublished.connect(story_withdrawn, sender=Story, dispatch_uid="web.story_withdrawn")
    preview.show_with("Story", story.preview)
    preview.show_with("FrontPage", lists.preview_front_page)
    preview.show_with("PlainPage", story.preview_plain_page)
