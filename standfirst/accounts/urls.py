"""The addresses of readers' accounts. Some have the names by which allauth asks for them."""

from typing import Any

from allauth.socialaccount import views as social
from django.conf import settings
from django.urls import URLPattern, path
from django.utils.module_loading import import_string

from standfirst.accounts import passkeys, views
from standfirst.delivery.pages import personal_page

urlpatterns: list[URLPattern] = [
    path("account/", views.home, name="account"),
    path("account/sign-in/", views.sign_in, name="account_login"),
    path("account/code/", views.code, name="account_code"),
    path("account/sign-out/", views.sign_out, name="account_logout"),
    path("account/name/", views.name, name="account_name"),
    path("account/address/", views.address, name="account_address"),
    path("account/sure/", views.sure, name="account_sure"),
    path("account/me/", views.me, name="account_me"),
    path("account/passkeys/", passkeys.add, name="account_passkeys"),
    path("account/passkeys/sign-in/", passkeys.sign_in, name="account_passkey_sign_in"),
    path("account/passkeys/<int:number>/removal/", passkeys.remove, name="account_passkey_removal"),
    path("account/providers/<int:number>/removal/", views.provider_removal, name="account_provider_removal"),
    path("account/providers/cancelled/", personal_page(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("account/providers/failed/", personal_page(social.login_error), name="socialaccount_login_error"),
]


def of_provider(provider: Any) -> list[URLPattern]:
    """Return the addresses at which a sign-in with ``provider`` begins, and to which it comes back."""
    views_of = f"allauth.socialaccount.providers.{provider.module}.views"
    is_openid = provider.module == "openid_connect"  # whose views serve several servers, so they are told which
    name = "openid_connect" if is_openid else provider.id
    route = "account/providers/<str:provider_id>/" if is_openid else f"account/providers/{provider.id}/"
    begin, back = ("login", "callback") if is_openid else ("oauth2_login", "oauth2_callback")
    return [
        path(f"{route}begin/", personal_page(import_string(f"{views_of}.{begin}")), name=f"{name}_login"),
        path(f"{route}back/", personal_page(import_string(f"{views_of}.{back}")), name=f"{name}_callback"),
    ]


for _provider in settings.STANDFIRST.providers:
    urlpatterns += of_provider(_provider)
