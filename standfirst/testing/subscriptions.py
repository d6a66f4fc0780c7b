"""Makers for what comes again: gifts that are given each month, paid at the rehearsal, and months that pass."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import time_machine
from django.conf import settings

from standfirst.funding.giving import gifts
from standfirst.funding.payments import inbox
from standfirst.funding.providers.protocol import EventRef, Intent
from standfirst.funding.providers.stripe import HANDLED
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.kit.money import Money


def monthly_gift(campaign: Any, minor: int = 2_500, *, interval: str = "month", cover_minor: int = 0) -> Any:
    """Write down that somebody means to give again and again."""
    gift = gifts.start(amount=Money(minor, campaign.currency))
    gift.interval, gift.cover_minor = interval, cover_minor
    gift.save()
    return gift


def paid_at(double: Rehearsal, gift: Any, **how: Any) -> str:
    """Pay ``gift`` on the rehearsal's page; nobody hears of it yet. Returns the session."""
    gifts.payment_page(gift)
    gift.refresh_from_db()
    with double.state.change():
        double.bank.pay(gift.session_ref, **how)
    return str(gift.session_ref)


def subscribed(double: Rehearsal, campaign: Any, minor: int = 2_500, **how: Any) -> Any:
    """Begin a gift that comes again, pay it, and have the site hear of it."""
    interval = how.pop("interval", "month")
    gift = monthly_gift(campaign, minor, interval=interval)
    paid_at(double, gift, **how)
    hear_all(double)
    gift.refresh_from_db()
    return gift.subscription


def hear_all(double: Rehearsal) -> list[str]:
    """Have the site hear every message that it has not heard, in order; returns the state of each."""
    with double.state.change():
        double.bank.catch_up()
    states = []
    for event in reversed(double.state.of_kind("event", most=100_000)):
        known = double.bank.ground.notes(event["id"])
        if known.get("heard") or event["type"] not in HANDLED:
            continue
        ref = EventRef(event_id=event["id"], type=event["type"], object_ref=event["data"]["object"]["id"])
        states += [inbox.process(event_pk) for event_pk in inbox.receive(provider="stripe", messages=[ref])]
        with double.state.change():
            double.bank.ground.note(event["id"], heard=True)
    return states


@contextmanager
def starting(moment: datetime) -> Iterator[Any]:
    """Stop the clock at ``moment``; the traveller that is handed out moves it on."""
    with time_machine.travel(moment, tick=False) as traveller:
        yield traveller


def pass_by(traveller: Any, double: Rehearsal, until: datetime) -> list[str]:
    """Move the clock to ``until``; what falls due is billed on the way, and heard in the end."""
    traveller.move_to(until)
    return hear_all(double)


def intent_of(minor: int = 2_500, currency: str = "USD", **wishes: Any) -> Intent:
    """Return an intent that no row stands behind."""
    standard: dict[str, Any] = {
        "public_id": uuid.uuid4(),
        "charged": Money(minor, currency),
        "interval": "once",
        "description": "Gift: the fund",
        "success_url": f"{settings.STANDFIRST.url}/thanks/",
        "cancel_url": f"{settings.STANDFIRST.url}/cancelled/",
        "started_at": clock.now(),
    }
    return Intent(**standard | wishes)
