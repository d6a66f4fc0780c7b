"""Pictures that readers put below their comments, re-encoded; the files stand on a shelf of their own."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from standfirst.discussion.models.comments import Comment
from standfirst.discussion.models.limits import ALT_LENGTH_MAX, PICTURES_MAX


class CommentPicture(models.Model):
    """A picture: of a comment, or pending while its comment is being written.

    ``name`` is random and stands for two files: whoever knows the name of a pending one has uploaded it.
    ``width`` and ``height`` are those of the larger file.
    """

    name = models.CharField(max_length=32, unique=True)
    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="pictures", db_index=False
    )
    position = models.PositiveSmallIntegerField(default=0)
    alt = models.CharField(max_length=ALT_LENGTH_MAX, blank=True, default="")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    uploaded_at = models.DateTimeField()
    address_hash = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["uploaded_at"], condition=Q(comment__isnull=True), name="picture_pending_by_time"),
            models.Index(
                fields=["address_hash", "uploaded_at"], condition=~Q(address_hash=""), name="picture_by_address"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["comment", "position"],
                condition=Q(comment__isnull=False),
                name="picture_places_in_a_comment_are_unique",
            ),
            models.CheckConstraint(condition=Q(position__lt=PICTURES_MAX), name="picture_is_one_of_few"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="picture_has_a_size"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of comment {self.comment_id}"
