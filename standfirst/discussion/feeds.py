"""RSS 2.0 of comments: of one discussion, and of all. What feed readers take; the newest first."""

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext

from standfirst.discussion.models import Comment, State, Thread
from standfirst.discussion.shown import permalink
from standfirst.discussion.threads import thread_of
from standfirst.kit.text import clean_line, clean_text

FEED_LENGTH = 50  # comments: what a reader who looks once an hour has not seen of a busy thread


def of_thread(key: str) -> tuple[Rss201rev2Feed, set[str]]:
    """Return the feed of a discussion, and the change keys that it shows. NoSuchThread."""
    thread = thread_of(key)
    title = gettext("Comments on “%(title)s”") % {"title": clean_line(thread.title)}
    feed = _feed(title, f"{_absolute(thread.url)}#comments", reverse("discussion:thread_feed", args=[key]))
    newest = Comment.objects.filter(thread=thread, state=State.PUBLISHED).order_by("-event", "-id")[:FEED_LENGTH]
    for comment in newest:
        _add(feed, comment, thread)
    return feed, {thread.change_key}


def of_everything() -> tuple[Rss201rev2Feed, set[str]]:
    """Return the feed of all discussions, and the change keys that it shows. What came from elsewhere is no news."""
    feed = _feed(gettext("Comments"), _absolute("/"), reverse("discussion:feed"))
    newest = Comment.objects.filter(state=State.PUBLISHED, thread__withdrawn_at__isnull=True).select_related("thread")
    found = [comment for comment in newest.order_by("-id")[:FEED_LENGTH] if not comment.source]
    for comment in found:
        _add(feed, comment, comment.thread)
    return feed, {comment.thread.change_key for comment in found}


def _feed(title: str, link: str, address: str) -> Rss201rev2Feed:
    language = settings.LANGUAGE_CODE
    return Rss201rev2Feed(
        title=title, link=link, description=title, language=language, feed_url=_absolute(address), ttl=15
    )


def _add(feed: Rss201rev2Feed, comment: Comment, thread: Thread) -> None:
    said = {"name": clean_line(comment.name), "title": clean_line(thread.title)}
    feed.add_item(
        title=gettext("%(name)s on “%(title)s”") % said,
        link=_absolute(permalink(thread.url, comment.pk)),
        description=clean_text(comment.html),
        unique_id=f"tag:{settings.ALLOWED_HOSTS[0]},{comment.created_at:%Y-%m-%d}:comment/{comment.pk}",
        unique_id_is_permalink=False,
        pubdate=comment.published_at,
        updateddate=comment.edited_at or comment.published_at,
    )


def _absolute(address: str) -> str:
    return f"{settings.STANDFIRST.url}{address}"
