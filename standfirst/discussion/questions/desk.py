"""The newsroom's pages of questions: what was asked, who answered; closing a question, picking an answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from standfirst.accounts.models import Account
from standfirst.delivery.pages import personal_page
from standfirst.discussion.questions import asking, reading
from standfirst.discussion.questions.asking import CURATE
from standfirst.kit.errors import Refusal

ID_DIGITS_MAX = 18


def curators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever may close questions and pick answers."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(CURATE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


@personal_page
@require_safe
@curators_only
def index(request: HttpRequest) -> HttpResponse:
    """The questions asked last."""
    found = reading.newest(after=_number(request.GET.get("after", "")))
    shown = found[: reading.DESK_LENGTH]
    context = {"questions": shown, "after": shown[-1].pk if len(found) > len(shown) else 0}
    return render(request, "discussion/desk/questions.html", context | _around(_("Questions")))


@personal_page
@require_safe
@curators_only
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """A question with its latest answers."""
    found = reading.on_desk(question_id)
    return render(request, "discussion/desk/question.html", {"question": found} | _around(found.text))


@personal_page
@require_POST
@curators_only
def closings(request: HttpRequest, question_id: int) -> HttpResponse:
    """Close a question, or open it again."""
    closing = request.POST.get("state") != "open"
    return _done(request, question_id, asking.close if closing else asking.reopen, question_id=question_id)


@personal_page
@require_POST
@curators_only
def picks(request: HttpRequest, question_id: int) -> HttpResponse:
    """Put an answer first, or none."""
    comment_id = _number(request.POST.get("comment", ""))
    if comment_id:
        return _done(request, question_id, asking.pick, comment_id=comment_id)
    return _done(request, question_id, asking.unpick, question_id=question_id)


def _done(request: HttpRequest, shown: int, do: Callable[..., Any], **what: int) -> HttpResponse:
    by = request.user
    if not isinstance(by, Account):
        raise PermissionDenied
    try:
        do(by=by, **what)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("discussion_question", args=[shown]))


def _around(title: str) -> dict[str, Any]:
    return {
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("discussion_questions"), "label": _("Questions")},
        ],
        "header_title": title,
        "header_icon": "help",
    }


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= ID_DIGITS_MAX else 0
