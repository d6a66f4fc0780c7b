"""The books: the ledger's rows, their chain, the sums kept beside them, the inbox, and the checks made."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models.campaigns import Mode, Period
from standfirst.funding.models.limits import ACCOUNT_LENGTH_MAX, DIGEST_LENGTH, NOTE_LENGTH_MAX, REFERENCE_LENGTH_MAX
from standfirst.funding.models.payments import Payment


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
    note = models.CharField(max_length=NOTE_LENGTH_MAX, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        default_permissions: ClassVar = ["view"]
        permissions: ClassVar = [("adjust_ledger", _("Can correct the books by an entry with a reason"))]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two_accounts"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(debit="") & ~Q(credit=""), name="transfer_names_key_and_accounts"
            ),
            models.CheckConstraint(condition=Q(mode__in=["live", "rehearsal"]), name="transfer_mode_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["period", "mode", "id"], name="transfer_by_period"),
            models.Index(fields=["occurred_at"], name="transfer_by_day"),
            models.Index(fields=["recorded_at"], name="transfer_by_record"),
        ]

    def __str__(self) -> str:
        return self.key


class Link(models.Model):
    """A transfer's place in the chain: its hash covers what the public sees of it and the hash before it."""

    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="link", primary_key=True)
    number = models.BigIntegerField(unique=True)
    salt = models.CharField(max_length=32)
    hash_before = models.CharField(max_length=DIGEST_LENGTH)
    hash = models.CharField(max_length=DIGEST_LENGTH, unique=True)

    class Meta:
        ordering: ClassVar = ["number"]
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gt=0), name="link_numbers_start_at_one"),
            models.UniqueConstraint(fields=["hash_before"], name="link_chain_never_forks"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:12]}"


class VerifiedHead(models.Model):
    """How far the chain was found sound: the next check goes on from there. A whole check starts at the beginning."""

    number = models.BigIntegerField()
    hash = models.CharField(max_length=DIGEST_LENGTH)
    verified_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = []

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:12]}"


class Total(models.Model):
    """What one account of a period came to, kept as transfers are added; the self-check counts again."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="totals")
    mode = models.CharField(max_length=10, choices=Mode)
    account = models.CharField(max_length=ACCOUNT_LENGTH_MAX)
    currency = models.CharField(max_length=3)
    minor = models.BigIntegerField(default=0)

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "mode", "account", "currency"], name="total_once_for_an_account"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.account}: {self.minor}"


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
    payment_ref = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True)
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


class Reconciliation(models.Model):
    """A comparison of the ledger with what a provider says it moved, and every difference that was found."""

    provider = models.CharField(max_length=20)
    mode = models.CharField(max_length=10, choices=Mode)
    checked_at = models.DateTimeField()
    since = models.DateTimeField()
    compared = models.PositiveIntegerField()
    differences = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = ["view"]
        indexes: ClassVar = [models.Index(fields=["provider", "mode", "-checked_at"], name="reconciliation_by_time")]

    def __str__(self) -> str:
        return f"{self.provider} {self.checked_at}: {len(self.differences)}"
