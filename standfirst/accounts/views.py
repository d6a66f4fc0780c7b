"""The pages of a reader's account: signing in and out, the name, the address."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from standfirst.accounts import codes, mailboxes, naming, notices, pending, providers, readers, signing_in
from standfirst.accounts.models import Account, Code
from standfirst.accounts.pages import only_if_sure, owner_of, refused, signed_in_page
from standfirst.accounts.passkeys import of_account
from standfirst.accounts.pending import Pending, SeeOther
from standfirst.accounts.staff import works_here
from standfirst.delivery.pages import personal_page
from standfirst.kit.errors import Refusal


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for an address, and send a code there: to a known one and to a new one alike."""
    then = signing_in.safe_next(request.POST.get("next") or request.GET.get("next") or "", reverse("account"))
    if request.method != "POST" and request.user.is_authenticated and not works_here(request.user):
        return HttpResponseRedirect(then)
    typed = request.POST.get("email", "")
    waits = bool(request.POST.get("provider") or request.GET.get("provider")) and pending.PROVIDER in request.session
    context = {
        "then": then,
        "typed": typed,
        "providers": providers.offered(),
        "passkey_failed": "passkey" in request.GET,
        "provider_waits": waits,
    }
    response: HttpResponse
    if request.method != "POST":
        response = render(request, "accounts/sign_in.html", context)
    else:
        try:
            return pending.ask(request, address=typed, then=then, from_provider=waits)
        except Refusal as refusal:
            response = refused(request, "accounts/sign_in.html", context, refusal)
    response.form_targets = providers.targets()  # type: ignore[attr-defined]
    return response


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code, and do what it was asked for."""
    waits = pending.of_request(request)
    if waits is None:
        return pending.to_sign_in(reverse("account"))
    context = {"pending": waits}
    if request.method != "POST":
        return render(request, "accounts/code.html", context)
    try:
        redeemed = codes.redeem(
            code_id=waits.code_id, typed=request.POST.get("code", ""), purposes=(Code.Purpose(waits.purpose),)
        )
        response = _PURPOSES[Code.Purpose(redeemed.purpose)](request, redeemed, waits)
    except Refusal as refusal:
        return refused(request, "accounts/code.html", context, refusal)
    pending.is_over(response)
    return response


def _signed_in(request: HttpRequest, redeemed: Code, waits: Pending) -> HttpResponse:
    account = signing_in.account_for(address=redeemed.email)
    came_from = request.session.pop(pending.PROVIDER, None)
    response = signing_in.enter(request, account, address=redeemed.email, then=waits.then)
    if came_from is not None and waits.from_provider:
        SocialLogin.deserialize(came_from).connect(request, account)
    if not account.display_name:
        response.headers["Location"] = f"{reverse('account')}?{_next_query(waits.then)}"
    return response


def _address_moved(request: HttpRequest, redeemed: Code, waits: Pending) -> HttpResponse:
    account = _still_signed_in(request, redeemed)
    before = signing_in.move_address(account=account, address=redeemed.email)
    if before and before != redeemed.email:
        notices.tell(account=account, what=str(notices.ADDRESS_MOVED), to=before)
    return SeeOther(waits.then)


def _still_me(request: HttpRequest, redeemed: Code, waits: Pending) -> HttpResponse:
    _still_signed_in(request, redeemed)
    signing_in.be_sure(request.session)
    return SeeOther(waits.then)


_PURPOSES = {
    Code.Purpose.SIGN_IN: _signed_in,
    Code.Purpose.NEW_ADDRESS: _address_moved,
    Code.Purpose.STILL_ME: _still_me,
}


def _still_signed_in(request: HttpRequest, redeemed: Code) -> Account:
    """Return the account that the code was asked for, if it is still the one that is signed in."""
    account = redeemed.account
    if account is None or not request.user.is_authenticated or account.pk != request.user.pk:
        raise codes.CodeSpent
    return account


@personal_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session. Staff stay on the desk until they sign out there."""
    response = SeeOther(signing_in.safe_next(request.POST.get("next", ""), reverse("front_page")))
    if request.user.is_authenticated and not works_here(request.user):
        get_adapter().logout(request)
    readers.take_sign(response)
    return response


@signed_in_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The account's own page."""
    return render(request, "accounts/home.html", _home(request))


@signed_in_page
@require_POST
def name(request: HttpRequest) -> HttpResponse:
    """Change the name under which one writes."""
    then = signing_in.safe_next(request.POST.get("next", ""), "")
    typed = request.POST.get("name", "")
    # Another instance: what is refused must not stand on the page as if it were so.
    account = Account.objects.get(pk=owner_of(request).pk)
    try:
        naming.rename(account=account, name=typed)
    except Refusal as refusal:
        return refused(request, "accounts/home.html", _home(request) | {"typed": typed, "then": then}, refusal)
    return SeeOther(then or f"{reverse('account')}?saved")


@signed_in_page
@only_if_sure
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Change the address: a code is sent to the new one, and nothing changes until it comes back."""
    account = owner_of(request)
    context = {"address": mailboxes.address_of(account), "typed": request.POST.get("email", "")}
    if request.method != "POST":
        return render(request, "accounts/address.html", context)
    try:
        return pending.ask(
            request,
            address=context["typed"],
            then=reverse("account"),
            purpose=Code.Purpose.NEW_ADDRESS,
            account=account,
        )
    except Refusal as refusal:
        return refused(request, "accounts/address.html", context, refusal)


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def sure(request: HttpRequest) -> HttpResponse:
    """Have somebody prove again who they are, before something important."""
    account = owner_of(request)
    then = signing_in.safe_next(request.POST.get("next") or request.GET.get("next") or "", reverse("account"))
    context = {"address": mailboxes.address_of(account), "then": then}
    if request.method != "POST":
        return render(request, "accounts/sure.html", context)
    try:
        return pending.ask(
            request, address=context["address"], then=then, purpose=Code.Purpose.STILL_ME, account=account
        )
    except Refusal as refusal:
        return refused(request, "accounts/sure.html", context, refusal)


@signed_in_page
@only_if_sure
@require_POST
def provider_removal(request: HttpRequest, number: int) -> HttpResponse:
    """Remove the connection with an account elsewhere."""
    account = owner_of(request)
    get_object_or_404(SocialAccount, pk=number, user=account).delete()
    notices.tell(account=account, what=str(notices.PROVIDER_REMOVED))
    return SeeOther(reverse("account"))


@personal_page
@require_safe
def me(request: HttpRequest) -> HttpResponseBase:
    """Who is signed in, for the script of a comment form: a small piece of HTML, empty for nobody."""
    account = readers.account_of_request(request)
    response = render(request, "accounts/_me.html", {"account": account})
    if account is None:
        readers.take_sign(response)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _home(request: HttpRequest) -> dict[str, Any]:
    account = owner_of(request)
    return {
        "account": account,
        "address": mailboxes.address_of(account),
        "passkeys": of_account(account),
        "connected": providers.connected(account),
        "providers": providers.offered(),
        "then": signing_in.safe_next(request.GET.get("next", ""), ""),
        "saved": "saved" in request.GET,
        "refusal": None,
    }


def _next_query(then: str) -> str:
    return urlencode({"next": then}) if then != reverse("account") else "welcome"
