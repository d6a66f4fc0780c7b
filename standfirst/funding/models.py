"""What the money leaves behind: campaigns, gifts, payments, refunds, the inbox, and the ledger.

A ``Transfer``, a ``Payment`` and a ``Period`` are facts: triggers in the database refuse to
change or delete them. Personal data of a supporter stands in ``Donor`` and in the words of a
``Gift`` only; both can be erased without moving a sum.
"""

import uuid
from datetime import timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from standfirst.kit.money import Money

NAME_LENGTH_MAX = 60  # characters; a name longer than this breaks every list it stands in
MESSAGE_LENGTH_MAX = 500  # characters; a line or two for the newsroom, not a letter
ACCOUNT_LENGTH_MAX = 90  # characters; "income:gifts:" and a campaign's slug
REFERENCE_LENGTH_MAX = 120  # characters; Stripe's identifiers stay far below
STORY_KEY_LENGTH_MAX = 40  # characters; "story:" and a number
GIFT_OPEN_AGE_MAX = timedelta(minutes=55)  # five minutes less than the hosted page lives
GIFT_UNOPENED_AGE_MAX = timedelta(minutes=20)  # later, the page would live for less than the half hour Stripe wants


class Mode(models.TextChoices):
    """Whether money is real. Sums of the two never meet."""

    LIVE = "live", _("live")
    REHEARSAL = "rehearsal", _("rehearsal")


class Campaign(models.Model):
    """What readers are asked to pay for. Its currency, zone and short name never change."""

    class Kind(models.TextChoices):
        """Whether the goal starts afresh each month."""

        MONTHLY = "monthly", _("a goal for each month")
        FIXED = "fixed", _("one goal, without an end")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(
        _("currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$", _("Write three capitals, such as EUR."))]
    )
    tz = models.CharField(_("time zone"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MONTHLY)
    active = models.BooleanField(_("takes gifts"), default=True)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["active"],
                condition=Q(active=True),
                name="campaign_one_takes_gifts",
                violation_error_message=_("Another campaign takes gifts. Close that one first."),
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="campaign_currency_is_iso"),
            models.CheckConstraint(condition=Q(kind__in=["monthly", "fixed"]), name="campaign_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar decides in which month a gift counts."""
        return ZoneInfo(self.tz)


class GoalVersion(models.Model):
    """A goal, and who set it when. The newest one is the goal; None or no row means there is none."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="goals")
    goal_minor = models.BigIntegerField(null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(goal_minor=None) | Q(goal_minor__gt=0), name="goal_above_zero_or_none"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.goal_minor}"


class Period(models.Model):
    """A month of a campaign (or all of a fixed one). Made when the first gift needs it; never changed."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="periods")
    first_day = models.DateField()

    class Meta:
        ordering: ClassVar = ["-first_day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "first_day"], name="period_once_for_a_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.first_day:%Y-%m}"


class Donor(models.Model):
    """The person behind gifts, as far as the payment service told us. Erasable: nothing counts on this row."""

    email = models.EmailField(max_length=254, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.email


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
    donor = models.ForeignKey(Donor, null=True, blank=True, on_delete=models.SET_NULL, related_name="gifts")
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(max_length=3)
    anonymous = models.BooleanField(_("name not shown"), default=False)
    display_name = models.CharField(_("name"), max_length=NAME_LENGTH_MAX, blank=True)
    message = models.CharField(_("message"), max_length=MESSAGE_LENGTH_MAX, blank=True)
    story_key = models.CharField(_("came from"), max_length=STORY_KEY_LENGTH_MAX, blank=True)
    provider = models.CharField(_("paid through"), max_length=20)
    mode = models.CharField(max_length=10, choices=Mode)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.OPEN)
    browser = models.CharField(max_length=64, blank=True, editable=False)
    session_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True, editable=False)
    session_url = models.URLField(max_length=2_000, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"))

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="gift_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "pending", "paid", "failed", "lapsed"]), name="gift_status_known"
            ),
            models.CheckConstraint(condition=Q(mode__in=["live", "rehearsal"]), name="gift_mode_known"),
            models.UniqueConstraint(
                fields=["browser", "campaign", "amount_minor", "mode"],
                condition=Q(status="open") & ~Q(browser=""),
                name="gift_open_once_for_browser_and_amount",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["status", "-id"], name="gift_by_status")]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def money(self) -> Money:
        """What the supporter chose to give."""
        return Money(self.amount_minor, self.currency)


class Payment(models.Model):
    """A charge that succeeded: money arrived. One row for each, never changed."""

    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    mode = models.CharField(max_length=10, choices=Mode)
    paid_at = models.DateTimeField()
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="payments")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = ["view"]
        permissions: ClassVar = [("refund_payment", _("Can refund a payment"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="payment_once_for_a_charge"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(condition=~Q(provider_ref=""), name="payment_names_a_charge"),
            models.CheckConstraint(condition=Q(mode__in=["live", "rehearsal"]), name="payment_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref}"

    @property
    def money(self) -> Money:
        """What was paid."""
        return Money(self.amount_minor, self.currency)


class Refund(models.Model):
    """Money going back. The database refuses refunds that together exceed the payment."""

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
    reason = models.CharField(max_length=200, blank=True)
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


class ProviderEvent(models.Model):
    """The inbox: a verified message of a provider. It only says where to look; its body is not kept."""

    class State(models.TextChoices):
        """``parked`` is tried again on its own, ``quarantined`` waits for a person."""

        NEW = "new", _("new")
        DONE = "done", _("done")
        PARKED = "parked", _("parked")
        QUARANTINED = "quarantined", _("needs a look")

    provider = models.CharField(_("from"), max_length=20)
    event_id = models.CharField(max_length=REFERENCE_LENGTH_MAX)
    type = models.CharField(_("says"), max_length=80)
    object_ref = models.CharField(_("about"), max_length=REFERENCE_LENGTH_MAX)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.NEW)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    error = models.CharField(_("trouble"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("received"))
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = ["view", "change"]
        verbose_name = _("message of a payment service")
        verbose_name_plural = _("messages of payment services")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="event_once_for_a_provider"),
            models.CheckConstraint(
                condition=Q(state__in=["new", "done", "parked", "quarantined"]), name="event_state_known"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_try_at"], name="event_by_state")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Transfer(models.Model):
    """A row of the ledger: one amount leaves ``credit`` and reaches ``debit``. Its key names the fact."""

    key = models.CharField(max_length=160, unique=True)
    debit = models.CharField(max_length=ACCOUNT_LENGTH_MAX)
    credit = models.CharField(max_length=ACCOUNT_LENGTH_MAX)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    mode = models.CharField(max_length=10, choices=Mode)
    period = models.ForeignKey(Period, null=True, on_delete=models.PROTECT, related_name="transfers")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="transfers")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        default_permissions: ClassVar = ["view"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two_accounts"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(debit="") & ~Q(credit=""), name="transfer_names_key_and_accounts"
            ),
            models.CheckConstraint(condition=Q(mode__in=["live", "rehearsal"]), name="transfer_mode_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["period", "mode"], name="transfer_by_period")]

    def __str__(self) -> str:
        return self.key
