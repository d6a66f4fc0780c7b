"""Questions that the newsroom asks about a passage, and passages that readers quote."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from standfirst.discussion.models.limits import PASSAGE_LENGTH_MAX, QUESTION_LENGTH_MAX, QUOTE_AROUND_MAX
from standfirst.discussion.models.threads import Thread


class Question(models.Model):
    """What is asked about a passage of a thread's subject, as it was published last.

    The subject knows it by ``mark``, which stays whatever happens to the text. ``removed_at`` says since when the
    passage is no longer marked: the answers stay. ``answer_count`` is of published answers.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="questions", db_index=False)
    mark = models.UUIDField()
    place = models.PositiveSmallIntegerField(default=0)
    passage = models.CharField(max_length=PASSAGE_LENGTH_MAX)
    text = models.CharField(max_length=QUESTION_LENGTH_MAX)
    opened = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    answer_count = models.PositiveIntegerField(default=0)

    class Meta:
        permissions: ClassVar = [("curate_questions", "Can close questions and pick answers")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "mark"], name="question_is_asked_once_in_a_thread"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(passage=""), name="question_asks_about_something"),
        ]

    def __str__(self) -> str:
        return self.text


class QuestionClosing(models.Model):
    """That a question takes no more answers: since when, by whom, until when."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="closings")
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["question"], condition=Q(reopened_at__isnull=True), name="question_is_closed_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | Q(reopened_at__gte=F("closed_at")),
                name="question_reopens_after_it_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} closed {self.closed_at:%Y-%m-%d}"


class PickedAnswer(models.Model):
    """The answer that the newsroom puts first: which, by whom, since when. A question has one at most."""

    question = models.OneToOneField(Question, on_delete=models.CASCADE, related_name="picked")
    comment = models.OneToOneField("discussion.Comment", on_delete=models.CASCADE, related_name="+")
    picked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    picked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.comment_id} answers {self.question}"


class Quote(models.Model):
    """A passage that a reader quoted: its words as they were published then, and what stood before and after.

    ``found`` is what those words are now, "" if the passage is gone.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="quotes")
    exact = models.CharField(max_length=PASSAGE_LENGTH_MAX)
    before = models.CharField(max_length=QUOTE_AROUND_MAX, blank=True, default="")
    after = models.CharField(max_length=QUOTE_AROUND_MAX, blank=True, default="")
    found = models.CharField(max_length=PASSAGE_LENGTH_MAX, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(exact=""), name="quote_has_words")]

    def __str__(self) -> str:
        return self.exact
