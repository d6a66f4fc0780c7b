"""The discussion's part of the desk: addresses, the menu item with what waits, its style and keys."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from standfirst.discussion.comments import MODERATE
from standfirst.discussion.moderating import desk, desk_house, queues
from standfirst.discussion.pictures import desk as desk_pictures
from standfirst.discussion.questions import desk as questions
from standfirst.discussion.questions.asking import CURATE
from standfirst.discussion.rules import desk as rules_desk
from standfirst.discussion.rules.panels import CoolDownsPanel, RulesMenuItem

MENU_ORDER = 260  # right after pages, pictures and filing


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    """The moderators' pages."""
    return [
        path("discussion/", desk.queue, name="discussion_queue"),
        path("discussion/counts/", desk.counts, name="discussion_counts"),
        path("discussion/decisions/", desk.decide_many, name="discussion_decide_many"),
        path("discussion/undo/", desk.undo, name="discussion_undo"),
        path("discussion/comments/<int:comment_id>/", desk.queue, name="discussion_case"),
        path("discussion/comments/<int:comment_id>/decisions/", desk.decide, name="discussion_decide"),
        path(desk_pictures.ROUTE, desk_pictures.picture, name="discussion_picture"),
        *rules_desk.addresses(),
        path("discussion/comments/<int:comment_id>/claim/", desk.claim, name="discussion_claim"),
        path("discussion/comments/<int:comment_id>/bans/", desk_house.ban_author, name="discussion_ban"),
        path("discussion/comments/<int:comment_id>/picks/", desk_house.pick, name="discussion_pick"),
        path("discussion/threads/<int:thread_id>/summary/", desk_house.summary, name="discussion_summary"),
        path("discussion/bans/", desk_house.bans_list, name="discussion_bans"),
        path("discussion/bans/<int:ban_id>/end/", desk_house.end_ban, name="discussion_end_ban"),
        path("discussion/house/", desk_house.edit_house, name="discussion_house"),
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
        waiting = queues.waiting_count()
        if waiting:
            component.label = f"{self.label} ({queues.in_words(waiting)})"
        return component


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    """The way to the moderators' pages."""
    return CommentsMenuItem(
        _("Comments"), reverse("discussion_queue"), name="comments", icon_name="comment", order=MENU_ORDER
    )


@hooks.register("register_admin_menu_item")
def rules_menu_item() -> MenuItem:
    """The way to rules and policies."""
    return RulesMenuItem(
        _("Rules"), reverse("discussion_rules"), name="rules", icon_name="clipboard-list", order=MENU_ORDER + 1
    )


@hooks.register("construct_homepage_panels")
def show_cool_downs(request: HttpRequest, panels: list[Any]) -> None:
    """Tell moderators on the desk's first page which discussions cool down."""
    if request.user.has_perm(MODERATE):
        panels.append(CoolDownsPanel())


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
