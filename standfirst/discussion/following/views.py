"""Addresses where people ask to be told, confirm it, choose and end it. A GET changes nothing, whoever opens a link."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from standfirst.accounts import addresses, guests, readers
from standfirst.delivery.pages import personal_page, shows, stored_page
from standfirst.discussion import counts, feeds, threads
from standfirst.discussion.following import follows, letters, links
from standfirst.discussion.models import Follow, Follower, Thread
from standfirst.discussion.moderating import bans
from standfirst.kit.errors import Refusal
from standfirst.mail.outbox import AddressRefused

TRAP_FIELD = "topic"  # a field that people do not see and programs fill in
FOLLOWS_SHOWN_MAX = 500  # on the page with everything; nobody follows more on purpose
ID_DIGITS_MAX = 18
PUBLICATION = "publication"

read_or_press = require_http_methods(["GET", "HEAD", "POST"])


class SeeOther(HttpResponseRedirect):
    """Go and read there: what was asked for is done."""

    status_code = 303


@require_safe
@stored_page()
def thread_feed(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The feed of a discussion: following without any address."""
    return _fed(*feeds.of_thread(key, form))


@require_safe
@stored_page()
def feed(request: HttpRequest, form: str) -> HttpResponse:
    """The feed of all discussions."""
    made, keys = feeds.of_everything(form)
    return _fed(made, keys | {counts.BUSIEST})


@personal_page
@require_POST
def follow_thread(request: HttpRequest, key: str) -> HttpResponseBase:
    """Ask to be told of a thread's new comments, or of answers to one's own."""
    reader = readers.of_request(request)
    what = Follow.What.MINE if request.POST.get("what") == Follow.What.MINE else Follow.What.THREAD
    return _asked(request, follows.wish(thread_key=key, what=what, guest=reader.guest, account=reader.account))


@require_safe
@stored_page()
def comment_form(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The form to be told of answers to a comment."""
    comment, thread = threads.published_comment(comment_id)
    response = render(request, "discussion/following/ask.html", {"thread": thread, "comment": comment})
    return shows(response, thread.change_key, PUBLICATION)


@personal_page
@require_POST
def follow_comment(request: HttpRequest, comment_id: int) -> HttpResponseBase:
    """Ask to be told of answers to a comment."""
    _comment, thread = threads.published_comment(comment_id)
    who = readers.of_request(request)
    what = Follow.What.COMMENT
    wanted = follows.wish(thread_key=thread.key, what=what, comment_id=comment_id, guest=who.guest, account=who.account)
    return _asked(request, wanted)


@require_safe
@stored_page()
def asked(request: HttpRequest) -> HttpResponse:
    """What to do now: the same for everybody, whether a letter was sent or not."""
    return shows(render(request, "discussion/following/asked.html"), PUBLICATION)


@require_safe
@stored_page()
def link_form(request: HttpRequest) -> HttpResponse:
    """The form that sends the link to what one follows."""
    return shows(render(request, "discussion/following/link.html"), PUBLICATION)


@personal_page
@require_POST
def send_link(request: HttpRequest) -> HttpResponseBase:
    """Send the link to what one follows."""
    email = request.POST.get("email", "")
    try:
        follows.send_link(address=email, household=addresses.hash_of_request(request))
    except Refusal as refusal:
        return _refused(request, "discussion/following/link.html", {"typed": email}, refusal)
    return SeeOther(reverse("discussion:follow_asked"))


@read_or_press
@personal_page
def confirmation(request: HttpRequest, token: str) -> HttpResponseBase:
    """What waits to be confirmed; by POST, confirm it."""
    follower = links.to_confirm(token)
    if request.method == "POST":
        follows.confirm(
            follower=follower, follow_ids=_ids(request.POST, "follow"), delivery=request.POST.get("delivery", "")
        )
        return SeeOther(reverse("discussion:follow_manage", args=[links.manage_token(follower)]))
    waiting = follows.waiting(follower).select_related("thread", "comment")
    context = {"follower": follower, "follows": _in_words(waiting), "deliveries": Follower.Delivery.choices}
    context["manage"] = links.manage(follower) if follows.confirmed(follower).exists() else ""
    return _page(request, "discussion/following/confirm.html", context)


@personal_page
@require_safe
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that somebody follows."""
    follower = links.to_manage(token)
    found = follows.confirmed(follower).select_related("thread", "comment")[:FOLLOWS_SHOWN_MAX]
    context = {"follower": follower, "follows": _in_words(found), "deliveries": Follower.Delivery.choices}
    return _page(request, "discussion/following/manage.html", context | {"token": token})


@personal_page
@require_POST
def delivery(request: HttpRequest, token: str) -> HttpResponseBase:
    """Be told more or less often."""
    follower = links.to_manage(token)
    chosen = request.POST.get("delivery", "")
    if chosen in Follower.Delivery.values:
        follows.change_delivery(follower=follower, delivery=chosen)
    return SeeOther(reverse("discussion:follow_manage", args=[token]))


@personal_page
@require_POST
def ends(request: HttpRequest, token: str) -> HttpResponseBase:
    """Unfollow one, or everything; with the last the address is forgotten."""
    follower = links.to_manage(token)
    everything = request.POST.get("all") == "yes"
    follows.end(follower=follower, follow_ids=None if everything else _ids(request.POST, "follow"))
    if Follower.objects.filter(pk=follower.pk).exists():
        return SeeOther(reverse("discussion:follow_manage", args=[token]))
    return _page(request, "discussion/following/stop.html", {"ended": True, "everything": True})


@csrf_exempt  # a mail program presses it from elsewhere (RFC 8058); the signed link alone gives the right, no cookie
@read_or_press
@personal_page
def stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a letter's link ends; by POST, end it. Pressed again, it is the same."""
    found = links.to_stop(token)
    follow = Follow.objects.filter(pk=found.follow_id, follower__key=found.key).select_related("thread", "comment")
    named = follow.first()
    context = {"everything": not found.follow_id, "what": letters.of_what(named) if named else ""}
    if request.method == "POST":
        follows.end_by_link(stop=found)
    return _page(request, "discussion/following/stop.html", context | {"ended": request.method == "POST"})


def _fed(made: feeds.Feed, keys: set[str]) -> HttpResponse:
    response = HttpResponse(made.writeString("utf-8"), content_type=made.content_type)
    return shows(response, PUBLICATION, *keys)


def _asked(request: HttpRequest, wanted: follows.Wish) -> HttpResponseBase:
    response = SeeOther(reverse("discussion:follow_asked"))
    if request.POST.get(TRAP_FIELD):
        return response
    email, household = request.POST.get("email", ""), addresses.hash_of_request(request)
    try:
        bans.admit(bans.Who(wanted.guest, wanted.account, household, addresses.of_request(request)))
        meant = follows.ask(address=email, wanted=wanted, household=household)
    except Refusal as refusal:
        context = {"thread": wanted.thread, "comment": wanted.comment, "what": wanted.what, "typed": email}
        return _refused(request, "discussion/following/ask.html", context, refusal)
    if meant is not None and wanted.guest is None:
        guests.hand_key(response, meant)
    return response


def _in_words(found: Any) -> list[tuple[Follow, str, Thread]]:
    return [(follow, letters.of_what(follow), follow.thread) for follow in found]


def _ids(given: QueryDict, name: str) -> list[int]:
    return [int(raw) for raw in given.getlist(name) if raw.isascii() and raw.isdigit() and len(raw) <= ID_DIGITS_MAX]


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _refused(request: HttpRequest, template: str, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    response = render(
        request,
        template,
        context | {"refusal": refusal, "wrong": isinstance(refusal, AddressRefused)},
        status=refusal.status,
    )
    response.headers["X-Refusal"] = refusal.code
    return response
