"""The pages of what is one's own. None of them is ever kept."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from standfirst.accounts import guests, readers, signing_in
from standfirst.accounts.pending import SeeOther
from standfirst.accounts.staff import works_here
from standfirst.delivery.pages import personal_page, show_own_write
from standfirst.discussion.mine import claims, erasing, everything, removing
from standfirst.kit.errors import Refusal

EXPORT_NAME = "my-comments.json"


class NotSignedIn(Refusal):
    """Something that only an account can do."""

    code = "discussion.not_signed_in"
    status = 403
    message = _("Please sign in first. Nothing was changed.")


class NotConfirmed(Refusal):
    """Everything is to be erased, but the box was not ticked."""

    code = "discussion.not_confirmed"
    status = 422
    field = "sure"
    message = _("Please tick the box if you want everything erased. Nothing was changed.")


@personal_page
@require_safe
def my_comments(request: HttpRequest) -> HttpResponse:
    """What somebody wrote, whatever became of it."""
    reader = readers.of_request(request)
    context = {
        "reader": reader,
        "page": everything.page(reader, after=request.GET.get("after", "")),
        "claimable": claims.claimable(guest=reader.guest),
        "is_first": not request.GET.get("after"),
    }
    return render(request, "discussion/mine/my_comments.html", context)


@personal_page
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everything that is held about somebody, as a file."""
    found = everything.exported(readers.of_request(request))
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = f'attachment; filename="{EXPORT_NAME}"'
    return response


@personal_page
@require_POST
def claim(request: HttpRequest) -> HttpResponseBase:
    """Make what this browser's guest wrote the account's."""
    reader = readers.of_request(request)
    if reader.account is None:
        raise NotSignedIn
    if reader.guest is not None:
        claims.claim_comments(guest=reader.guest, account=reader.account)
    response = SeeOther(reverse("discussion:my_comments"))
    show_own_write(response)
    return response


@personal_page
@require_POST
def removal(request: HttpRequest, comment_id: int) -> HttpResponseBase:
    """Take one's own comment back."""
    reader = readers.of_request(request)
    removing.remove_own(comment_id=comment_id, guest=reader.guest, account=reader.account)
    response = SeeOther(reverse("discussion:my_comments"))
    show_own_write(response)
    return response


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def erasure(request: HttpRequest) -> HttpResponseBase:
    """Ask whether everything shall go, and have it go. A session that was left open somewhere is not enough."""
    reader = readers.of_request(request)
    stays = reader.account is not None and works_here(reader.account)
    if reader.account is not None and not stays and not signing_in.is_sure(request.session):
        return HttpResponseRedirect(f"{reverse('account_sure')}?{urlencode({'next': request.path})}")
    context = {"reader": reader, "account_stays": stays, "claimable": claims.claimable(guest=reader.guest)}
    if request.method != "POST":
        return render(request, "discussion/mine/erasure.html", context)
    if request.POST.get("sure") != "yes":
        refusal = NotConfirmed()
        response = render(
            request, "discussion/mine/erasure.html", context | {"refusal": refusal}, status=refusal.status
        )
        response.headers["X-Refusal"] = refusal.code
        return response
    erased = erasing.erase_person(guest=reader.guest, account=reader.account)
    response = render(request, "discussion/mine/erased.html", {"erased": erased, "account_stays": stays})
    guests.take_key(response)
    if not stays:
        readers.leave(request, response)
    show_own_write(response)
    return response
