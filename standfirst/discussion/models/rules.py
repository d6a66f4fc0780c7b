"""What moderators have laid down: policies, rules, cool-downs, and what a rule found."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from standfirst.discussion.models.comments import Revision
from standfirst.discussion.models.limits import KEY_LENGTH_MAX, REASON_LENGTH_MAX
from standfirst.discussion.models.threads import Thread

RULE_NAME_LENGTH_MAX = 80  # characters; it stands beside every comment that the rule has held
RULE_VALUE_LENGTH_MAX = 20_000  # characters; a thousand words or networks
MATCHED_LENGTH_MAX = 200  # characters of what a rule has found that are kept


class Edition(models.Model):
    """Which wording of all policies and rules is the newest: one row, with a token that is new after each change.

    It is read together with a thread, so that no process goes by rules of yesterday, and none asks twice.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.CharField(max_length=32)

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="edition_is_one_row")]

    def __str__(self) -> str:
        return self.token


class Policy(models.Model):
    """Who may comment below the stories of a scope, what is looked at first, and for how long.

    A scope is ``site``, ``section:3`` or a thread's key. What is left open ("" or NULL) is as the
    wider scope has it; 0 says "none". A policy that was replaced stays, with the moment.
    """

    class Takes(models.TextChoices):
        """Whose comments are taken."""

        EVERYBODY = "everybody", _("Everybody may comment")
        ACCOUNTS = "accounts", _("Only with an account")
        NOBODY = "nobody", _("Closed")

    class Checks(models.TextChoices):
        """What a person looks at before it appears."""

        NONE = "none", _("Comments appear at once")
        FIRST = "first", _("A person’s first comment is checked")
        ALL = "all", _("Every comment is checked")

    scope = models.CharField(max_length=KEY_LENGTH_MAX)
    takes = models.CharField(max_length=9, choices=Takes, blank=True, default="")
    checks = models.CharField(max_length=5, choices=Checks, blank=True, default="")
    closes_after_days = models.PositiveSmallIntegerField(null=True, blank=True)
    slow_seconds = models.PositiveIntegerField(null=True, blank=True)
    cool_comments = models.PositiveIntegerField(null=True, blank=True)
    cool_reports = models.PositiveIntegerField(null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scope"], condition=Q(replaced_at__isnull=True), name="policy_of_a_scope_is_one"
            ),
            models.CheckConstraint(condition=~Q(scope=""), name="policy_names_its_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.takes or '–'}, {self.checks or '–'}"


class CoolDown(models.Model):
    """That a thread is slowed down for a time: by whom (nobody: by itself), why, and until when."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="cool_downs")
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=REASON_LENGTH_MAX)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["thread"], condition=Q(ended_at__isnull=True), name="thread_cools_down_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("begun_at")), name="cool_down_ends_after_it_began"),
            models.CheckConstraint(condition=~Q(reason=""), name="cool_down_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.thread} until {self.ends_at}"


class Rule(models.Model):
    """Something to look for in comments, and what then becomes of them. It works only while it is switched on."""

    class Kind(models.TextChoices):
        """What is looked for."""

        WORDS = "words", _("words and phrases")
        PATTERN = "pattern", _("a pattern")
        LINKS = "links", _("many links")
        REPEATED = "repeated", _("the same text from many")
        NEW_GUEST = "new_guest", _("a person without a published comment")
        FLOOD = "flood", _("many comments of one person or address")
        ADDRESSES = "addresses", _("address ranges")

    class Verdict(models.TextChoices):
        """What becomes of a comment."""

        PUBLISH = "publish", _("publish")
        HOLD = "hold", _("hold")
        REFUSE = "refuse", _("refuse")

    position = models.PositiveIntegerField(default=0)
    name = models.CharField(_("name"), max_length=RULE_NAME_LENGTH_MAX)
    kind = models.CharField(_("what it looks for"), max_length=9, choices=Kind)
    value = models.TextField(_("what exactly"), max_length=RULE_VALUE_LENGTH_MAX, blank=True, default="")
    number = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("within how many minutes"), null=True, blank=True)
    newcomers_only = models.BooleanField(_("only from people without a published comment"), default=False)
    verdict = models.CharField(_("what becomes of the comment"), max_length=7, choices=Verdict, default=Verdict.HOLD)
    told = models.CharField(_("what its author reads"), max_length=REASON_LENGTH_MAX, blank=True, default="")
    switched_on_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="rule_has_a_name"),
            models.CheckConstraint(
                condition=Q(verdict__in=("publish", "hold", "refuse")), name="rule_verdict_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleChange(models.Model):
    """What somebody did with a rule: when, and how it read afterwards. It outlives the rule."""

    class What(models.TextChoices):
        """What was done."""

        WRITTEN = "written", _("written")
        CHANGED = "changed", _("changed")
        SWITCHED_ON = "on", _("switched on")
        SWITCHED_OFF = "off", _("switched off")
        MOVED = "moved", _("moved")
        REMOVED = "removed", _("removed")

    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="changes")
    rule_name = models.CharField(max_length=RULE_NAME_LENGTH_MAX)
    what = models.CharField(max_length=8, choices=What)
    wording = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        default_permissions: ClassVar = []

    def __str__(self) -> str:
        return f"{self.rule_name} {self.what}"


class Finding(models.Model):
    """What a rule found in a revision, and what that led to: for moderators. It outlives the rule."""

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="finding")
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="findings")
    rule_name = models.CharField(max_length=RULE_NAME_LENGTH_MAX)
    verdict = models.CharField(max_length=7, choices=Rule.Verdict)
    matched = models.CharField(max_length=MATCHED_LENGTH_MAX, blank=True, default="")

    class Meta:
        default_permissions: ClassVar = []

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.matched}"
