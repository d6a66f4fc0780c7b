"""What was said last, across all discussions: of each thread one comment, so that a quarrel does not take the page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from standfirst.discussion import markup
from standfirst.discussion.models import Comment, State, Thread
from standfirst.discussion.shown import permalink, times


@dataclass(frozen=True, slots=True)
class Latest:
    """A comment for a list of the latest. Its thread changes under ``change_key``."""

    name: str
    words: str
    url: str
    about: str
    written_at: datetime
    change_key: str

    @property
    def written_at_iso(self) -> str:
        """When it was written, for machines."""
        return times(self.written_at, get_language(), get_current_timezone_name())[0]

    @property
    def written_at_text(self) -> str:
        """When it was written, for people."""
        return times(self.written_at, get_language(), get_current_timezone_name())[1]


def latest(limit: int) -> list[Latest]:
    """Return the newest published comment of each of the ``limit`` threads that were talked in last. Two queries.

    That there are others is touched under ``counts.BUSIEST``, what happens to one of them under its ``change_key``.
    """
    newest = Comment.objects.filter(thread=OuterRef("pk"), event__gte=0, state=State.PUBLISHED)
    talked_in = Thread.objects.filter(last_comment_at__isnull=False, withdrawn_at__isnull=True)
    threads = talked_in.order_by("-last_comment_at", "-pk").annotate(
        newest=Subquery(newest.order_by("-event", "-pk").values("pk")[:1])
    )
    found = {thread.newest: thread for thread in threads[:limit]}
    comments = Comment.objects.filter(pk__in=[pk for pk in found if pk is not None])
    by_id = {comment.pk: comment for comment in comments}
    return [_shown(by_id[pk], thread) for pk, thread in found.items() if pk in by_id]


def _shown(comment: Comment, thread: Thread) -> Latest:
    return Latest(
        name=comment.name,
        words=markup.excerpt(comment.html),
        url=permalink(thread.url, comment.pk),
        about=thread.title,
        written_at=comment.created_at,
        change_key=thread.change_key,
    )
