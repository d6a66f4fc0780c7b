"""What moderators keep: house rules and ready reasons, reports, appeals, claims, bans, picks, summaries."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Guest
from standfirst.discussion.models.comments import Comment, Decision
from standfirst.discussion.models.limits import NAME_LENGTH_MAX, REASON_LENGTH_MAX, TEXT_LENGTH_MAX
from standfirst.discussion.models.threads import Thread
from standfirst.kit import clock

_NOBODY: dict[str, object] = {"null": True, "blank": True, "on_delete": models.SET_NULL, "related_name": "+"}


class House(models.Model):
    """How this publication moderates. There is one row, or none as long as nobody has changed anything."""

    reports_to_hold = models.PositiveSmallIntegerField(default=3)
    shows_removals = models.BooleanField(default=False)
    preamble = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="house_is_one")]

    def __str__(self) -> str:
        return "house"


class HouseRule(models.Model):
    """A rule of the house, by the number under which readers know it."""

    number = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=120)
    words = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gte=1), name="house_rules_begin_at_one"),
            models.CheckConstraint(condition=~Q(title=""), name="house_rule_has_a_title"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class SavedReason(models.Model):
    """A reason to reject that is at hand under a number, and the house rule that it goes by, if any."""

    number = models.PositiveSmallIntegerField(unique=True)
    words = models.CharField(max_length=REASON_LENGTH_MAX)
    rule = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=9), name="saved_reason_is_under_a_digit"),
            models.CheckConstraint(condition=~Q(words=""), name="saved_reason_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.words}"


class Report(models.Model):
    """That a reader thinks a comment should not stand: why, and what became of it."""

    class Reason(models.TextChoices):
        """Why a reader reports a comment."""

        INSULT = "insult", _("It insults or threatens somebody")
        HATE = "hate", _("It is hateful")
        SPAM = "spam", _("It is advertising")
        PRIVATE = "private", _("It tells what is private")
        FALSE = "false", _("It says what is not true")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        """What became of a report."""

        OPEN = "open", _("open")
        UPHELD = "upheld", _("the comment was taken down")
        DISMISSED = "dismissed", _("the comment stays")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports", db_index=False)
    guest = models.ForeignKey(Guest, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    address_hash = models.CharField(max_length=32, blank=True, default="")
    reason = models.CharField(max_length=8, choices=Reason)
    words = models.CharField(max_length=REASON_LENGTH_MAX, blank=True, default="")
    reported_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    settled_by = models.ForeignKey(Decision, **_NOBODY)  # type: ignore[arg-type]  # what is the same for all of them
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["comment", "outcome"], name="report_by_comment"),
            models.Index(
                fields=["address_hash", "reported_at"], condition=~Q(address_hash=""), name="report_by_address"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["comment", "guest"], condition=Q(guest__isnull=False), name="report_of_a_guest_is_one"
            ),
            models.UniqueConstraint(
                fields=["comment", "account"], condition=Q(account__isnull=False), name="report_of_an_account_is_one"
            ),
            models.UniqueConstraint(
                fields=["comment", "address_hash"], condition=~Q(address_hash=""), name="report_from_an_address_is_one"
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", settled_at__isnull=True) | Q(settled_at__isnull=False) & ~Q(outcome="open"),
                name="report_is_settled_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.comment_id}: {self.reason}"


class Appeal(models.Model):
    """What the author of a comment says against its being held or rejected, and the one answer to it."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="appeal")
    words = models.TextField(max_length=TEXT_LENGTH_MAX)
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=REASON_LENGTH_MAX, blank=True, default="")
    granted = models.BooleanField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, **_NOBODY)  # type: ignore[arg-type]  # see above
    answered_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey(Decision, **_NOBODY)  # type: ignore[arg-type]  # see above

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(answered_at__isnull=True), name="appeal_that_waits"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(words=""), name="appeal_says_something"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, granted__isnull=True)
                | Q(answered_at__isnull=False, granted__isnull=False) & ~Q(answer=""),
                name="appeal_is_answered_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"about comment {self.comment_id}"


class Claim(models.Model):
    """Who looks at a comment now, so that nobody else begins on it."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="claim")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"comment {self.comment_id} by {self.claimed_by}"


class Ban(models.Model):
    """That somebody may not write here, or only waits for a moderator: who, when, why, until when.

    The hash of an address is removed when the ban is over.
    """

    class Kind(models.TextChoices):
        """What a ban does."""

        REFUSE = "refuse", _("may not write, vote or report")
        SHADOW = "shadow", _("every comment is held; they see it as waiting")

    class Target(models.TextChoices):
        """Whom a ban concerns."""

        GUEST = "guest", _("this guest key")
        ACCOUNT = "account", _("this account")
        HOUSEHOLD = "household", _("this household's address")
        RANGE = "range", _("a range of addresses")

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.REFUSE)
    target = models.CharField(max_length=10, choices=Target)
    guest = models.ForeignKey(Guest, null=True, blank=True, on_delete=models.CASCADE, related_name="bans")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="bans"
    )
    address_hash = models.CharField(max_length=32, blank=True, default="")
    network = models.CharField(max_length=50, blank=True, default="")
    name = models.CharField(max_length=NAME_LENGTH_MAX, blank=True, default="")  # under which they wrote
    reason = models.CharField(max_length=REASON_LENGTH_MAX)
    banned_by = models.ForeignKey(settings.AUTH_USER_MODEL, **_NOBODY)  # type: ignore[arg-type]  # see above
    banned_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    hid_count = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, **_NOBODY)  # type: ignore[arg-type]  # see above

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["address_hash"], condition=~Q(address_hash=""), name="ban_by_address"),
            models.Index(fields=["until"], condition=Q(ended_at__isnull=True), name="ban_in_force"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="ban_says_why"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("banned_at")), name="ban_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=(Q(target="guest", guest__isnull=False) | ~Q(target="guest"))
                & (Q(target="account", account__isnull=False) | ~Q(target="account"))
                & ((Q(target="range") & ~Q(network="")) | ~Q(target="range")),
                name="ban_concerns_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.name}".strip()

    @property
    def is_in_force(self) -> bool:
        """Whether it holds now."""
        return self.ended_at is None and (self.until is None or self.until > clock.now())


class Pick(models.Model):
    """That the newsroom marked a comment as worth reading, or pinned it above all others of its thread."""

    class Kind(models.TextChoices):
        """How a comment is marked."""

        FEATURED = "featured"
        PINNED = "pinned"

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="picks")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="picks", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    picked_by = models.ForeignKey(settings.AUTH_USER_MODEL, **_NOBODY)  # type: ignore[arg-type]  # see above
    picked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["thread"], condition=Q(kind="pinned", ended_at__isnull=True), name="thread_has_one_pin"
            ),
            models.UniqueConstraint(
                fields=["comment", "kind"], condition=Q(ended_at__isnull=True), name="comment_is_picked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.comment_id} {self.kind}"


class Summary(models.Model):
    """What the newsroom says of a long thread, above it: as it was typed and as it is shown, signed."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="summaries", db_index=False)
    text = models.TextField()
    html = models.TextField()
    signed = models.CharField(max_length=NAME_LENGTH_MAX)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, **_NOBODY)  # type: ignore[arg-type]  # see above
    written_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "summaries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["thread"], condition=Q(ended_at__isnull=True), name="thread_has_one_summary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread} by {self.signed}"


class RemovalCount(models.Model):
    """How many comments of a thread are rejected under a house rule."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="removals", db_index=False)
    rule = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "rule"], name="removals_are_counted_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.count} under rule {self.rule}"
