"""Who is there: accounts of staff and readers, guests who are known by a key only, and codes that were mailed."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from standfirst.kit.lookalikes import skeleton

SKELETON_LENGTH_MAX = 120  # of a name of 60 characters: some stand for several letters


class Account(AbstractUser):
    """A person who can sign in: staff on the desk with a password, a reader with a mailed code or a passkey.

    ``name_skeleton`` is what the name looks like; no two accounts have names that look the same.
    """

    display_name = models.CharField(_("name shown to readers"), max_length=60, blank=True)
    name_skeleton = models.CharField(max_length=SKELETON_LENGTH_MAX, blank=True, default="", editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")  # type: ignore[assignment]  # the stubs know plain text only
        verbose_name_plural = _("accounts")  # type: ignore[assignment]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name_skeleton"], condition=~models.Q(name_skeleton=""), name="account_name_looks_like_no_other"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.get_full_name() or self.get_username()

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keep the skeleton with the name."""
        self.name_skeleton = skeleton(self.display_name)[:SKELETON_LENGTH_MAX]
        if update_fields is not None and "display_name" in update_fields:
            update_fields = {*update_fields, "name_skeleton"}
        super().save(*args, update_fields=update_fields, **kwargs)


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


class Code(models.Model):
    """That a code was mailed to an address, and to what end. What the code says is in the mail and nowhere else."""

    class Purpose(models.TextChoices):
        """``still_me``: before something that cannot be taken back."""

        SIGN_IN = "sign_in"
        NEW_ADDRESS = "new_address"
        STILL_ME = "still_me"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose)
    email = models.EmailField(max_length=254)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="codes")
    household = models.CharField(max_length=32, blank=True)
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["email", "asked_at"], name="code_by_address"),
            models.Index(fields=["household", "asked_at"], name="code_by_household"),
            models.Index(fields=["asked_at"], name="code_by_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(purpose="sign_in", account__isnull=True)
                | (~models.Q(purpose="sign_in") & models.Q(account__isnull=False)),
                name="code_is_of_an_account_unless_to_sign_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class SpentChallenge(models.Model):
    """A challenge that somebody has solved: what stands for it, kept until nobody could use it again."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar = []
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="spent_challenge_by_end")]

    def __str__(self) -> str:
        return f"until {self.expires_at}"
