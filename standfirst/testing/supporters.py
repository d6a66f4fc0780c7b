"""Makers of supporters: gifts with a name and an address, gifts that come again, and the way onto their page."""

import re
from typing import Any

from django.test import Client

from standfirst.funding.payments import counting
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.mail import enclosures
from standfirst.mail.models import Letter
from standfirst.testing.funding import paid_facts, started_gift
from standfirst.testing.subscriptions import subscribed


def given(campaign: Any, minor: int = 2_500, *, email: str = "ada@example.org", **wishes: Any) -> Any:
    """Return the payment of an online gift. ``wishes`` are those of the form, and ``charge`` for the charge."""
    charge = wishes.pop("charge", {})
    gift = started_gift(campaign, minor, **wishes)
    return counting.apply(facts=paid_facts(gift, email=email, charge=charge)).payments.get()


def regular(double: Rehearsal, campaign: Any, minor: int = 1_000, *, email: str = "ada@example.org") -> Any:
    """Return a gift that comes again each month, with its first payment, all of it at the rehearsal's service."""
    return subscribed(double, campaign, minor, email=email)


def link_in(letter: Letter) -> str:
    """Return the path of the link that a letter would carry if it were sent now."""
    words = enclosures.build(letter.kind, letter.reference, letter.to).words
    return re.sub(r"^https?://[^/]+", "", words["link"])


def client() -> Client:
    """Return a browser of a reader."""
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


def signed_in(email: str = "ada@example.org") -> Client:
    """Return a browser whose owner asked for a link, got it, and opened the page."""
    browser = client()
    browser.post("/support/me/links/", {"email": email})
    letter = Letter.objects.get(kind="supporter_link", to=email)
    browser.post("/support/me/session/", {"token": link_in(letter).rstrip("/").rpartition("/")[2]})
    letter.delete()  # another browser may ask for the same address in the same test
    return browser
