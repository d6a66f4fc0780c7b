"""Makers of readers with accounts, and what stands in the codes that they are mailed."""

import itertools
import re

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from standfirst.accounts import codes, naming, signing_in
from standfirst.accounts.models import Account, Code
from standfirst.mail import enclosures
from standfirst.mail.models import Letter

_numbers = itertools.count(1)


def a_reader(name: str = "", *, email: str = "") -> Account:
    """Create the account of a reader whose address is proven, with a name of its own unless one is given."""
    number = next(_numbers)
    account = signing_in.account_for(address=email or f"reader{number}@mail.test")
    return naming.rename(account=account, name=name or f"Reader Number {number}")


def a_client(account: Account | None = None) -> Client:
    """Return a browser, signed in as ``account`` as readers are."""
    client = Client(headers={"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1"})
    if account is not None:
        again = get_user_model().objects.get(pk=account.pk)
        client.force_login(again, backend=settings.AUTHENTICATION_BACKENDS[-1])
        session = client.session
        signing_in.be_sure(session)
        session.save()
    return client


def code_for(email: str) -> str:
    """Return what the newest letter with a code to ``email`` says."""
    letter = Letter.objects.filter(to=email, kind=codes.KIND).latest("pk")
    enclosed = enclosures.build(letter.kind, letter.reference, letter.to).words["code"]
    said = re.search(r"[A-Z]{4}-[A-Z]{4}", letter.text.replace("%%code%%", enclosed))
    if said is None:
        raise AssertionError(letter.text)
    return said[0]


def newest_code(email: str) -> Code:
    """Return the row of the newest code for ``email``."""
    return Code.objects.filter(email=email).latest("asked_at")


def signs_in(client: Client, email: str, *, then: str = "/account/") -> None:
    """Sign ``client`` in, with a code, as a person does."""
    client.post("/account/sign-in/", {"email": email, "next": then})
    client.post("/account/code/", {"code": code_for(email.lower())})
