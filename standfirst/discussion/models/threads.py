"""Threads, and when they took no comments."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from standfirst.discussion.models.limits import KEY_LENGTH_MAX, REASON_LENGTH_MAX, SCOPES_LENGTH_MAX


class Thread(models.Model):
    """The discussion of one subject, known by that subject's key and address only.

    ``event`` counts the changes of what is published, ``votes_number`` those of the scores. While it
    is withdrawn nobody reads it: its subject is not to be read either. ``scopes`` names what it belongs to
    beside the site (``section:3``), the narrowest first, with spaces between; ``cools_until`` is the end
    of its running cool-down.
    """

    key = models.CharField(max_length=KEY_LENGTH_MAX, unique=True)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    published_count = models.PositiveIntegerField(default=0)
    roots_count = models.PositiveIntegerField(default=0)
    last_comment_at = models.DateTimeField(null=True, blank=True)
    event = models.BigIntegerField(default=0)
    votes_number = models.BigIntegerField(default=0)
    scopes = models.CharField(max_length=SCOPES_LENGTH_MAX, blank=True, default="")
    cools_until = models.DateTimeField(null=True, blank=True)
    edition: str | None  # no column: that of the rules and policies; where ``threads.thread_of`` read it
    closed_at: datetime | str | None  # no column, as SQLite writes it; likewise
    adorned = models.BooleanField(default=False)  # whether a summary, a pin, picks or removals are to be looked for
    closed_reason: str | None  # no column: why it is closed, None if it is open; where ``threads.thread_of`` read it
    inline_count: int | None  # no column either: answers to its questions, None if nothing was ever asked

    class Meta:
        indexes: ClassVar = [models.Index(fields=["last_comment_at"], name="thread_by_last_comment")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(key=""), name="thread_names_its_subject"),
            models.CheckConstraint(
                condition=Q(roots_count__lte=F("published_count")), name="thread_has_no_more_roots_than_comments"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def change_key(self) -> str:
        """The key under which the change log knows this thread."""
        return f"thread:{self.key}"


class Closing(models.Model):
    """That a thread takes no new comments: since when, by whom, why, until when."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="closings")
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=REASON_LENGTH_MAX, blank=True, default="")
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["thread"], condition=Q(reopened_at__isnull=True), name="thread_is_closed_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | Q(reopened_at__gte=F("closed_at")),
                name="thread_reopens_after_it_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread} closed {self.closed_at:%Y-%m-%d}"
