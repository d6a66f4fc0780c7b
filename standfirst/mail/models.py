"""Letters: what is to be sent to whom, and what became of it; addresses to which nothing is sent any more."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

KEY_LENGTH_MAX = 160  # characters; a subject's name and the number of a fact
SUBJECT_LENGTH_MAX = 200  # characters; mail programs show about seventy
TEXT_LENGTH_MAX = 100_000  # characters; a letter, not a newspaper
KIND_LENGTH_MAX = 40
REFERENCE_LENGTH_MAX = 120
ERROR_LENGTH_MAX = 500  # of what is kept of an error: enough for its message


class Letter(models.Model):
    """A mail to one person. Its key names the fact that it tells of: a fact is told once.

    ``kind`` and ``reference`` name what is put into it at sending time (see ``enclosures``).
    """

    class State(models.TextChoices):
        """``dropped``: it turned out that there was nothing to send; ``given_up``: it could not be delivered."""

        WAITING = "waiting", _("waits")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not sent")
        GIVEN_UP = "given_up", _("could not be delivered")

    key = models.CharField(_("about"), max_length=KEY_LENGTH_MAX, unique=True)
    to = models.EmailField(_("to"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=SUBJECT_LENGTH_MAX, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=KIND_LENGTH_MAX, blank=True)
    reference = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    error = models.CharField(_("trouble"), max_length=ERROR_LENGTH_MAX, blank=True)
    made_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        default_permissions: ClassVar = ["view", "change"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(key=""), name="letter_names_what_it_is_about"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "dropped", "given_up"]), name="letter_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | (Q(next_try_at__isnull=False) & ~Q(to="")),
                name="letter_waiting_has_a_time_and_an_address",
            ),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="letter_sent_says_when"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "next_try_at"], name="letter_by_state"),
            models.Index(fields=["made_at"], name="letter_by_age"),
        ]

    def __str__(self) -> str:
        return self.key


class Suppression(models.Model):
    """An address, in lower case, to which nothing is sent any more: since when, and why."""

    class Reason(models.TextChoices):
        """How we know."""

        BOUNCED = "bounced", _("mail came back")
        COMPLAINED = "complained", _("reported as unwanted")
        BY_HAND = "by_hand", _("by staff")

    address = models.EmailField(_("address"), max_length=254, unique=True)
    reason = models.CharField(_("why"), max_length=10, choices=Reason)
    note = models.CharField(_("note"), max_length=ERROR_LENGTH_MAX, blank=True)
    suppressed_at = models.DateTimeField(_("since"))

    class Meta:
        ordering: ClassVar = ["-suppressed_at", "-id"]
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        default_permissions: ClassVar = ["view", "delete"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reason__in=["bounced", "complained", "by_hand"]), name="suppression_reason_known"
            ),
            models.CheckConstraint(condition=Q(address=Lower("address")), name="suppression_is_in_lower_case"),
        ]

    def __str__(self) -> str:
        return self.address
