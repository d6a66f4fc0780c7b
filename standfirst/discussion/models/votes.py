"""Votes, and how they moved the scores."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from standfirst.accounts.models import Guest
from standfirst.discussion.models.comments import Comment
from standfirst.discussion.models.threads import Thread


class Vote(models.Model):
    """One voter's view of one comment: 1 up, -1 down."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="votes", db_index=False)
    guest = models.ForeignKey(Guest, null=True, blank=True, on_delete=models.CASCADE, related_name="votes")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="votes"
    )
    value = models.SmallIntegerField()
    cast_at = models.DateTimeField()
    address_hash = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["address_hash", "cast_at"], condition=~Q(address_hash=""), name="vote_by_address"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["comment", "guest"], condition=Q(guest__isnull=False), name="vote_of_a_guest_is_one"
            ),
            models.UniqueConstraint(
                fields=["comment", "account"], condition=Q(account__isnull=False), name="vote_of_an_account_is_one"
            ),
            models.CheckConstraint(condition=Q(value__in=(1, -1)), name="vote_is_up_or_down"),
            models.CheckConstraint(
                condition=Q(guest__isnull=True, account__isnull=False) | Q(guest__isnull=False, account__isnull=True),
                name="vote_has_one_voter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value:+d} on comment {self.comment_id}"


class Swing(models.Model):
    """A change of a score and of what goes by it, in the order in which a thread's votes came.

    Whoever pages by votes goes on in the order that the first page had: the swings since then
    are taken off. They are kept for some days only.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="swings", db_index=False)
    number = models.BigIntegerField()
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="swings")
    step = models.SmallIntegerField()
    merit_step = models.IntegerField(default=0)
    swung_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["swung_at"], name="swing_by_time")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "number"], name="swing_numbers_are_unique"),
            models.CheckConstraint(condition=Q(step__gte=-2, step__lte=2) & ~Q(step=0), name="swing_is_one_or_two"),
        ]

    def __str__(self) -> str:
        return f"{self.step:+d} on comment {self.comment_id}"
