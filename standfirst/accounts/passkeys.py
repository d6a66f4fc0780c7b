"""Passkeys: another way into an account, without a code. What stands in them is allauth's affair.

A passkey opens the account of a reader only; staff sign in on the desk.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import Login
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth, flows
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from standfirst.accounts import signing_in
from standfirst.accounts.models import Account
from standfirst.accounts.pages import only_if_sure, owner_of, signed_in_page
from standfirst.accounts.pending import SeeOther
from standfirst.delivery.pages import personal_page
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line

OF_AN_ACCOUNT_MAX = 10  # one for each device that somebody has, and some more
NAME_LENGTH_MAX = 60


class PasskeyRefused(Refusal):
    """What the browser sent is no passkey for this account and this moment."""

    code = "accounts.passkey_refused"
    status = 422
    message = _("This passkey was not accepted, and nothing was changed. Please try again.")


class TooManyPasskeys(Refusal):
    """More passkeys than anybody has devices."""

    code = "accounts.too_many_passkeys"
    status = 409
    message = _("Your account has as many passkeys as it can have. Please remove one first.")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


def of_account(account: Account) -> list[Passkey]:
    """Return the passkeys of ``account``, oldest first. One query."""
    rows = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).order_by("created_at", "id")
    return [Passkey(row.pk, row.data.get("name", ""), row.created_at, row.last_used_at) for row in rows]


@signed_in_page
@only_if_sure
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a passkey: a form that its script sends twice, to ask what to make it of and with what the device made."""
    account = owner_of(request)
    if len(of_account(account)) >= OF_AN_ACCOUNT_MAX:
        raise TooManyPasskeys
    if request.method != "POST":
        return render(request, "accounts/passkey.html")
    if _begins(request):
        return JsonResponse(auth.begin_registration(account, passwordless=True))
    typed = clean_line(request.POST.get("name", ""))[:NAME_LENGTH_MAX]
    form = AddWebAuthnForm(
        {"name": typed, "credential": request.POST.get("credential", ""), "passwordless": "on"}, user=account
    )
    if not _is_good(form):
        raise PasskeyRefused
    flows.add_authenticator(request, name=form.cleaned_data["name"], credential=form.cleaned_data["credential"])
    return SeeOther(reverse("account"))


@signed_in_page
@only_if_sure
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a passkey."""
    passkey = get_object_or_404(Authenticator, pk=number, user=owner_of(request), type=Authenticator.Type.WEBAUTHN)
    flows.remove_authenticator(request, passkey)
    return SeeOther(reverse("account"))


@personal_page
@require_POST
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in: the form asks for a challenge first, then brings what the device says to it."""
    limited: HttpResponseBase | None = ratelimit.consume_or_429(request, app="allauth.mfa", action="webauthn_login")
    if limited is not None:
        return limited
    if _begins(request):
        return JsonResponse(auth.begin_authentication(user=None))
    form = LoginWebAuthnForm({"credential": request.POST.get("credential", "")})
    then = signing_in.safe_next(request.POST.get("next", ""), reverse("account"))
    if not _is_good(form):
        return HttpResponseRedirect(f"{reverse('account_login')}?passkey=failed")
    passkey = form.cleaned_data["credential"]
    login = Login(user=passkey.user, redirect_url=then)
    answer: HttpResponseBase = flows.perform_passwordless_login(request, passkey, login)
    return answer


def _begins(request: HttpRequest) -> bool:
    """Say whether the script asks for a challenge. By POST, as it is noted in the session, and a GET writes nothing."""
    return request.POST.get("begin") == "yes"


def _is_good(form: Any) -> bool:
    """Say whether ``form`` holds what a device made; nonsense from elsewhere is none."""
    try:
        return bool(form.is_valid())
    except (ValueError, TypeError, KeyError, AttributeError):  # what lies deeper in the sent JSON is not looked at
        return False
