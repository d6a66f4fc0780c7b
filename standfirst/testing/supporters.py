"""Makers of supporters: gifts with a name and an address, gifts that come again, and the way onto their page."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from standfirst.funding import payments, recurring
from standfirst.funding.models import Interval, Subscription, Terms
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.mail import enclosures
from standfirst.mail.models import Letter
from standfirst.testing.funding import paid_facts, started_gift

_numbers = itertools.count(1)


def given(campaign: Any, minor: int = 2_500, *, email: str = "ada@example.org", **wishes: Any) -> Any:
    """Return the payment of an online gift. ``wishes`` are those of the form, and ``charge`` for the charge."""
    charge = wishes.pop("charge", {})
    gift = started_gift(campaign, minor, **wishes)
    return payments.apply(facts=paid_facts(gift, email=email, charge=charge)).payments.get()


def regular(campaign: Any, minor: int = 1_000, *, email: str = "ada@example.org", **wishes: Any) -> Any:
    """Return a subscription with its first payment; ``wishes`` replace what it says of itself."""
    gift = given(campaign, minor, email=email).gift
    type(gift).objects.filter(pk=gift.pk).update(interval=Interval.MONTH)
    gift.refresh_from_db()
    standard: dict[str, Any] = {
        "provider": gift.provider,
        "provider_ref": f"sub_{next(_numbers)}",
        "customer_ref": "cus_1",
        "started_at": clock.now(),
        "next_at": clock.now() + timedelta(days=30),
        "card_brand": "visa",
        "card_last4": "4242",
        "card_expires_on": date(2031, 1, 31),
        "seen_at": clock.now(),
    }
    made = Subscription.objects.create(gift=gift, **standard | wishes)
    Terms.objects.create(subscription=made, amount_minor=minor, set_at=clock.now())
    return made


class ByHand:
    """Changes regular gifts in the database alone, as if the payment service had said yes."""

    def change_amount(self, *, subscription: Subscription, amount: Money, by: Any = None) -> None:
        """Give another amount."""
        Terms.objects.create(subscription=subscription, amount_minor=amount.minor, set_at=clock.now())

    def skip_month(self, *, subscription: Subscription, by: Any = None) -> None:
        """Leave one out."""
        after = (subscription.next_at or clock.now()) + timedelta(days=30)
        Subscription.objects.filter(pk=subscription.pk).update(next_at=after)

    def pause(self, *, subscription: Subscription, resumes_at: datetime | None, by: Any = None) -> None:
        """Rest."""
        Subscription.objects.filter(pk=subscription.pk).update(status=Subscription.Status.PAUSED, resumes_at=resumes_at)

    def resume(self, *, subscription: Subscription, by: Any = None) -> None:
        """Go on."""
        Subscription.objects.filter(pk=subscription.pk).update(status=Subscription.Status.ACTIVE, resumes_at=None)

    def cancel(self, *, subscription: Subscription, by: Any = None) -> None:
        """End."""
        Subscription.objects.filter(pk=subscription.pk).update(
            status=Subscription.Status.CANCELLED, ended_at=clock.now()
        )

    def card_page(self, subscription: Subscription, return_url: str) -> str:
        """Return where a card is entered."""
        return f"http://127.0.0.1:8001/portal/{subscription.customer_ref}"


@contextmanager
def carried_out_by_hand() -> Iterator[None]:
    """Let ``ByHand`` change regular gifts meanwhile."""
    recurring.carried_out_by(ByHand())
    try:
        yield
    finally:
        recurring.leave()


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
