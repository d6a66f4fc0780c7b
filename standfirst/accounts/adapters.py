"""How allauth is put to use: its passkeys and providers, our codes, our letters, our pages, no passwords.

A provider's word about an address is never taken. Whoever comes from one for the first time proves an
address by a code, as everybody does; only then are the two connected. So it does not matter who claims
what where, nor who made an account with somebody else's address before.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from standfirst.accounts import addresses, mailboxes, notices, pending, readers, signing_in
from standfirst.accounts.models import Account
from standfirst.accounts.staff import works_here
from standfirst.kit.errors import Refusal
from standfirst.mail.house import house


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Have accounts made by codes that come back, and in no other way."""
        return False

    def get_login_stages(self) -> list[str]:
        """Ask for nothing more: a passkey is another way in, not a second lock."""
        return []

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Leave it to ``pages.only_if_sure``, which asks by a code."""
        return False

    def add_message(self, *_: Any, **__: Any) -> None:
        """Say what there is to say on the page itself."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send no letter of allauth's own."""

    def send_notification_mail(self, template_prefix: str, user: Account, *_: Any, **__: Any) -> None:
        """Tell the account's owner, by a letter of ours."""
        if template_prefix in notices.TOLD:
            notices.tell(account=user, what=str(notices.TOLD[template_prefix]))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what limits are counted by; only proxies named in the settings are believed."""
        return addresses.of_request(request) or "unknown"

    def is_safe_url(self, url: str) -> bool:
        """Lead to our own pages only."""
        return bool(url) and signing_in.safe_next(url, "") == url

    def get_login_redirect_url(self, _request: HttpRequest) -> str:
        """Lead to the account's page."""
        return reverse("account")

    def pre_login(self, _request: HttpRequest, user: Account, **_: Any) -> None:
        """Refuse whom only the desk may let in, and nobody at all. StaffAtTheDesk, AccountClosed."""
        if works_here(user):
            raise signing_in.StaffAtTheDesk
        if not user.is_active:
            raise signing_in.AccountClosed

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        """Give the session its length, and the browser its sign."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        request.session.set_expiry(readers.SESSION_SECONDS)
        signing_in.be_sure(request.session)
        readers.hand_sign(response)
        return response


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts elsewhere."""

    def is_open_for_signup(self, _request: HttpRequest, _login: SocialLogin) -> bool:
        """Have accounts made by codes that come back, and in no other way."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in whom the provider has brought before; everybody else proves an address first."""
        if request.user.is_authenticated and works_here(request.user):
            raise signing_in.StaffAtTheDesk
        if sociallogin.is_existing or (sociallogin.state.get("process") == "connect" and request.user.is_authenticated):
            return
        request.session[pending.PROVIDER] = sociallogin.serialize()
        raise ImmediateHttpResponse(_to_the_code(request, sociallogin))

    def get_connect_redirect_url(self, _request: HttpRequest, _account: Any) -> str:
        """Lead to the account's page."""
        return reverse("account")

    def send_notification_mail(self, template_prefix: str, user: Account, *_: Any, **__: Any) -> None:
        """Tell the account's owner, by a letter of ours."""
        AccountAdapter().send_notification_mail(template_prefix, user)


class PasskeyAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Say for which site a passkey is."""
        return {"id": context.request.get_host().partition(":")[0], "name": house().name}

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        """Say whose passkey it is, in the words that their device shows."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        address = mailboxes.address_of(user)
        return entity | {"name": address, "display_name": user.display_name or address}


def _to_the_code(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    stated = next((each.email for each in sociallogin.email_addresses if each.email), "")
    then = signing_in.safe_next(sociallogin.state.get("next") or "", reverse("account"))
    try:
        return pending.ask(request, address=stated, then=then, from_provider=True)
    except Refusal:
        return pending.to_sign_in(then, provider="waits")
