"""The addresses of readers' accounts. Some have the names by which allauth asks for them."""

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

for _provider in settings.STANDFIRST.providers:
    _views = f"allauth.socialaccount.providers.{_provider.module}.views"
    _openid = _provider.module == "openid_connect"
    _names = (
        ("openid_connect_login", "openid_connect_callback")
        if _openid
        else (
            f"{_provider.id}_login",
            f"{_provider.id}_callback",
        )
    )
    _route = "account/providers/<str:provider_id>/" if _openid else f"account/providers/{_provider.id}/"
    _begin, _back = ("login", "callback") if _openid else ("oauth2_login", "oauth2_callback")
    urlpatterns += [
        path(f"{_route}begin/", personal_page(import_string(f"{_views}.{_begin}")), name=_names[0]),
        path(f"{_route}back/", personal_page(import_string(f"{_views}.{_back}")), name=_names[1]),
    ]
