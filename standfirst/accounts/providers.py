"""Accounts elsewhere with which readers may sign in: those that the host has switched on, none by default."""

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.urls import reverse

from standfirst.accounts.models import Account


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that is switched on: its name, and where signing in with it begins."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection of an account with one elsewhere."""

    id: int
    name: str


def offered() -> list[Provider]:
    """Return the providers that are switched on."""
    return [Provider(each.id, each.name, _url(each.id)) for each in settings.STANDFIRST.providers]


def targets() -> tuple[str, ...]:
    """Return the sites to which a form that begins a sign-in is led on, for the page's policy."""
    return tuple(each.origin for each in settings.STANDFIRST.providers)


def connected(account: Account) -> list[Connected]:
    """Return with what ``account`` is connected. One query."""
    names = {each.id: each.name for each in settings.STANDFIRST.providers}
    rows = SocialAccount.objects.filter(user=account).order_by("id")
    return [Connected(row.pk, names.get(row.provider, row.provider)) for row in rows]


def _url(provider: str) -> str:
    if provider == "openid":
        return reverse("openid_connect_login", args=[provider])
    return reverse(f"{provider}_login")
