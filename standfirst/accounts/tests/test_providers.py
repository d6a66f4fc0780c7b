"""Signing in through an account elsewhere: what its server says of an address is never taken."""

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings as configured
from django.test import Client

from standfirst.accounts import mailboxes
from standfirst.accounts.models import Account
from standfirst.accounts.urls import of_provider
from standfirst.mail.models import Letter
from standfirst.testing.accounts import a_client, a_reader, code_for, signs_in
from standfirst.testing.discussion import a_moderator
from standfirst.testing.openid import OpenId, served, state_of
from standfirst.web import sign_in_providers
from standfirst.web import urls as web_urls

pytestmark = pytest.mark.django_db
BEGIN = "/account/providers/openid/begin/"


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[OpenId]:
    """A provider that is switched on, as the settings would do it."""
    with served() as server:
        provider = sign_in_providers.openid("Elsewhere", server.url, "us", "secret")
        settings.STANDFIRST = replace(configured.STANDFIRST, providers=(provider,))
        settings.SOCIALACCOUNT_PROVIDERS = {provider.module: provider.app}
        settings.ROOT_URLCONF = ModuleType("urls_with_a_provider")
        settings.ROOT_URLCONF.urlpatterns = [*of_provider(provider), *web_urls.urlpatterns]
        registry.register(OpenIDConnectProvider)
        yield server
    registry.provider_map.pop(OpenIDConnectProvider.id)


def comes_back(client: Client, server: OpenId, **person: Any) -> Any:
    """Send a browser to the server and have it come back as ``person``."""
    server.person = person
    sent = client.post(BEGIN)
    assert sent["Location"].startswith(f"{server.url}/authorize?")
    return client.get(f"/account/providers/openid/back/?code=x&state={state_of(sent['Location'])}")


def who(client: Client) -> Account | None:
    answer = client.get("/account/")
    return answer.context["account"] if answer.status_code == 200 else None


@pytest.mark.parametrize("verified", [True, False])
def test_whoever_comes_for_the_first_time_proves_the_address_and_is_let_in_directly_afterwards(
    elsewhere: OpenId, verified: bool
) -> None:
    client = a_client()
    answer = comes_back(client, elsewhere, sub="7", email="ines@mail.test", email_verified=verified)
    assert answer["Location"] == "/account/code/"
    assert not Account.objects.exists()

    client.post("/account/code/", {"code": code_for("ines@mail.test")})
    again = a_client()
    comes_back(again, elsewhere, sub="7", email="changed@elsewhere.test", email_verified=True)

    assert who(client) == who(again) == Account.objects.get()
    assert mailboxes.address_of(Account.objects.get()) == "ines@mail.test"


def test_a_provider_that_claims_somebodys_address_opens_nothing_of_theirs(elsewhere: OpenId) -> None:
    victim = a_reader(email="victim@mail.test")
    attacker = a_client()

    comes_back(attacker, elsewhere, sub="666", email="victim@mail.test", email_verified=True)
    attacker.post("/account/code/", {"code": "BBBB-BBBB"})

    assert who(attacker) is None
    assert not SocialAccount.objects.filter(user=victim).exists()


def test_the_same_address_at_two_providers_is_one_account_once_both_were_proven(elsewhere: OpenId) -> None:
    reader = a_reader(email="ines@mail.test")
    for number in ("1", "2"):
        client = a_client()
        comes_back(client, elsewhere, sub=number, email="ines@mail.test", email_verified=True)
        client.post("/account/code/", {"code": code_for("ines@mail.test")})
        assert who(client) == reader

    assert SocialAccount.objects.filter(user=reader).count() == 2
    assert EmailAddress.objects.filter(email="ines@mail.test").count() == 1


def test_an_account_elsewhere_without_an_address_is_asked_for_one(elsewhere: OpenId) -> None:
    client = a_client()

    answer = comes_back(client, elsewhere, sub="8")
    assert b"One more step" in client.get(answer["Location"]).content
    client.post("/account/sign-in/", {"email": "ole@mail.test", "provider": "waits"})
    client.post("/account/code/", {"code": code_for("ole@mail.test")})

    assert SocialAccount.objects.get(uid="8").user == who(client)


def test_whoever_signs_in_later_in_the_same_browser_is_not_connected_with_what_another_began(elsewhere: OpenId) -> None:
    client = a_client()
    comes_back(client, elsewhere, sub="9", email="first@mail.test")

    signs_in(client, "second@mail.test")

    assert mailboxes.owner("second@mail.test") == who(client)
    assert not SocialAccount.objects.exists()


def test_coming_back_with_anothers_or_no_state_lets_nobody_in(elsewhere: OpenId) -> None:
    elsewhere.person = {"sub": "1", "email": "ines@mail.test"}
    attacker, victim = a_client(), a_client()
    state = state_of(attacker.post(BEGIN)["Location"])

    victim.get(f"/account/providers/openid/back/?code=x&state={state}")
    victim.get("/account/providers/openid/back/?code=x")

    assert who(victim) is None
    assert not Letter.objects.exists()


def test_a_sign_in_elsewhere_begins_by_a_press_on_our_own_page_alone(elsewhere: OpenId) -> None:
    client = a_client()

    by_link = client.get(BEGIN)
    from_elsewhere = client.post(BEGIN, headers={"Sec-Fetch-Site": "cross-site"})
    ours = client.get("/account/sign-in/")

    assert (by_link.status_code, from_elsewhere.status_code) == (200, 403)
    assert b"Sign in with Elsewhere" in ours.content
    assert f"form-action 'self' {elsewhere.url};" in ours["Content-Security-Policy"]


def test_a_connection_with_staff_opens_nothing(elsewhere: OpenId) -> None:
    moderator = a_moderator()
    SocialAccount.objects.create(user=moderator, provider="openid", uid="5")
    client = a_client()

    answer = comes_back(client, elsewhere, sub="5", email="nora@mail.test", email_verified=True)

    assert answer.status_code == 403
    assert who(client) is None


def test_a_connection_is_removed_by_its_owner_alone(elsewhere: OpenId) -> None:
    reader, other = a_reader(), a_reader()
    connection = SocialAccount.objects.create(user=reader, provider="openid", uid="5")

    assert a_client(other).post(f"/account/providers/{connection.pk}/removal/").status_code == 404
    assert a_client(reader).post(f"/account/providers/{connection.pk}/removal/").status_code == 303
    assert not SocialAccount.objects.exists()


def test_without_settings_no_provider_is_offered_and_none_has_an_address() -> None:
    client = a_client()

    assert b"Sign in with " not in client.get("/account/sign-in/").content.replace(b"Sign in with a passkey", b"")
    assert client.post("/account/providers/google/begin/").status_code in {404, 405}
