"""Corrections of the books: what somebody proposes, and somebody signs off or withdraws."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models.books import Transfer
from standfirst.funding.models.campaigns import Campaign, Mode
from standfirst.funding.models.limits import ACCOUNT_LENGTH_MAX, NOTE_LENGTH_MAX
from standfirst.kit.money import Money


class Correction(models.Model):
    """An entry that somebody wants in the books. Booked, as ``transfer``, when it is signed off, and never before.

    ``first_day`` names the period of ``campaign`` that it belongs to; the amount is in the campaign's
    currency. ``alone``: whoever proposed it signed it off, too, as nobody else could.
    """

    class Kind(models.TextChoices):
        """What was wrong. The accounts follow from it and from where the money is."""

        GIFTS_LESS = "gifts_less", _("Too much was counted as gifts")
        GIFTS_MORE = "gifts_more", _("Too little was counted as gifts")
        COVER_LESS = "cover_less", _("Too much was counted as added for the fees")
        COVER_MORE = "cover_more", _("Too little was counted as added for the fees")
        GIFTS_TO_COVER = "gifts_to_cover", _("Counted as a gift, but was added for the fees")
        COVER_TO_GIFTS = "cover_to_gifts", _("Counted as added for the fees, but was a gift")
        FEES_LESS = "fees_less", _("Too much was booked as fees of the payment service")
        FEES_MORE = "fees_more", _("Too little was booked as fees of the payment service")
        DISPUTES_LESS = "disputes_less", _("Too much was booked as cost of disputes")
        DISPUTES_MORE = "disputes_more", _("Too little was booked as cost of disputes")
        TO_BANK = "to_bank", _("Booked at the payment service, but is at the bank")
        TO_SERVICE = "to_service", _("Booked at the bank, but is at the payment service")

    class State(models.TextChoices):
        """Whether it is in the books: ``confirmed`` alone is."""

        PROPOSED = "proposed", _("waits for a signature")
        CONFIRMED = "confirmed", _("signed off")
        WITHDRAWN = "withdrawn", _("withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="corrections")
    first_day = models.DateField()
    kind = models.CharField(max_length=20, choices=Kind)
    debit = models.CharField(max_length=ACCOUNT_LENGTH_MAX)
    credit = models.CharField(max_length=ACCOUNT_LENGTH_MAX)
    amount_minor = models.BigIntegerField()
    mode = models.CharField(max_length=10, choices=Mode)
    reason = models.CharField(max_length=NOTE_LENGTH_MAX)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    alone = models.BooleanField(default=False)
    transfer = models.OneToOneField(Transfer, null=True, on_delete=models.PROTECT, related_name="correction")

    class Meta:
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="correction_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="correction_between_two_accounts"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_a_reason"),
            models.CheckConstraint(condition=Q(mode__in=["live", "rehearsal"]), name="correction_mode_known"),
            models.CheckConstraint(
                condition=Q(state="confirmed", transfer__isnull=False)
                | Q(state__in=["proposed", "withdrawn"], transfer__isnull=True),
                name="correction_booked_when_signed_off",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", settled_by__isnull=True, settled_at__isnull=True)
                | (~Q(state="proposed") & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="correction_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(alone=True) | ~Q(settled_by=F("proposed_by")),
                name="correction_signed_off_by_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["mode", "state", "-id"], name="correction_by_state")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def money(self) -> Money:
        """What moves from ``credit`` to ``debit``."""
        return Money(self.amount_minor, self.campaign.currency)
