"""The moderators' pages: lists, a comment with its surroundings and its author, decisions.

Everything is links and plain forms. The desk's script sends the same forms to the same addresses, asks
for JSON, and fetches the next comment as a part of its page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from standfirst.accounts.models import Account
from standfirst.delivery.pages import personal_page
from standfirst.discussion.comments import MODERATE
from standfirst.discussion.models import REASON_LENGTH_MAX, Ban, State
from standfirst.discussion.moderating import cases, claims, deciding, house, picks, queues
from standfirst.discussion.moderating.deciding import Wanted
from standfirst.kit.errors import Refusal

DIGITS_MAX = 18
SELECTED_MAX = deciding.TOGETHER_MAX
BAN_DAYS = (1, 7, 30, 0)  # 0: until somebody ends it


def moderators_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let in whoever may moderate."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


@personal_page
@require_safe
@moderators_only
def queue(request: HttpRequest, comment_id: int = 0) -> HttpResponse:
    """A list, and one of its comments with all that is known around it; with ``part`` that comment alone."""
    by = moderator(request)
    of = queues.named(request.GET.get("list", ""))
    if request.GET.get("part"):
        context = _case_context(cases.case(comment_id, by=by), of)
        return render(request, "discussion/moderating/_case.html", context)
    found = queues.queue(of=of, by=by, after=number(request.GET.get("after", "")), including=comment_id)
    wanted = comment_id or (found.entries[0].comment.pk if found.entries else 0)
    context = {"queue": found, "lists": _lists(of), "waiting": queues.counts()}
    try:
        context |= _case_context(cases.case(wanted, by=by) if wanted else None, of)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        context |= {"case": None, "reasons": house.reasons(), "of": of}
    return render(request, "discussion/moderating/queue.html", context | frame(_("Comments")))


@personal_page
@require_safe
@moderators_only
def counts(_request: HttpRequest) -> JsonResponse:
    """How much waits in each list, for the script."""
    return JsonResponse(_counts())


@personal_page
@require_POST
@moderators_only
def decide(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Decide about a comment, then go on to the next in the list."""
    by = moderator(request)
    of = queues.named(request.POST.get("list", ""))
    try:
        wanted = _wanted(request)
        if wanted.action == deciding.SPAM and request.POST.get("sweep"):
            deciding.decide(comment_id=comment_id, by=by, wanted=wanted)
            many = deciding.spam_of_author(comment_id=comment_id, by=by)
            said = _many_in_words(many, 1)
        else:
            decision = deciding.decide(comment_id=comment_id, by=by, wanted=wanted)
            said = _("The comment is now %(state)s.") % {"state": State(decision.state).label}
    except Refusal as refusal:
        return refused(request, refusal, reverse("discussion_case", args=[comment_id]) + _in(of))
    next_id = number(request.POST.get("next", "")) or queues.next_after(of=of, comment_id=comment_id)
    return done(request, said, _where(of, next_id), decided=[comment_id], next_id=next_id)


@personal_page
@require_POST
@moderators_only
def decide_many(request: HttpRequest) -> HttpResponse:
    """Decide about all comments that are ticked."""
    by = moderator(request)
    of = queues.named(request.POST.get("list", ""))
    ticked = [chosen for raw in request.POST.getlist("comment")[:SELECTED_MAX] if (chosen := number(raw))]
    try:
        many = deciding.decide_many(comment_ids=ticked, by=by, wanted=_wanted(request))
    except Refusal as refusal:
        return refused(request, refusal, reverse("discussion_queue") + _in(of))
    return done(request, _many_in_words(many), _where(of, 0), decided=ticked, next_id=0)


@personal_page
@require_POST
@moderators_only
def undo(request: HttpRequest) -> HttpResponse:
    """Take back one's last decision and show the comment again."""
    of = queues.named(request.POST.get("list", ""))
    try:
        back = deciding.undo(by=moderator(request))
    except Refusal as refusal:
        return refused(request, refusal, reverse("discussion_queue") + _in(of))
    said = ngettext("%(count)d decision is taken back.", "%(count)d decisions are taken back.", len(back))
    comment_id = back[0].comment_id
    return done(request, said % {"count": len(back)}, _where(of, comment_id), decided=[], next_id=comment_id)


@personal_page
@require_POST
@moderators_only
def claim(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Say that one looks at a comment."""
    of = queues.named(request.POST.get("list", ""))
    here = reverse("discussion_case", args=[comment_id]) + _in(of)
    try:
        claims.claim(comment_id=comment_id, by=moderator(request), take_over=bool(request.POST.get("take_over")))
    except Refusal as refusal:
        return refused(request, refusal, here)
    said = _("It is yours for %(minutes)d minutes.") % {"minutes": claims.CLAIM_MINUTES}
    return done(request, said, here, decided=[], next_id=comment_id)


def moderator(request: HttpRequest) -> Account:
    """Return who asks. Only behind ``moderators_only``."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def done(request: HttpRequest, said: str, where: str, *, decided: list[int], next_id: int) -> HttpResponse:
    """Answer that something was done, and where it goes on."""
    if wants_json(request):
        return JsonResponse({"said": said, "decided": decided, "next": next_id, "counts": _counts()})
    messages.success(request, said)
    return HttpResponseRedirect(where)


def refused(request: HttpRequest, refusal: Refusal, where: str) -> HttpResponse:
    """Answer why nothing was done, with the refusal's own status for the script."""
    if wants_json(request):
        return JsonResponse({"code": refusal.code, "message": str(refusal)}, status=refusal.status)
    messages.error(request, str(refusal))
    return HttpResponseRedirect(where)


def wants_json(request: HttpRequest) -> bool:
    """Say whether the desk's script asks."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def number(raw: str) -> int:
    """Return the number that ``raw`` writes, 0 for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= DIGITS_MAX else 0


def frame(title: str) -> dict[str, Any]:
    """Return what Wagtail's frame around a page needs."""
    return {
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("discussion_queue"), "label": title},
        ],
        "header_title": title,
        "page_title": title,
        "header_icon": "comment",
    }


def _case_context(case: cases.Case | None, of: queues.Listing) -> dict[str, Any]:
    return {
        "case": case,
        "of": of,
        "reasons": house.reasons(),
        "rules": house.rules().rules,
        "summary": picks.summary_of(case.comment.thread) if case else None,
        "summary_most": picks.SUMMARY_LENGTH_MAX,
        "reason_length_max": REASON_LENGTH_MAX,
        "ban_days": [(days, days_in_words(days)) for days in BAN_DAYS],
        "ban_kinds": Ban.Kind.choices,
    }


def days_in_words(days: int) -> str:
    """Return how long a ban of so many days is; 0 has no end."""
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days else _("until somebody ends it")


def _lists(of: queues.Listing) -> list[dict[str, Any]]:
    waiting = queues.counts()
    return [
        {
            "name": each.name,
            "label": capfirst(str(each.label)),
            "count": queues.in_words(waiting[each.name]) if each.name in waiting else "",
            "waits": each.waits,
            "current": each is of,
        }
        for each in queues.LISTS.values()
    ]


def _counts() -> dict[str, str]:
    return {name: queues.in_words(count) for name, count in queues.counts().items()}


def _wanted(request: HttpRequest) -> Wanted:
    """Return what the form asks for. A button of a ready reason rejects with it; typed words come before it."""
    saved = number(request.POST.get("saved", ""))
    ready = next((each for each in house.reasons() if each.number == saved), None)
    typed = request.POST.get("reason", "")
    rule = number(request.POST.get("rule", "")) or (ready.rule if ready else None)
    return Wanted(
        action=deciding.REJECT if ready else request.POST.get("action", ""),
        reason=typed.strip() or (ready.words if ready else ""),
        rule=rule if rule in {each.number for each in house.rules().rules} else None,
        seen=request.POST.get("seen", ""),
        take_over=bool(request.POST.get("take_over")),
    )


def _many_in_words(many: deciding.Many, more: int = 0) -> str:
    done_count = many.done + more
    said = ngettext("%(count)d comment is decided.", "%(count)d comments are decided.", done_count)
    parts = [said % {"count": done_count}]
    if many.refused:
        left_out = ngettext("%(count)d was left as it is.", "%(count)d were left as they are.", len(many.refused))
        parts += [left_out % {"count": len(many.refused)}, str(many.refused[0])]
    if many.left:
        parts.append(_("There are more: please do it once more."))
    return " ".join(parts)


def _in(of: queues.Listing) -> str:
    return f"?{urlencode({'list': of.name})}"


def _where(of: queues.Listing, comment_id: int) -> str:
    return (reverse("discussion_case", args=[comment_id]) if comment_id else reverse("discussion_queue")) + _in(of)
