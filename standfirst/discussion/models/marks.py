"""Marks that last: beside which accounts' names they stand."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from standfirst.discussion.models.limits import NAME_LENGTH_MAX

MARK_LENGTH_MAX = 20


class AccountMark(models.Model):
    """That an account carries a mark, since when, and under which name alone."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="marks")
    mark = models.CharField(max_length=MARK_LENGTH_MAX)
    under = models.CharField(max_length=NAME_LENGTH_MAX)
    given_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "mark"], name="account_mark_once"),
            models.CheckConstraint(condition=~models.Q(under=""), name="account_mark_names_its_name"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} of {self.account_id}"
