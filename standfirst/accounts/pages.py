"""Pages for those who are signed in, and what they have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from standfirst.accounts import pending, signing_in
from standfirst.accounts.models import Account
from standfirst.accounts.staff import works_here
from standfirst.delivery.pages import personal_page
from standfirst.kit.errors import Refusal

type Page = Callable[..., HttpResponseBase]


def owner_of(request: HttpRequest) -> Account:
    """Return who is signed in; only on a page that is for them."""
    return cast("Account", request.user)


def signed_in_page(page: Page) -> Page:
    """Show ``page`` to a reader who is signed in; others are led to the sign-in, staff to the desk."""

    @personal_page
    @wraps(page)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return pending.to_sign_in(request.get_full_path() if request.method == "GET" else reverse("account"))
        if works_here(owner_of(request)):
            return render(request, "accounts/staff.html")
        return page(request, *args, **kwargs)

    return shown


def only_if_sure(page: Page) -> Page:
    """Show ``page`` only if the person has proven a moment ago who they are; else have them prove it."""

    @wraps(page)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not signing_in.is_sure(request.session):
            then = request.get_full_path() if request.method == "GET" else reverse("account")
            return HttpResponseRedirect(f"{reverse('account_sure')}?{urlencode({'next': then})}")
        return page(request, *args, **kwargs)

    return shown


def refused(request: HttpRequest, template: str, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    """Show the page again, with what was refused and why."""
    response = render(request, template, context | {"refusal": refusal}, status=refusal.status)
    response.headers["X-Refusal"] = refusal.code
    return response
