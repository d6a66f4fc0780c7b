"""The discussion's part of the desk: addresses, the menu item with what waits, its style and keys."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from standfirst.discussion import desk, moderation
from standfirst.discussion.comments import MODERATE
from standfirst.discussion.questions import desk as questions
from standfirst.discussion.questions.asking import CURATE

MENU_ORDER = 260  # right after pages, pictures and filing


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    """The moderators' pages."""
    return [
        path("discussion/", desk.queue, name="discussion_queue"),
        path("discussion/comments/<int:comment_id>/", desk.queue, name="discussion_case"),
        path("discussion/comments/<int:comment_id>/decisions/", desk.decide, name="discussion_decide"),
        path("discussion/questions/", questions.index, name="discussion_questions"),
        path("discussion/questions/<int:question_id>/", questions.question, name="discussion_question"),
        path(
            "discussion/questions/<int:question_id>/closings/", questions.closings, name="discussion_question_closings"
        ),
        path("discussion/questions/<int:question_id>/picks/", questions.picks, name="discussion_question_picks"),
    ]


class CommentsMenuItem(MenuItem):
    """Comments, and how many of them wait."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to moderators."""
        return request.user.has_perm(MODERATE)

    def render_component(self, request: HttpRequest) -> Any:
        """Say how many wait."""
        component = super().render_component(request)
        waiting = moderation.waiting_count()
        if waiting:
            many = f"{waiting - 1}+" if waiting == moderation.WAITING_COUNTED_MAX else str(waiting)
            component.label = f"{self.label} ({many})"
        return component


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    """The way to the moderators' pages."""
    return CommentsMenuItem(
        _("Comments"), reverse("discussion_queue"), name="comments", icon_name="comment", order=MENU_ORDER
    )


class QuestionsMenuItem(MenuItem):
    """What the newsroom asks readers."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to whoever may close questions and pick answers."""
        return request.user.has_perm(CURATE)


@hooks.register("register_admin_menu_item")
def questions_menu_item() -> MenuItem:
    """The way to the questions."""
    return QuestionsMenuItem(
        _("Questions"), reverse("discussion_questions"), name="questions", icon_name="help", order=MENU_ORDER + 1
    )
