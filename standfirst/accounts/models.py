"""Who is there: accounts of staff and readers, and guests who are known by a key only."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(AbstractUser):
    """A person who can sign in: staff on the desk, a reader later."""

    display_name = models.CharField(_("name shown to readers"), max_length=60, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")  # type: ignore[assignment]  # the stubs know plain text only
        verbose_name_plural = _("accounts")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.display_name or self.get_full_name() or self.get_username()


class Guest(models.Model):
    """A browser that has written something, known by the signed key that it keeps.

    The row holds no address and no name: a name belongs to the comment it was given with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(revoked_at__gte=models.F("created_at")),
                name="guest_revoked_after_created",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SpentChallenge(models.Model):
    """A challenge that somebody has solved: what stands for it, kept until nobody could use it again."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar = []
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="spent_challenge_by_end")]

    def __str__(self) -> str:
        return f"until {self.expires_at}"
