"""The moderators' pages of the desk: list left, the comment and its surroundings right, plain forms."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from standfirst.accounts.models import Account
from standfirst.delivery.pages import personal_page
from standfirst.discussion import comments, moderation
from standfirst.discussion.comments import MODERATE
from standfirst.discussion.models import REASON_LENGTH_MAX, State
from standfirst.kit.errors import Refusal

_VERBS: dict[str, Callable[..., Any]] = {
    State.PUBLISHED: comments.publish,
    State.HELD: comments.hold,
    State.REJECTED: comments.reject,
}


def moderators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever may moderate."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


@personal_page
@require_safe
@moderators_only
def queue(request: HttpRequest, comment_id: int = 0) -> HttpResponse:
    """The comments that wait, or another list, and one of them with its surroundings."""
    state = request.GET.get("state", State.HELD)
    state = state if state in moderation.LISTS else ""
    found = moderation.queue(state=state, after=_number(request.GET.get("after", "")))
    wanted = comment_id or (found.comments[0].pk if found.comments else 0)
    try:
        case = moderation.case(wanted) if wanted else None
    except Refusal as refusal:
        messages.error(request, str(refusal))
        case = None
    return render(
        request,
        "discussion/desk/queue.html",
        {
            "queue": found,
            "case": case,
            "lists": [*((value, State(value).label) for value in moderation.LISTS), ("", _("all"))],
            "reason_length_max": REASON_LENGTH_MAX,
            "breadcrumbs_items": [
                {"url": reverse("wagtailadmin_home"), "label": _("Home")},
                {"url": reverse("discussion_queue"), "label": _("Comments")},
            ],
            "header_title": _("Comments"),
            "header_icon": "comment",
        },
    )


@personal_page
@require_POST
@moderators_only
def decide(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Publish, hold or reject a comment, then go on to the next in the list."""
    state = request.POST.get("state", "")
    came_from = request.POST.get("list", State.HELD)
    came_from = came_from if came_from in moderation.LISTS else ""
    back = f"?{urlencode({'state': came_from})}"
    by = request.user
    if state not in _VERBS or not isinstance(by, Account):
        messages.error(request, _("Nothing was changed: please choose what to do with the comment."))
        return HttpResponseRedirect(reverse("discussion_case", args=[comment_id]) + back)
    try:
        _VERBS[state](comment_id=comment_id, by=by, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("discussion_case", args=[comment_id]) + back)
    link = messages.button(reverse("discussion_case", args=[comment_id]), _("Show it"))
    messages.success(request, _("The comment is now %(state)s.") % {"state": State(state).label}, buttons=[link])
    return HttpResponseRedirect(reverse("discussion_queue") + back)


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else 0
