"""Addresses where readers read on, post, vote and change; each translates a request into one verb or one read."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from standfirst.accounts import addresses, guests, naming, readers
from standfirst.accounts.models import Account
from standfirst.delivery.pages import personal_page, show_own_write, shows, stored_page
from standfirst.discussion import comments, form_again, mine, news, refusals, rendering, threads, votes
from standfirst.discussion.comments import Posted
from standfirst.discussion.following import follows
from standfirst.discussion.models import State
from standfirst.discussion.moderating import house
from standfirst.discussion.pictures.sent import Sent
from standfirst.discussion.questions.anchors import About
from standfirst.discussion.questions.refusals import NoSuchQuestion, QuestionClosed
from standfirst.discussion.rules import book
from standfirst.discussion.rules.policies import POLICIES, Terms, sign_in_url
from standfirst.discussion.rules.refusals import ChallengeNeeded
from standfirst.discussion.rules.sending import challenge_response, sent_with
from standfirst.discussion.shown import assembled, permalink
from standfirst.kit.errors import Refusal

TRAP_FIELD = "topic"  # a field that people do not see and programs fill in
JSON = "application/json"
PUBLICATION = "publication"
NUMBER_DIGITS_MAX = 18
THREAD_QUERY = ("order", "after", "comment", "show")


class SeeOther(HttpResponseRedirect):
    """Go and read there: what was posted is done."""

    status_code = 303


# Reading: the same for everybody


@require_safe
@stored_page(query=THREAD_QUERY)
def thread(request: HttpRequest, key: str) -> HttpResponse:
    """A thread on a page of its own."""
    page = threads.page_asked_for(key, request.GET)
    return _kept(request, "discussion/thread.html", {"thread_page": page}, page.key, page.terms)


@require_safe
@stored_page(query=("order", "after", "show"))
def further(request: HttpRequest, key: str) -> HttpResponse:
    """Further comments alone, for the script."""
    asked = {name: request.GET[name] for name in ("order", "after", "show") if name in request.GET}
    page = threads.page_asked_for(key, asked)
    context = {"thread_page": page, "is_open": page.is_open}
    return _kept(request, "discussion/_further.html", context, page.key, page.terms)


@require_safe
@stored_page(query=("votes",))
def since(request: HttpRequest, key: str, event: int) -> HttpResponse:
    """What happened after the event, and the number of votes, that an open page knows, for the script."""
    terms = threads.terms_of(key)
    votes_known = _number(request.GET.get("votes", ""))
    context = {"news": news.new_since(key, event, votes_known), "is_open": terms.is_open}
    return _kept(request, "discussion/_new.html", context, key, terms)


@require_safe
@stored_page(query=("after", "part"))
def replies(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Further answers to a comment: a page, or with ``part`` its list alone, for the script."""
    key, comment = threads.replies_of(comment_id, after=request.GET.get("after", ""))
    found = threads.thread_of(key)
    terms = book.terms_of(found)
    template = "discussion/_replies.html" if request.GET.get("part") else "discussion/replies.html"
    context = {"comment": comment, "thread": found, "is_open": terms.is_open}
    return _kept(request, template, context, key, terms)


@require_safe
@stored_page()
def reply(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The form to answer a comment, on a page of its own, for browsers without scripts."""
    parent, found = threads.published_comment(comment_id)
    terms = threads.terms_of(found.key)
    context = {"thread": found, "parent": parent, "terms": terms, "is_open": terms.is_open}
    context["sign_in_url"] = sign_in_url(terms, found)
    return _kept(request, "discussion/write.html", context, found.key, terms)


# Writing, and what only its writer sees


@personal_page
@require_POST
def post(request: HttpRequest, key: str) -> HttpResponseBase:
    """Post a comment; the form comes back with all that was typed if it is refused."""
    reader = readers.of_request(request)
    guest = reader.guest
    sent = Sent(request)
    household = addresses.hash_of_request(request)
    email = request.POST.get("email", "") if request.POST.get("tell") else None
    try:
        if email is not None:
            follows.checked_address(email)  # before anything is posted
        posted = comments.post(
            thread_key=key,
            name=_writes_as(reader.account, request.POST.get("name", "")),
            text=request.POST.get("text", ""),
            parent_id=form_again.parent_id(request),
            guest=guest,
            account=reader.account,
            address_hash=household,
            address=addresses.of_request(request),
            trap=request.POST.get(TRAP_FIELD, ""),
            pictures=sent.take(household),
            sent=sent_with(request, scripted=_wants_json(request)),
            about=_about(request),
        )
    except ChallengeNeeded as refusal:
        return challenge_response(refusal)
    except Refusal as refusal:
        if _wants_json(request) or isinstance(refusal, refusals.NoSuchThread):
            raise
        return _form_again(request, key, refusal, sent)
    if email is not None and not posted.repeated:
        with suppress(Refusal):  # the comment stands, whatever becomes of this
            mine, writer = follows.What.MINE, posted.comment.account
            wanted = follows.wish(thread_key=key, what=mine, guest=posted.guest, account=writer)
            follows.ask(address=email, wanted=wanted, household=household)
    response = _posted_json(posted) if _wants_json(request) else SeeOther(_where_to_see(posted))
    if posted.guest is not None and guest is None and not posted.repeated:
        guests.hand_key(response, posted.guest)
    if reader.account is not None:
        readers.hand_sign(response)  # whoever signed in on the desk has none yet
    show_own_write(response)
    return response


@personal_page
@require_safe
def comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """One's own comment, whatever its state, with the reason if it is not published."""
    reader = readers.of_request(request)
    own = mine.comment(comment_id=comment_id, guest=reader.guest, account=reader.account)
    return render(request, "discussion/comment.html", {"own": own})


@personal_page
@require_safe
def own_comments(request: HttpRequest, key: str) -> HttpResponse:
    """One's own comments of a thread that wait for a decision, for the script."""
    reader = readers.of_request(request)
    found = mine.waiting(key=key, guest=reader.guest, account=reader.account)
    response = render(request, "discussion/_mine.html", {"owns": found})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@personal_page
@require_POST
def edit(request: HttpRequest, comment_id: int) -> HttpResponseBase:
    """Change one's own comment."""
    reader = readers.of_request(request)
    text = request.POST.get("text", "")
    try:
        changed = comments.edit_by_guest(
            comment_id=comment_id, text=text, guest=reader.guest, account=reader.account, sent=sent_with(request)
        )
    except Refusal as refusal:
        if _wants_json(request) or isinstance(refusal, refusals.NoSuchComment | refusals.NotYours):
            raise
        own = mine.comment(comment_id=comment_id, guest=reader.guest, account=reader.account)
        context = {"own": own, "refusal": refusal, "typed": text}
        return _refused(request, "discussion/comment.html", context, refusal)
    posted = Posted(changed)
    response = _posted_json(posted) if _wants_json(request) else SeeOther(_where_to_see(posted))
    show_own_write(response)
    return response


_CAST = {"up": votes.up, "down": votes.down}
_WORTH = {"up": votes.UP, "down": votes.DOWN, "none": votes.NONE}


@personal_page
@require_POST
def vote(request: HttpRequest, comment_id: int) -> HttpResponseBase:
    """Vote up or down, or take the vote back."""
    reader = readers.of_request(request)
    value = _pressed(request, reader, comment_id)
    voter = reader.guest
    if value == "none":
        if reader.is_known:
            votes.withdraw(comment_id=comment_id, guest=reader.guest, account=reader.account)
    elif value in _CAST:
        voter = _CAST[value](
            comment_id=comment_id,
            guest=reader.guest,
            account=reader.account,
            address_hash=addresses.hash_of_request(request),
            address=addresses.of_request(request),
        )
    else:
        raise refusals.NoSuchVote
    now = votes.counted(comment_id)
    response: HttpResponseBase = SeeOther(permalink(now.url, comment_id))
    if _wants_json(request):
        response = JsonResponse({"up": now.up, "down": now.down, "mine": _WORTH[value]})
    if voter is not None and reader.guest is None:
        guests.hand_key(response, voter)
    show_own_write(response)
    return response


def _pressed(request: HttpRequest, reader: readers.Reader, comment_id: int) -> str:
    """Return what a button means. A page is the same for all, so without the script a second press takes back."""
    value = request.POST.get("vote", "")
    if value in _CAST and reader.is_known and not _wants_json(request):
        stands = votes.stands(comment_id=comment_id, value=_WORTH[value], guest=reader.guest, account=reader.account)
        return "none" if stands else value
    return value


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= NUMBER_DIGITS_MAX else None


def _writes_as(account: Account | None, typed: str) -> str:
    """Return the name of a new comment: the account's own; an account that has none yet takes the one typed."""
    if account is None:
        return typed
    return account.display_name or naming.rename(account=account, name=typed).display_name


def _kept(request: HttpRequest, template: str, context: dict[str, Any], key: str, terms: Terms) -> HttpResponse:
    response = render(request, template, context)
    if template.rpartition("/")[2].startswith("_"):
        response.headers["X-Robots-Tag"] = "noindex"
    return shows(response, f"thread:{key}", POLICIES, house.KEY, PUBLICATION, expires_at=terms.next_change_at)


def _about(request: HttpRequest) -> About:
    names = {"question": "question", "quote": "quote", "before": "quote_before", "after": "quote_after"}
    return About(**{field: request.POST.get(name, "") for field, name in names.items()})


def _form_again(request: HttpRequest, key: str, refusal: Refusal, sent: Sent) -> HttpResponse:
    answers = not isinstance(refusal, refusals.ParentElsewhere)
    context = form_again.context(request, threads.thread_of(key), sent, answers=answers)
    if isinstance(refusal, NoSuchQuestion | QuestionClosed):  # the next press makes it a comment of its own
        context["typed"]["question"] = ""
    return _refused(request, form_again.TEMPLATE, context | {"refusal": refusal}, refusal)


def _refused(request: HttpRequest, template: str, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    response = render(request, template, context, status=refusal.status)
    response.headers["X-Refusal"] = refusal.code
    return response


def _where_to_see(posted: Posted) -> str:
    if posted.comment.state == State.PUBLISHED:
        return permalink(posted.comment.thread.url, posted.comment.pk)
    return reverse("discussion:comment", args=[posted.comment.pk])


def _posted_json(posted: Posted) -> JsonResponse:
    if posted.comment.state == State.PUBLISHED:
        html = rendering.html(assembled([posted.comment], {}, posted.comment.thread.url)[0], is_open=True)
    else:
        html = render_to_string("discussion/_own.html", {"own": mine.own(posted.comment)})
    return JsonResponse(
        {
            "id": posted.comment.pk,
            "state": posted.comment.state,
            "event": posted.comment.event,
            "url": _where_to_see(posted),
            "html": html,
        },
        status=200 if posted.repeated else 201,
    )


def _wants_json(request: HttpRequest) -> bool:
    if request.headers.get("Accept") == JSON:  # as our script says it; Django takes a while to weigh one type
        return True
    return request.get_preferred_type(["text/html", JSON]) == JSON
