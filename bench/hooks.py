"""Gifts that are paid at the rehearsal's payment service, and nobody has told the site: ``python -m bench.hooks``.

``pay COUNT`` makes them and prints the signed messages' secret and what they are about; ``booked COUNT`` waits until so
many messages are, and prints when that was; ``counted`` prints what the site made of them.
"""

import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()  # the settings are named in the environment

from django.conf import settings  # noqa: E402 - Django has to be set up first

from standfirst.funding import campaigns  # noqa: E402
from standfirst.funding.books import checking  # noqa: E402
from standfirst.funding.giving import gifts  # noqa: E402
from standfirst.funding.models import Payment, ProviderEvent, Transfer  # noqa: E402
from standfirst.funding.rehearsal import keys  # noqa: E402
from standfirst.funding.rehearsal.server import Rehearsal  # noqa: E402
from standfirst.kit.money import Money  # noqa: E402

LOOK_SECONDS = 0.1  # a look costs the machine that is measured a millisecond


def pay(count: int) -> dict[str, Any]:
    """Start and pay ``count`` gifts."""
    data = Path(settings.DATA_FOLDER) / "rehearsal.sqlite3"
    secrets = keys.derived(settings.SECRET_KEY)
    port = urlsplit(settings.STANDFIRST.rehearsal_url).port or 0
    double = Rehearsal(port=port, webhook_url="http://127.0.0.1:9/", data=data, secrets=secrets)
    double.start()
    if campaigns.current() is None:
        campaigns.create(slug="hooks", name="Hooks", currency="USD", tz="UTC", goal_minor=10**9)
    currency = campaigns.current().currency  # type: ignore[union-attr]
    abouts = []
    try:
        for number in range(count):
            gift = gifts.start(amount=Money(1_000 + number, currency))
            gifts.payment_page(gift)
            gift.refresh_from_db()
            with double.state.change():
                session = double.bank.pay(gift.session_ref)
            intent = double.state.find(session["payment_intent"], "payment_intent")
            charge = intent["latest_charge"] if intent else ""
            abouts.append([session["id"], session["payment_intent"], charge])
    finally:
        double.stop()
    with sqlite3.connect(data) as database:
        database.execute("DELETE FROM deliveries")  # the messages are sent by the measure
    return {"secret": secrets.webhook_secret, "abouts": abouts}


def counted() -> dict[str, Any]:
    """Return what the site has counted."""
    states = ProviderEvent.objects.order_by("state").values_list("state", flat=True)
    return {
        "payments": Payment.objects.filter(provider="stripe").count(),
        "transfers": Transfer.objects.filter(key__startswith="pay:stripe:").count(),
        "states": sorted(set(states)),
        "messages": len(states),
        "broken": [each.rule for each in checking.check()],
    }


def booked(count: int) -> None:
    """Say that we watch, then the moment (monotonic) at which ``count`` messages were done, effects and all."""
    print("ready", flush=True)
    while ProviderEvent.objects.filter(state=ProviderEvent.State.DONE).count() < count:
        time.sleep(LOOK_SECONDS)
    print(time.monotonic())


if __name__ == "__main__" and sys.argv[1] == "booked":
    booked(int(sys.argv[2]))
elif __name__ == "__main__":
    print(json.dumps(pay(int(sys.argv[2])) if sys.argv[1] == "pay" else counted()))
