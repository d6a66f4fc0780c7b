"""The change log and the places that its followers have reached."""

from typing import ClassVar

from django.db import models

KEY_LENGTH_MAX = 200
ERROR_LENGTH_MAX = 1_000  # of what is kept of an error: enough for its message


class Change(models.Model):
    """One touched key. Rows commit with the change that they report, in the order of their ids."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=KEY_LENGTH_MAX)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(key=""), name="change_names_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.key}"


class Cursor(models.Model):
    """The last change that a durable follower has dealt with."""

    follower = models.CharField(max_length=60, primary_key=True)
    change_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.follower} at {self.change_id}"
