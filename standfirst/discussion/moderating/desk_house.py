"""The moderators' further pages: bans, picks and summaries, the rules of the house and ready reasons."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from standfirst.delivery.pages import personal_page
from standfirst.discussion.models import REASON_LENGTH_MAX, Ban, Thread
from standfirst.discussion.moderating import bans, deciding, house, picks, queues
from standfirst.discussion.moderating.desk import (
    BAN_DAYS,
    days_in_words,
    done,
    frame,
    moderator,
    moderators_only,
    number,
    refused,
)
from standfirst.discussion.moderating.house import Wishes
from standfirst.kit.errors import Refusal

BANS_A_PAGE = 50
ROWS_BEYOND = 2  # empty rows of the form after those that are filled


@personal_page
@require_POST
@moderators_only
def ban_author(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Ban whoever wrote a comment, and hide what else they wrote if that is asked for."""
    here = _case_url(request, comment_id)
    by = moderator(request)
    try:
        ban = bans.ban_author(
            comment_id=comment_id,
            by=by,
            target=request.POST.get("target", ""),
            reason=request.POST.get("reason", ""),
            kind=request.POST.get("kind", Ban.Kind.REFUSE),
            days=number(request.POST.get("days", "")),
        )
    except bans.BannedAlready as refusal:
        standing = bans.standing(comment_id=comment_id, target=request.POST.get("target", ""))
        if not request.POST.get("hide") or standing is None:
            return refused(request, refusal, here)
        ban = standing  # whoever wrote more than is hidden at once presses again
    except Refusal as refusal:
        return refused(request, refusal, here)
    many = deciding.hide_banned(ban=ban, by=by) if request.POST.get("hide") else deciding.Many()
    said = [_("They are banned.")]
    if many.done:
        said.append(ngettext("%(count)d comment is hidden.", "%(count)d comments are hidden.", many.done))
    if many.left:
        said.append(_("There are more: please do it once more."))
    return done(request, " ".join(said) % {"count": many.done}, here, decided=[], next_id=comment_id)


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
@moderators_only
def bans_list(request: HttpRequest) -> HttpResponse:
    """All bans, newest first, and the form to ban a range of addresses."""
    if request.method == "POST":
        days = number(request.POST.get("days", ""))
        asked = {name: request.POST.get(name, "") for name in ("network", "reason", "kind")}
        try:
            bans.ban_range(by=moderator(request), days=days, **asked)
        except Refusal as refusal:
            return _bans_page(request, refusal=refusal, typed=asked)
        return done(request, _("They are banned."), reverse("discussion_bans"), decided=[], next_id=0)
    return _bans_page(request)


@personal_page
@require_POST
@moderators_only
def end_ban(request: HttpRequest, ban_id: int) -> HttpResponse:
    """End a ban."""
    here = reverse("discussion_bans")
    try:
        bans.end_ban(ban_id=ban_id, by=moderator(request))
    except Refusal as refusal:
        return refused(request, refusal, here)
    return done(request, _("The ban is over."), here, decided=[], next_id=0)


@personal_page
@require_POST
@moderators_only
def pick(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Pick or pin a comment, or take that back."""
    here = _case_url(request, comment_id)
    kind, off = request.POST.get("kind", ""), request.POST.get("off")
    try:
        (picks.unpick if off else picks.pick)(comment_id=comment_id, by=moderator(request), kind=kind)
    except Refusal as refusal:
        return refused(request, refusal, here)
    return done(request, _("The mark is off.") if off else _("It is marked."), here, decided=[], next_id=comment_id)


@personal_page
@require_POST
@moderators_only
def summary(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Write, change or take off the summary above a thread."""
    thread = get_object_or_404(Thread, pk=thread_id)
    comment_id = number(request.POST.get("comment", ""))
    here = _case_url(request, comment_id) if comment_id else reverse("discussion_queue")
    try:
        made = picks.summarise(thread_key=thread.key, by=moderator(request), text=request.POST.get("text", ""))
    except Refusal as refusal:
        return refused(request, refusal, here)
    said = _("The summary stands above the discussion.") if made else _("There is no summary now.")
    return done(request, said, here, decided=[], next_id=comment_id)


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
@moderators_only
def edit_house(request: HttpRequest) -> HttpResponse:
    """The rules of the house, ready reasons, and how reports and removals are dealt with."""
    if request.method != "POST":
        return _house_page(request, _stored())
    typed = _typed(request.POST)
    try:
        house.keep_house(by=moderator(request), wishes=_wishes(typed))
    except Refusal as refusal:
        return _house_page(request, typed, refusal)
    return done(request, _("It is saved."), reverse("discussion_house"), decided=[], next_id=0)


def _case_url(request: HttpRequest, comment_id: int) -> str:
    of = queues.named(request.POST.get("list", ""))
    return reverse("discussion_case", args=[comment_id]) + f"?{urlencode({'list': of.name})}"


def _bans_page(request: HttpRequest, **more: Any) -> HttpResponse:
    after = number(request.GET.get("after", ""))
    found = Ban.objects.select_related("banned_by", "ended_by").order_by("-id")
    rows = list((found.filter(id__lt=after) if after else found)[: BANS_A_PAGE + 1])
    context = {
        "bans": rows[:BANS_A_PAGE],
        "after": rows[BANS_A_PAGE - 1].pk if len(rows) > BANS_A_PAGE else 0,
        "days": [(days, days_in_words(days)) for days in BAN_DAYS],
        "kinds": Ban.Kind.choices,
        "most": REASON_LENGTH_MAX,
    }
    refusal = more.get("refusal")
    status = refusal.status if isinstance(refusal, Refusal) else 200
    page = context | more | frame(_("Bans"))
    return render(request, "discussion/moderating/bans.html", page, status=status)


def _stored() -> dict[str, Any]:
    now = house.read()
    return {
        "reports_to_hold": str(now.reports_to_hold),
        "shows_removals": now.shows_removals,
        "preamble": now.preamble,
        "rules": [(rule.title, rule.words) for rule in house.rules().rules],
        "reasons": [(reason.words, str(reason.rule or "")) for reason in house.reasons()],
    }


def _typed(sent: QueryDict) -> dict[str, Any]:
    """Return what the form held; rows that were left empty are left out."""
    rules = zip(sent.getlist("rule_title"), sent.getlist("rule_words"), strict=False)
    reasons = zip(sent.getlist("reason_words"), sent.getlist("reason_rule"), strict=False)
    return {
        "reports_to_hold": sent.get("reports_to_hold", ""),
        "shows_removals": bool(sent.get("shows_removals")),
        "preamble": sent.get("preamble", ""),
        "rules": [row for row in rules if any(part.strip() for part in row)],
        "reasons": [row for row in reasons if row[0].strip()],
    }


def _wishes(typed: dict[str, Any]) -> Wishes:
    reports = typed["reports_to_hold"].strip()
    return Wishes(
        reports_to_hold=number(reports) if number(reports) or reports == "0" else -1,
        shows_removals=typed["shows_removals"],
        preamble=typed["preamble"],
        rules=typed["rules"],
        reasons=[(words, number(rule) or None) for words, rule in typed["reasons"]],
    )


def _house_page(request: HttpRequest, typed: dict[str, Any], refusal: Refusal | None = None) -> HttpResponse:
    empty = ("", "")
    context = {
        "typed": typed,
        "refusal": refusal,
        "rules": list(enumerate([*typed["rules"], *[empty] * ROWS_BEYOND][: house.RULES_MAX], 1)),
        "reasons": list(enumerate([*typed["reasons"], *[empty] * ROWS_BEYOND][: house.REASONS_MAX], 1)),
        "title_most": house.TITLE_LENGTH_MAX,
        "words_most": house.WORDS_LENGTH_MAX,
        "reason_most": REASON_LENGTH_MAX,
    }
    page = context | frame(_("House rules"))
    return render(request, "discussion/moderating/house.html", page, status=refusal.status if refusal else 200)
