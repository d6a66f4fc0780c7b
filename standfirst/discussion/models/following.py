"""Who is told by mail of which comments, how often, and how far the telling of a comment has got."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Guest
from standfirst.discussion.models.comments import Comment
from standfirst.discussion.models.threads import Thread


class Follower(models.Model):
    """A person who follows something: the only row that holds the address, in lower case.

    ``key`` stands for the person in links; whoever comes back after everything was ended gets another.
    """

    class Delivery(models.TextChoices):
        """How often somebody wants to be told."""

        INSTANT = "instant", _("at once")
        HOURLY = "hourly", _("together, at most once an hour")
        DAILY = "daily", _("together, once a day")

    address = models.EmailField(max_length=254, unique=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.CharField(max_length=8, choices=Delivery, default=Delivery.INSTANT)
    language = models.CharField(max_length=12)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(delivery__in=["instant", "hourly", "daily"]), name="follower_delivery_is_known"
            ),
            models.CheckConstraint(condition=Q(address=Lower("address")), name="follower_address_is_in_lower_case"),
        ]

    def __str__(self) -> str:
        return f"follower {self.pk}"


class Follow(models.Model):
    """That a follower wants to know of new comments: all of a thread, answers to their own, or answers to one.

    Nobody is told of anything before ``confirmed_at``. ``guest`` or ``account`` is who asked: whose comments are
    meant by "my own", and who is not told of what they wrote themselves.
    """

    class What(models.TextChoices):
        """Which comments."""

        COMMENT = "comment", _("answers to one comment")
        MINE = "mine", _("answers to my comments")
        THREAD = "thread", _("all new comments")

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="follows", db_index=False)
    what = models.CharField(max_length=8, choices=What)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="follows", db_index=False)
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="follows")
    guest = models.ForeignKey(Guest, null=True, blank=True, on_delete=models.SET_NULL, related_name="follows")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="follows"
    )
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["thread", "follower", "what"],
                condition=Q(confirmed_at__isnull=False),
                name="follow_confirmed_by_thread",
            ),
            models.Index(fields=["asked_at"], condition=Q(confirmed_at__isnull=True), name="follow_asked_by_time"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["follower", "thread"], condition=Q(what="thread"), name="follow_of_a_thread_is_one"
            ),
            models.UniqueConstraint(
                fields=["follower", "thread", "guest"], condition=Q(what="mine"), name="follow_of_a_guests_own_is_one"
            ),
            models.UniqueConstraint(
                fields=["follower", "comment"], condition=Q(comment__isnull=False), name="follow_of_a_comment_is_one"
            ),
            models.CheckConstraint(
                condition=Q(what="comment", comment__isnull=False)
                | Q(what__in=["mine", "thread"], comment__isnull=True),
                name="follow_names_a_comment_if_it_is_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"follow {self.pk}: {self.what} of thread {self.thread_id}"


class Watch(models.Model):
    """That somebody follows something in a thread, and up to which of its events the comments are being told."""

    thread = models.OneToOneField(Thread, primary_key=True, on_delete=models.CASCADE, related_name="watch")
    event = models.BigIntegerField()

    def __str__(self) -> str:
        return f"thread {self.thread_id} up to event {self.event}"


class Telling(models.Model):
    """That a comment is told to its followers, once, and up to which follower that has been done.

    It stays for as long as the comment: what is taken back and published again is not told again.
    """

    comment = models.OneToOneField(Comment, primary_key=True, on_delete=models.CASCADE, related_name="telling")
    reached = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["comment"], condition=Q(done_at__isnull=True), name="telling_that_goes_on")
        ]

    def __str__(self) -> str:
        return f"comment {self.comment_id} up to follower {self.reached}"


class Notice(models.Model):
    """That a follower is to be told of a comment, because of ``follow``: at ``due_at``, in the letter ``letter_key``.

    Without a letter it waits to be put together with others.
    """

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="notices", db_index=False)
    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="notices", db_index=False)
    follow = models.ForeignKey(Follow, on_delete=models.CASCADE, related_name="notices")
    due_at = models.DateTimeField()
    letter_key = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at", "follower"], condition=Q(letter_key=""), name="notice_waiting_by_time"),
            models.Index(fields=["follower", "due_at"], name="notice_by_follower"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "follower"], name="notice_of_a_comment_is_one"),
        ]

    def __str__(self) -> str:
        return f"comment {self.comment_id} to follower {self.follower_id}"


class Asking(models.Model):
    """How often letters were asked for: from a household within the hour from ``at``, or to an address at that moment.

    ``mark`` is a keyed hash of either.
    """

    mark = models.CharField(max_length=32)
    at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mark", "at"], name="asking_is_counted_once_at_a_time"),
            models.CheckConstraint(condition=~Q(mark=""), name="asking_is_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.used} since {self.at}"
