"""What readers do about moderation: report a comment, object to a decision, read the rules of the house."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from standfirst.accounts import addresses, guests, readers
from standfirst.delivery.pages import personal_page, shows, stored_page
from standfirst.discussion import mine, threads
from standfirst.discussion.models import REASON_LENGTH_MAX, Comment, Report, Thread
from standfirst.discussion.moderating import appeals, house, reports
from standfirst.discussion.refusals import NoSuchComment
from standfirst.kit.errors import Refusal

PUBLICATION = "publication"
THANKS = "thanks"


class SeeOther(HttpResponseRedirect):
    """Go and read there: what was sent is done."""

    status_code = 303


@require_safe
@stored_page(query=(THANKS,))
def report(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The form to report a comment, and the thanks for it: the same for everybody."""
    comment, found = threads.published_comment(comment_id) if THANKS not in request.GET else (None, None)
    response = render(request, "discussion/moderating/report.html", _form(comment, found))
    return shows(response, PUBLICATION, *([found.change_key] if found else []))


@personal_page
@require_POST
def reported(request: HttpRequest, comment_id: int) -> HttpResponseBase:
    """Report a comment; the form comes back with all that was typed if it is refused."""
    reader = readers.of_request(request)
    reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
    try:
        done = reports.report(
            comment_id=comment_id,
            reason=reason,
            words=words,
            guest=reader.guest,
            account=reader.account,
            address_hash=addresses.hash_of_request(request),
            address=addresses.of_request(request),
        )
    except Refusal as refusal:
        if _wants_json(request) or isinstance(refusal, NoSuchComment):
            raise
        context = _form(*threads.published_comment(comment_id)) | {"typed": {"reason": reason, "words": words}}
        return _refused(request, "discussion/moderating/report.html", context | {"refusal": refusal}, refusal)
    thanks = reverse("discussion:report", args=[comment_id]) + f"?{THANKS}=1"
    response: HttpResponseBase = SeeOther(thanks)
    if _wants_json(request):
        response = JsonResponse({"message": _("Thank you. A moderator looks at it.")}, status=201)
    if done.guest is not None and reader.guest is None:
        guests.hand_key(response, done.guest)
    return response


@personal_page
@require_POST
def appeal(request: HttpRequest, comment_id: int) -> HttpResponseBase:
    """Object to a decision about one's own comment; what was typed comes back if it is refused."""
    who = readers.of_request(request)
    words = request.POST.get("words", "")
    try:
        appeals.appeal(comment_id=comment_id, guest=who.guest, account=who.account, words=words)
    except NoSuchComment:
        raise
    except Refusal as refusal:
        own = mine.comment(comment_id=comment_id, guest=who.guest, account=who.account)
        context = {"own": own, "appeal_refusal": refusal, "said": words}
        return _refused(request, "discussion/comment.html", context, refusal)
    return SeeOther(reverse("discussion:comment", args=[comment_id]) + "#appeal")


@require_safe
@stored_page()
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of the house."""
    response = render(request, "discussion/moderating/rules.html", {"house": house.rules()})
    return shows(response, house.KEY, PUBLICATION)


def _form(comment: Comment | None, thread: Thread | None) -> dict[str, Any]:
    return {"comment": comment, "thread": thread, "reasons": Report.Reason.choices, "most": REASON_LENGTH_MAX}


def _refused(request: HttpRequest, template: str, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    response = render(request, template, context, status=refusal.status)
    response.headers["X-Refusal"] = refusal.code
    return response


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
