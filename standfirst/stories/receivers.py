"""Wagtail's and Django's signals, each turned into one call of a verb."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.signals import page_published, page_unpublished, post_page_move

from standfirst.stories import publishing, renditions
from standfirst.stories.models import Author, Picture, PublicationSettings, Section, Series, Story, Topic

FILED = (Section, Series, Topic, Author)


def page_changed(instance: Any, **_: Any) -> None:
    """A page was published, withdrawn or moved."""
    publishing.announce_page(page=instance)


def story_deleted(instance: Story, **_: Any) -> None:
    """A story is gone."""
    publishing.announce_page(page=instance)


def filing_changed(instance: Any, **_: Any) -> None:
    """A section, series, topic or author was saved or deleted."""
    publishing.announce_filing(filed=instance)


def publication_changed(**_: Any) -> None:
    """The publication's settings were saved."""
    publishing.announce_publication()


def picture_changed(instance: Picture, *, created: bool = False, **_: Any) -> None:
    """A picture was saved: its words may differ, and a new file wants its renditions."""
    publishing.announce_picture(number=instance.pk)
    if created or not instance.renditions.exists():
        renditions.make_for_picture.enqueue(instance.pk)


def connect() -> None:
    """Connect them all; called once when Django is ready."""
    page_published.connect(page_changed, dispatch_uid="stories.published")
    page_unpublished.connect(page_changed, dispatch_uid="stories.unpublished")
    post_page_move.connect(page_changed, dispatch_uid="stories.moved")
    post_delete.connect(story_deleted, sender=Story, dispatch_uid="stories.deleted")
    for model in FILED:
        post_save.connect(filing_changed, sender=model, dispatch_uid=f"stories.{model.__name__}.saved")
        post_delete.connect(filing_changed, sender=model, dispatch_uid=f"stories.{model.__name__}.deleted")
    post_save.connect(publication_changed, sender=PublicationSettings, dispatch_uid="stories.publication")
    post_save.connect(picture_changed, sender=Picture, dispatch_uid="stories.picture")
