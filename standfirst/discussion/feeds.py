"""Feeds of comments: of one discussion, and of all, the newest first; as RSS 2.0, Atom 1.0 and JSON Feed 1.1."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import gettext

from standfirst.discussion.models import Comment, State, Thread
from standfirst.discussion.shown import permalink
from standfirst.discussion.threads import thread_of
from standfirst.kit.text import clean_line, clean_text

FEED_LENGTH = 50  # comments: what a reader who looks once an hour has not seen of a busy thread


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1, see https://www.jsonfeed.org/version/1.1/."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        """Write the feed as JSON."""
        about = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "language": self.feed["language"],
            "items": [_json_item(item) for item in self.items],
        }
        outfile.write(json.dumps(about, ensure_ascii=False).encode(encoding).decode(encoding))


def _json_item(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "content_html": item["description"],
        "date_published": item["pubdate"].isoformat(),
        "date_modified": item["updateddate"].isoformat(),
        "authors": [{"name": item["author_name"]}],
    }


type Feed = Rss201rev2Feed | Atom1Feed | JsonFeed

FORMS: dict[str, type[Rss201rev2Feed | Atom1Feed | JsonFeed]] = {
    "rss": Rss201rev2Feed,
    "atom": Atom1Feed,
    "json": JsonFeed,
}


def of_thread(key: str, form: str = "rss") -> tuple[Feed, set[str]]:
    """Return the feed of a discussion in one of FORMS, and the change keys that it shows. NoSuchThread."""
    thread = thread_of(key)
    title = gettext("Comments on “%(title)s”") % {"title": clean_line(thread.title)}
    address = reverse("discussion:thread_feed", kwargs={"key": key, "form": form})
    newest = Comment.objects.filter(thread=thread, state=State.PUBLISHED).order_by("-event", "-id")[:FEED_LENGTH]
    found = ((comment, thread) for comment in newest)
    return _made(form, title, f"{_absolute(thread.url)}#comments", address, found), {thread.change_key}


def of_everything(form: str = "rss") -> tuple[Feed, set[str]]:
    """Return the feed of all discussions, and the change keys that it shows. What came from elsewhere is no news."""
    posted = Comment.objects.filter(state=State.PUBLISHED, source="", thread__withdrawn_at__isnull=True)
    newest = posted.select_related("thread").order_by("-id")[:FEED_LENGTH]
    found = [(comment, comment.thread) for comment in newest]
    address = reverse("discussion:feed", kwargs={"form": form})
    made = _made(form, gettext("Comments"), _absolute("/"), address, found)
    return made, {thread.change_key for _comment, thread in found}


def _made(form: str, title: str, link: str, address: str, found: Iterable[tuple[Comment, Thread]]) -> Feed:
    feed = FORMS[form](
        title=title,
        link=link,
        description=gettext("Comments"),  # some programs read it as HTML, and a headline is none
        language=settings.LANGUAGE_CODE,
        feed_url=_absolute(address),
        feed_guid=_absolute(address),
        ttl=15,
    )
    for comment, thread in found:
        said = {"name": clean_line(comment.name), "title": clean_line(thread.title)}
        feed.add_item(
            title=gettext("%(name)s on “%(title)s”") % said,
            link=_absolute(permalink(thread.url, comment.pk)),
            description=clean_text(comment.html),
            author_name=said["name"],
            unique_id=f"tag:{settings.ALLOWED_HOSTS[0]},{comment.created_at:%Y-%m-%d}:comment/{comment.pk}",
            unique_id_is_permalink=False,
            pubdate=comment.published_at,
            updateddate=comment.edited_at or comment.published_at,
        )
    return feed


def _absolute(address: str) -> str:
    return f"{settings.STANDFIRST.url}{address}"
