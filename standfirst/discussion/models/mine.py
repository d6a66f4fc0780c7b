"""What people do with what they wrote themselves."""

from typing import ClassVar

from django.db import models

from standfirst.discussion.models.comments import Comment


class Removal(models.Model):
    """That the person who wrote a comment took it back, and when. Nobody publishes it again.

    Its words are kept for moderators until ``emptied_at``, so that an insult that stood for ten minutes can be
    looked into. Of an erased person nothing is kept, so both moments are the same.
    """

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="removal")
    removed_at = models.DateTimeField()
    emptied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["removed_at"], condition=models.Q(emptied_at__isnull=True), name="removal_to_be_emptied"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(emptied_at__isnull=True) | models.Q(emptied_at__gte=models.F("removed_at")),
                name="removal_is_emptied_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.comment_id} taken back"
