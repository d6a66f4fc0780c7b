"""Comments and their wordings, and what staff decided about them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Guest
from standfirst.discussion.models.limits import DEPTH_MAX, NAME_LENGTH_MAX, REASON_LENGTH_MAX, SOURCE_ID_LENGTH_MAX
from standfirst.discussion.models.questions import Question, Quote
from standfirst.discussion.models.threads import Thread


class State(models.TextChoices):
    """Where a comment stands."""

    PUBLISHED = "published", _("published")
    HELD = "held", _("held")
    REJECTED = "rejected", _("rejected")
    REMOVED = "removed", _("removed")


_SHOWN = Q(shown=True)
_ANSWERING = _SHOWN & Q(question__isnull=False)  # few of all comments: what these cost is next to nothing
_ANSWERS = [
    models.Index(fields=["thread", "created_at", "id"], condition=_ANSWERING, name="comment_answers_by_time"),
    models.Index(fields=["thread", "score", "id"], condition=_ANSWERING, name="comment_answers_by_score"),
    models.Index(fields=["question", "created_at", "id"], condition=_ANSWERING, name="comment_by_question"),
    models.Index(fields=["quote"], condition=Q(quote__isnull=False), name="comment_by_quote"),
]


def from_address[M: models.Model](rows: QuerySet[M], address_hash: str) -> QuerySet[M]:
    """Return those of ``rows`` that were sent from an address; none if it is not known.

    SQLite takes an index with a condition only where that condition is stated; else it reads all rows.
    """
    return rows.filter(address_hash=address_hash).exclude(address_hash="") if address_hash else rows.none()


class Comment(models.Model):
    """Something that somebody said.

    ``shown`` is true for what takes a place on the page: a published comment, and the gap that
    another leaves when published answers hang below it. ``html`` is what readers see: the HTML
    of the newest revision. ``event`` is the thread's count at the moment it was published,
    ``changed_event`` when readers last saw something else of it: other words, or nothing any more; NULL for never.
    A comment with an account is that account's; if it has a guest as well, the guest wrote it, and the account
    claimed it later. The votes "before" were cast in the system that the comment came from; the counts include them,
    and ``merit`` follows from the counts, see ``merit.py``.
    ``pictures_shown`` is what readers see of its pictures, see ``pictures/gallery.py``; NULL for none, so that
    the column could be added without writing every row.
    """

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments", db_index=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies", db_index=False
    )
    root = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="descendants")
    depth = models.PositiveSmallIntegerField(default=0)
    guest = models.ForeignKey(
        Guest, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments", db_index=False
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="comments",
        db_index=False,
    )
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    html = models.TextField()
    pictures_shown = models.TextField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    event = models.BigIntegerField(default=0)
    changed_event = models.BigIntegerField(null=True, blank=True)
    up_count = models.PositiveIntegerField(default=0)
    down_count = models.PositiveIntegerField(default=0)
    up_count_before = models.PositiveIntegerField(default=0)
    down_count_before = models.PositiveIntegerField(default=0)
    score = models.IntegerField(default=0)
    merit = models.PositiveIntegerField(default=0)
    reply_count = models.PositiveIntegerField(default=0)
    open_reports = models.PositiveIntegerField(default=0)
    is_picked = models.BooleanField(default=False)
    shown = models.GeneratedField(
        expression=Q(state=State.PUBLISHED) | Q(reply_count__gt=0),  # type: ignore[arg-type]  # a Q is one, too
        output_field=models.BooleanField(),
        db_persist=True,
    )
    address_hash = models.CharField(max_length=32, blank=True, default="")
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers", db_index=False
    )
    quote = models.ForeignKey(
        Quote, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments", db_index=False
    )
    source = models.CharField(max_length=40, blank=True, default="")
    source_id = models.CharField(max_length=SOURCE_ID_LENGTH_MAX, blank=True, default="")

    class Meta:
        permissions: ClassVar = [("moderate", "Can moderate comments")]
        indexes: ClassVar = [
            models.Index(
                fields=["thread", "created_at", "id"],
                condition=_SHOWN & Q(parent__isnull=True),
                name="comment_roots_by_time",
            ),
            models.Index(
                fields=["thread", "score", "id"],
                condition=_SHOWN & Q(parent__isnull=True),
                name="comment_roots_by_score",
            ),
            models.Index(
                fields=["thread", "merit", "id"],
                condition=_SHOWN & Q(parent__isnull=True),
                name="comment_roots_by_merit",
            ),
            # Were roots in these two, SQLite would look for a thread's among those of all threads.
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="comment_by_parent"),
            models.Index(
                fields=["parent", "created_at", "id"],
                condition=_SHOWN & Q(parent__isnull=False),
                name="comment_replies_by_time",
            ),
            *_ANSWERS,
            models.Index(fields=["thread", "event"], name="comment_by_event"),
            models.Index(
                fields=["thread", "changed_event"],
                condition=Q(changed_event__isnull=False),
                name="comment_by_changed_event",
            ),
            models.Index(
                fields=["source", "id"], condition=Q(state=State.PUBLISHED, source=""), name="comment_posted_here"
            ),
            models.Index(fields=["state", "id"], name="comment_by_state"),
            models.Index(fields=["guest", "created_at"], name="comment_by_guest"),
            models.Index(fields=["id"], condition=Q(open_reports__gt=0), name="comment_with_reports"),
            models.Index(fields=["thread", "created_at", "id"], condition=Q(is_picked=True), name="comment_picked"),
            models.Index(fields=["thread", "state"], condition=~Q(state=State.PUBLISHED), name="comment_unpublished"),
            models.Index(
                fields=["account", "created_at"], condition=Q(account__isnull=False), name="comment_by_account"
            ),
            models.Index(
                fields=["address_hash", "created_at"], condition=~Q(address_hash=""), name="comment_by_address"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source=""), name="comment_is_brought_in_once"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="comment_state_is_known"),
            models.CheckConstraint(condition=~Q(name=""), name="comment_has_a_name"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, root__isnull=True, depth=0)
                | Q(parent__isnull=False, root__isnull=False, depth__gt=0, depth__lte=DEPTH_MAX),
                name="comment_answer_has_parent_root_and_depth",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="comment_does_not_answer_itself"
            ),
            models.CheckConstraint(
                condition=Q(question__isnull=True) | Q(parent__isnull=True),
                name="comment_answers_a_question_or_a_comment",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(published_at__isnull=False),
                name="comment_published_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(score=F("up_count") - F("down_count")), name="comment_score_is_up_less_down"
            ),
            models.CheckConstraint(condition=Q(merit__lte=1_000_000), name="comment_merit_is_a_share_in_millionths"),
            models.CheckConstraint(
                condition=Q(up_count__gte=F("up_count_before"), down_count__gte=F("down_count_before")),
                name="comment_keeps_the_votes_it_came_with",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} by {self.name}"


class Revision(models.Model):
    """A wording of a comment, as it was typed and as it is shown, and what the rules said of it."""

    class Format(models.TextChoices):
        """What the text was written in."""

        MARKDOWN = "markdown"
        HTML = "html"

    class Verdict(models.TextChoices):
        """What the rules said."""

        PUBLISH = "publish"
        HOLD = "hold"
        BROUGHT_IN = "brought_in"

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveSmallIntegerField(default=1)
    format = models.CharField(max_length=8, choices=Format, default=Format.MARKDOWN)
    text = models.TextField()
    html = models.TextField()
    text_hash = models.CharField(max_length=32)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=REASON_LENGTH_MAX, blank=True, default="")
    written_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "number"], name="revision_numbers_are_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_numbers_begin_at_one"),
            models.CheckConstraint(condition=~Q(verdict="hold") | ~Q(reason=""), name="revision_held_says_why"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of comment {self.comment_id}"


class Decision(models.Model):
    """What a member of staff decided about a comment, when, and why; nobody if the readers' reports held it.

    ``rule`` is the number of the house rule that it goes by. Decisions of one ``batch`` are taken back together.
    """

    class Kind(models.TextChoices):
        """What led to it."""

        DECIDED = "decided", _("decided")
        SPAM = "spam", _("advertising")
        REPORTS = "reports", _("held by reports")
        BAN = "ban", _("hidden with a ban")
        APPEAL = "appeal", _("an appeal was granted")
        UNDO = "undo", _("taken back")
        KEPT = "kept", _("kept, the reports dismissed")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="decisions")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()
    was = models.CharField(max_length=10, choices=State)
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=REASON_LENGTH_MAX, blank=True, default="")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.DECIDED)
    rule = models.PositiveSmallIntegerField(null=True, blank=True)
    batch = models.UUIDField(null=True, blank=True)
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undone")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["decided_by", "id"], name="decision_by_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(was=F("state")) | Q(kind__in=("kept", "appeal", "undo")),
                name="decision_changes_the_state_or_leaves_it_on_purpose",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REJECTED) | ~Q(reason=""), name="decision_to_reject_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.comment_id}: {self.was} to {self.state}"
