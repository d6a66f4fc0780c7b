"""Payments, refunds, disputes: money that arrived and money that went back."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models.campaigns import Mode, Period
from standfirst.funding.models.gifts import Gift
from standfirst.funding.models.limits import NOTE_LENGTH_MAX, REFERENCE_LENGTH_MAX
from standfirst.funding.models.supporters import Donor
from standfirst.kit.money import Money


class Payment(models.Model):
    """A charge that succeeded: money arrived. One row for each, never changed.

    ``amount_minor`` is the gift in the currency in which it was given, ``cover_minor`` what came
    on top for the fees; ``counted_minor`` and ``counted_cover_minor`` are the same in the
    campaign's currency, converted once. ``counts_over`` is the number of months, from
    ``period`` on, over which the gift's part counts.
    """

    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX)
    invoice_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True)
    amount_minor = models.BigIntegerField()
    cover_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    counted_minor = models.BigIntegerField()
    counted_cover_minor = models.BigIntegerField(default=0)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    rate_source = models.CharField(max_length=80, blank=True)
    mode = models.CharField(max_length=10, choices=Mode)
    paid_at = models.DateTimeField()
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="payments")
    counts_over = models.PositiveSmallIntegerField(default=1)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = ["view"]
        permissions: ClassVar = [("refund_payment", _("Can refund a payment"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="payment_once_for_a_charge"),
            models.UniqueConstraint(
                fields=["provider", "invoice_ref"], condition=Q(invoice_ref__gt=""), name="payment_once_for_an_invoice"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(cover_minor__gte=0) & Q(counted_minor__gte=0) & Q(counted_cover_minor__gte=0),
                name="payment_parts_not_negative",
            ),
            models.CheckConstraint(condition=~Q(provider_ref=""), name="payment_names_a_charge"),
            models.CheckConstraint(condition=Q(mode__in=["live", "rehearsal"]), name="payment_mode_known"),
            models.CheckConstraint(condition=Q(counts_over__in=[1, 12]), name="payment_counts_over_a_month_or_a_year"),
        ]
        indexes: ClassVar = [models.Index(fields=["period", "mode", "-id"], name="payment_by_period")]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref}"

    @property
    def money(self) -> Money:
        """What was given, without what was added for the fees."""
        return Money(self.amount_minor, self.currency)

    @property
    def charged(self) -> Money:
        """What was charged, all in all."""
        return Money(self.amount_minor + self.cover_minor, self.currency)


class Refund(models.Model):
    """Money going back. The database refuses refunds that together exceed what was charged."""

    class Status(models.TextChoices):
        """``asked``: the provider has not confirmed it; ``failed`` is the end, the money stays here."""

        ASKED = "asked", _("asked for")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    provider_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX, null=True, unique=True)
    amount_minor = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    reason = models.CharField(max_length=NOTE_LENGTH_MAX, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=Q(status__in=["asked", "done", "failed"]), name="refund_status_known"),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(provider_ref__isnull=False), name="refund_done_names_its_reference"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.amount_minor}"


class Dispute(models.Model):
    """A supporter's bank takes a payment back, or asks about it. What moved stands in the ledger."""

    class Status(models.TextChoices):
        """``inquiry``: a question only, no money moved; ``lost`` may still become ``won``."""

        INQUIRY = "inquiry", _("inquiry")
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX, unique=True)
    amount_minor = models.BigIntegerField()
    status = models.CharField(_("state"), max_length=10, choices=Status)
    reason = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = ["view"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="dispute_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["inquiry", "open", "won", "lost"]), name="dispute_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.status}"


class DisputeStep(models.Model):
    """Money that a dispute took or gave back. ``amount_minor`` is in the currency of the gift. Never changed."""

    class Kind(models.TextChoices):
        """Which way the money went."""

        WITHDRAWN = "withdrawn", _("withdrawn")
        REINSTATED = "reinstated", _("given back")

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="steps")
    provider_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX)
    kind = models.CharField(max_length=10, choices=Kind)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dispute", "provider_ref", "kind"], name="dispute_step_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="dispute_step_amount_positive"),
            models.CheckConstraint(condition=Q(kind__in=["withdrawn", "reinstated"]), name="dispute_step_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.kind} {self.amount_minor}"


class Receipt(models.Model):
    """The number under which a payment was confirmed to its supporter. Numbers have no gaps; never changed."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="receipt")
    mode = models.CharField(max_length=10, choices=Mode)
    year = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar = ["view"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mode", "year", "number"], name="receipt_number_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:05d}"


class YearStatement(models.Model):
    """What a supporter gave in a fiscal year, as it was confirmed the first time; later copies say that they are."""

    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="year_statements")
    mode = models.CharField(max_length=10, choices=Mode)
    first_day = models.DateField()
    number = models.PositiveIntegerField()
    totals = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar = ["view"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["donor", "mode", "first_day"], name="statement_once_for_a_year"),
            models.UniqueConstraint(fields=["mode", "first_day", "number"], name="statement_number_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.first_day:%Y}-{self.number:05d}"
