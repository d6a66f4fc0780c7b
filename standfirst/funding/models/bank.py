"""Bank statements: what was imported, line by line, and what each line turned out to be."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models.gifts import Gift
from standfirst.funding.models.limits import DIGEST_LENGTH, NAME_LENGTH_MAX, NOTE_LENGTH_MAX
from standfirst.funding.models.payments import Payment


class BankStatement(models.Model):
    """A file that was imported. The same file again is the same row."""

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    name = models.CharField(_("file"), max_length=120)
    format = models.CharField(_("format"), max_length=10)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    imported_at = models.DateTimeField(_("imported"))

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        default_permissions: ClassVar = ["add", "view"]

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """Money that arrived in the bank account. ``payer`` and ``text`` are personal and can be erased."""

    class State(models.TextChoices):
        """What became of a line."""

        NEW = "new", _("waits")
        SUGGESTED = "suggested", _("to be confirmed")
        COUNTED = "counted", _("counted")
        SAME = "same", _("recorded before")
        IGNORED = "ignored", _("no gift")

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    fingerprint = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    booked_on = models.DateField(_("booked"))
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(max_length=3)
    payer = models.CharField(_("from"), max_length=140, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    suggested_gift = models.ForeignKey(Gift, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    suggested_payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="bank_lines")
    note = models.CharField(max_length=NOTE_LENGTH_MAX, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-booked_on", "-id"]
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        default_permissions: ClassVar = ["view", "change"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "suggested", "counted", "same", "ignored"]), name="bank_line_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["counted", "same"]) | Q(payment__isnull=False),
                name="bank_line_counted_names_its_payment",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-booked_on"], name="bank_line_by_state")]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount_minor} {self.currency}"


class ColumnMapping(models.Model):
    """Which column of a bank's CSV means what, remembered by the file's heading."""

    heading_digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    name = models.CharField(_("bank"), max_length=NAME_LENGTH_MAX)
    columns = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar = []

    def __str__(self) -> str:
        return self.name
