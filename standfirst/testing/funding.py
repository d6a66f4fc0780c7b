"""Makers for funding: campaigns, gifts, paid gifts, a running rehearsal. They call the real verbs."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import override_settings

from standfirst.funding import campaigns
from standfirst.funding.giving import gifts
from standfirst.funding.payments import counting, inbox
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Charge, EventRef, Facts, RefundFacts
from standfirst.funding.rehearsal import keys
from standfirst.funding.rehearsal.chaos import Chaos
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.kit.money import Money

_numbers = itertools.count(1)
FACT_TABLES = (
    "funding_disputestep",
    "funding_link",
    "funding_transfer",
    "funding_receipt",
    "funding_yearstatement",
    "funding_payment",
    "funding_closing",
    "funding_period",
)
AROUND_FACTS = (  # rows that name a fact
    "funding_correction",
    "funding_refund",
    "funding_dispute",
    "funding_bankline",
    "funding_total",
    "funding_verifiedhead",
)


def make_campaign(**wishes: Any) -> Any:
    """Create a monthly campaign in USD with a goal of 5,000, in New York; ``wishes`` replace any of it."""
    standard: dict[str, Any] = {
        "slug": f"fund-{next(_numbers)}",
        "name": "The fund",
        "currency": "USD",
        "tz": "America/New_York",
        "goal_minor": 500_000,
    }
    return campaigns.create(**standard | wishes)


def paid_gift(campaign: Any, minor: int, *, on: date | None = None, **wishes: Any) -> Any:
    """Record an offline gift of ``minor`` units, received on the local day ``on`` (default: today)."""
    given = {"reference": f"slip-{next(_numbers)}"} | wishes
    return gifts.record_offline(
        campaign=campaign,
        amount=Money(minor, campaign.currency),
        received_on=on or clock.local_date(campaign.zone),
        **given,
    )


def started_gift(campaign: Any, minor: int = 2_500, **wishes: Any) -> Any:
    """Write down a gift that somebody means to pay online."""
    return gifts.start(amount=Money(minor, campaign.currency), **{"campaign": campaign} | wishes)


def paid_facts(gift: Any, **wishes: Any) -> Facts:
    """Return what a provider says of ``gift`` once it is paid. ``charge`` may hold wishes for the charge."""
    charge = {"ref": f"ch_{gift.pk}", "amount": gift.money, "paid_at": clock.now()} | wishes.pop("charge", {})
    said = {
        "provider": "stripe",
        "state": "paid",
        "live": gift.mode == "live",
        "gift_id": gift.public_id,
        "site": registry.site_mark(),
        "charge": Charge(**charge),
    }
    return Facts(**said | wishes)


def refund_facts(ref: str, amount: Money, state: Any = "done") -> RefundFacts:
    """Return what a provider says of a refund."""
    return RefundFacts(ref=ref, amount=amount, state=state, at=clock.now())


def charged_gift(campaign: Any, minor: int = 2_500, **wishes: Any) -> Any:
    """Start a gift and apply the facts that say it is paid, as the inbox does."""
    gift = counting.apply(facts=paid_facts(started_gift(campaign, minor), **wishes))
    return gift.payments.get()


def message(event_id: str, about: str, kind: str = "checkout.session.completed") -> int:
    """Put a verified message into the inbox; return its id."""
    ref = EventRef(event_id=event_id, type=kind, object_ref=about)
    return inbox.receive(provider="stripe", messages=[ref])[0]


@contextmanager
def rehearsing(
    folder: Path, *, webhook_url: str = "http://127.0.0.1:9/", chaos: Chaos | None = None, port: int = 0
) -> Iterator[Rehearsal]:
    """Run our double of Stripe and point the site's settings at it."""
    double = Rehearsal(
        port=port,
        webhook_url=webhook_url,
        data=folder / "rehearsal.sqlite3",
        secrets=keys.derived(settings.SECRET_KEY),
        chaos=chaos,
    )
    double.start()
    configuration = dataclass_with(settings.STANDFIRST, rehearsal_url=double.url, mode="rehearsal")
    try:
        with override_settings(STANDFIRST=configuration):
            yield double
    finally:
        double.stop()


def dataclass_with(configuration: Any, **changes: Any) -> Any:
    """Return the site's configuration with some of it changed."""
    values = {name: getattr(configuration, name) for name in type(configuration).__dataclass_fields__}
    return type(configuration)(**values | changes)


def together(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run ``jobs`` at the same moment, a thread each; return what each returned or raised."""
    gate = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(number: int, job: Callable[[], Any]) -> None:
        try:
            gate.wait()
            results[number] = job()
        except Exception as error:  # noqa: BLE001 - handed to the test, which looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def wait_until(condition: Callable[[], Any], *, seconds_max: int = 10) -> Any:
    """Return what ``condition`` returns once it is true; AssertionError if that takes too long."""
    end = time.monotonic() + timedelta(seconds=seconds_max).total_seconds()
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(timedelta(milliseconds=20).total_seconds())
    raise AssertionError(f"not within {seconds_max} s: {condition}")


def forget_the_books() -> None:
    """Empty the tables whose rows nobody may delete, so that a test database can be flushed."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            tables = ", ".join(FACT_TABLES)
            for table in FACT_TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {tables}, {', '.join(AROUND_FACTS)} CASCADE")
            for table in FACT_TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        places = ", ".join(["%s"] * len(FACT_TABLES))
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({places})",  # noqa: S608
            FACT_TABLES,
        )
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        for table in dict.fromkeys((FACT_TABLES[0], *AROUND_FACTS, *FACT_TABLES)):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        for _name, sql in triggers:
            cursor.execute(sql)
