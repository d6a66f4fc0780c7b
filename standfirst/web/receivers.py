"""Where the subjects meet without knowing each other: what one does, told to another."""

from collections.abc import Sequence
from typing import Any

from wagtail.signals import page_published, page_unpublished

from standfirst.discussion import names, threads
from standfirst.discussion.questions import anchors
from standfirst.discussion.questions import asking as asking_readers
from standfirst.funding import campaigns, reports
from standfirst.mail.house import House, speak_for
from standfirst.stories import asking, preview
from standfirst.stories.cards import published
from standfirst.stories.models import Author, Story
from standfirst.stories.passages import words
from standfirst.web import publication
from standfirst.web.pages import lists, story


def story_published(instance: Story, **_: Any) -> None:
    """A story has a thread from its first publishing on; its headline, address and openness follow the story."""
    threads.open_thread(
        key=instance.key, title=instance.headline, url=f"/{instance.address}/", open=instance.comments_open
    )
    asking_readers.follow_text(key=instance.key, asked=words.asked_in(instance.body), text=words.text_of(instance.body))


def story_withdrawn(instance: Story, **_: Any) -> None:
    """Of a story that nobody can read, nobody reads the comments either; they are kept."""
    threads.withdraw_thread(key=instance.key)


def story_text(key: str) -> str:
    """What a story says as it is published now, for readers who quote it."""
    number = key.removeprefix("story:")
    if number == key or not number.isdecimal():
        return ""
    found = published().filter(pk=int(number)).first()
    return words.text_of(found.body) if found else ""


def author_names() -> list[str]:
    """No guest may write under the name of an author."""
    return list(Author.objects.values_list("name", flat=True))


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
    anchors.read_texts_with(story_text)
    page_published.connect(story_published, sender=Story, dispatch_uid="web.story_published")
    page_unpublished.connect(story_withdrawn, sender=Story, dispatch_uid="web.story_withdrawn")
    preview.show_with("Story", story.preview)
    preview.show_with("FrontPage", lists.preview_front_page)
    preview.show_with("PlainPage", story.preview_plain_page)
