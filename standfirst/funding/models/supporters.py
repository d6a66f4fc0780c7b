"""Supporters: the only table that says who somebody is, and what was sent to them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models.limits import DIGEST_LENGTH, NAME_LENGTH_MAX, NOTE_LENGTH_MAX


class Donor(models.Model):
    """The person behind gifts, as far as we were told. Erasing empties the row: nothing counts on what it says."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True, null=True)
    name = models.CharField(_("name"), max_length=NAME_LENGTH_MAX, blank=True)
    language = models.CharField(max_length=10, blank=True)
    key_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="merged_from"
    )

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        default_permissions: ClassVar = ["view", "change"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | (Q(email__isnull=True) & Q(name="")), name="donor_erased_is_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.email or "–"


class SupporterLink(models.Model):
    """A link to a supporter's page, sent by mail, good once. What stands here cannot be turned into the link."""

    donor = models.ForeignKey(Donor, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions: ClassVar = []

    def __str__(self) -> str:
        return f"{self.donor_id}: {self.expires_at}"


class SupporterAct(models.Model):
    """Something that was changed for a supporter: by themselves (``by`` is empty) or by staff."""

    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="acts")
    what = models.CharField(max_length=30)
    note = models.CharField(max_length=NOTE_LENGTH_MAX, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = []

    def __str__(self) -> str:
        return f"{self.what} {self.at}"
