"""Gifts: intents to give, once or again and again. Nothing here is counted."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models.campaigns import Campaign, Interval, Mode
from standfirst.funding.models.limits import (
    DEDICATION_LENGTH_MAX,
    DIGEST_LENGTH,
    MESSAGE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    STORY_KEY_LENGTH_MAX,
)
from standfirst.funding.models.supporters import Donor
from standfirst.kit.money import Money


class Gift(models.Model):
    """An intent to give. Nothing is counted before a ``Payment`` stands beside it."""

    class Status(models.TextChoices):
        """How far it came. ``paid`` is the end: a refund is a row of its own."""

        OPEN = "open", _("not paid yet")
        PENDING = "pending", _("on its way")
        PAID = "paid", _("paid")
        FAILED = "failed", _("declined")
        LAPSED = "lapsed", _("not paid in time")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="gifts", verbose_name=_("campaign"))
    donor = models.ForeignKey(
        Donor, null=True, blank=True, on_delete=models.PROTECT, related_name="gifts", verbose_name=_("supporter")
    )
    interval = models.CharField(_("how often"), max_length=5, choices=Interval, default=Interval.ONCE)
    amount_minor = models.BigIntegerField(_("amount"))
    cover_minor = models.BigIntegerField(_("added for the fees"), default=0)
    currency = models.CharField(max_length=3)
    anonymous = models.BooleanField(_("name not shown"), default=False)
    display_name = models.CharField(_("name"), max_length=NAME_LENGTH_MAX, blank=True)
    message = models.CharField(_("message"), max_length=MESSAGE_LENGTH_MAX, blank=True)
    dedication = models.CharField(_("dedication"), max_length=DEDICATION_LENGTH_MAX, blank=True)
    story_key = models.CharField(_("came from"), max_length=STORY_KEY_LENGTH_MAX, blank=True)
    provider = models.CharField(_("paid through"), max_length=20)
    mode = models.CharField(max_length=10, choices=Mode)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.OPEN)
    reference = models.CharField(_("reference"), max_length=20, null=True, blank=True, unique=True, editable=False)
    browser = models.CharField(max_length=DIGEST_LENGTH, blank=True, editable=False)
    household = models.CharField(max_length=DIGEST_LENGTH, null=True, blank=True, editable=False)
    session_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True, editable=False)
    session_url = models.URLField(max_length=2_000, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"))
    thanked_at = models.DateTimeField(_("thanked"), null=True, blank=True, editable=False)
    thanked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="gift_amount_positive"),
            models.CheckConstraint(condition=Q(cover_minor__gte=0), name="gift_cover_not_negative"),
            models.CheckConstraint(condition=Q(interval__in=["once", "month", "year"]), name="gift_interval_known"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "pending", "paid", "failed", "lapsed"]), name="gift_status_known"
            ),
            models.CheckConstraint(condition=Q(mode__in=["live", "rehearsal"]), name="gift_mode_known"),
            models.UniqueConstraint(
                fields=[
                    "browser",
                    "campaign",
                    "interval",
                    "amount_minor",
                    "cover_minor",
                    "currency",
                    "provider",
                    "mode",
                ],
                condition=Q(status="open") & Q(browser__gt=""),
                name="gift_open_once_for_browser_and_amount",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "-id"], name="gift_by_status"),
            models.Index(fields=["donor", "-id"], name="gift_by_donor"),
            models.Index(fields=["story_key"], name="gift_by_story"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def money(self) -> Money:
        """What the supporter chose to give, without what was added for the fees."""
        return Money(self.amount_minor, self.currency)

    @property
    def charged(self) -> Money:
        """What the supporter is charged: the gift and what was added for the fees."""
        return Money(self.amount_minor + self.cover_minor, self.currency)


class Subscription(models.Model):
    """A gift that comes again by itself, as the provider keeps it."""

    class Status(models.TextChoices):
        """``lapsed``: the provider gave up trying; ``cancelled``: somebody ended it."""

        ACTIVE = "active", _("active")
        PAST_DUE = "past_due", _("payment failed")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("cancelled")
        LAPSED = "lapsed", _("lapsed")

    gift = models.OneToOneField(Gift, on_delete=models.PROTECT, related_name="subscription")
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX)
    customer_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ACTIVE)
    started_at = models.DateTimeField(_("since"))
    next_at = models.DateTimeField(_("next payment"), null=True, blank=True)
    resumes_at = models.DateTimeField(_("paused until"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_expires_on = models.DateField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = ["view", "change"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="subscription_once_for_a_provider"),
            models.CheckConstraint(
                condition=Q(status__in=["active", "past_due", "paused", "cancelled", "lapsed"]),
                name="subscription_status_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "next_at"], name="subscription_by_status"),
            models.Index(fields=["card_expires_on"], name="subscription_by_card_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref}"


class Terms(models.Model):
    """How much a subscription gives, from a moment on. The newest row counts; a late invoice may fit an older one."""

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="terms")
    amount_minor = models.BigIntegerField()
    cover_minor = models.BigIntegerField(default=0)
    set_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="terms_amount_positive"),
            models.CheckConstraint(condition=Q(cover_minor__gte=0), name="terms_cover_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription}: {self.amount_minor}"


class Allowance(models.Model):
    """How often somebody (a keyed hash) has tried something in a stretch of time."""

    digest = models.CharField(max_length=DIGEST_LENGTH)
    window_starts_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "window_starts_at"], name="allowance_once_a_window"),
        ]
        indexes: ClassVar = [models.Index(fields=["window_starts_at"], name="allowance_by_window")]

    def __str__(self) -> str:
        return f"{self.window_starts_at}: {self.used}"
