"""Reads a month of many gifts in one process: ``python -m bench.month_read`` in a site that ``bench.book`` filled."""

import argparse
import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

django.setup()  # the settings are named in the environment

from django.db import connection  # noqa: E402 - Django has to be set up first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from standfirst.accounts.models import Account  # noqa: E402
from standfirst.funding import exports, meter  # noqa: E402
from standfirst.funding.books import totals  # noqa: E402
from standfirst.funding.models import Link, Payment, Period  # noqa: E402


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    period = Period.objects.select_related("campaign").get()
    month = f"{period.first_day:%Y-%m}"
    reader, desk = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    desk.force_login(Account.objects.create_superuser("bench", "bench@example.org", None))
    last, newest = Link.objects.latest("number").number, Payment.objects.latest("pk").pk
    of_desk = f"/desk/months/{period.campaign.slug}/{period.first_day}/"
    asked = [
        ("/funding/", reader, "/funding/"),
        ("the month’s page, first lines", reader, f"/funding/{month}/"),
        ("the month’s page, middle", reader, f"/funding/{month}/?after={last // 2}"),
        ("the month’s page, last lines", reader, f"/funding/{month}/?after={last - 50}"),
        ("desk: gifts, first page", desk, "/desk/gifts/"),
        ("desk: gifts, found by name", desk, "/desk/gifts/?q=Reader+25000"),
        ("desk: the month, newest", desk, of_desk),
        ("desk: the month, oldest", desk, f"{of_desk}?before={newest - newest // 1_000 * 1_000 + 50}"),
        ("desk: supporters", desk, "/desk/supporters/"),
        ("desk: reports", desk, "/desk/funding-reports/"),
    ]
    found = {
        "month": month,
        "meter_ms": timed(meter.read, rounds)[0],
        "meter_queries": timed(meter.read, 1)[1],
        "meter_minor": _raised(),
        "counted_minor": _counted(period),
        "pages": [{"what": what, **_named(timed(_page(client, url), 3))} for what, client, url in asked],
    }
    for name in ("gifts", "payments", "supporters"):
        export: Callable[[], Any] = getattr(exports, name)
        taken = timed(lambda export=export: sum(1 for _line in export()), 1)
        found["pages"].append({"what": f"desk: export of {name}", **_named(taken)})
    print(json.dumps(found))


def _named(taken: tuple[float, int]) -> dict[str, float]:
    return {"ms": taken[0], "queries": taken[1]}


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, int]:
    """Return the median milliseconds and the queries of ``work``; the first time is not counted."""
    with CaptureQueriesContext(connection) as queries:
        work()
    counted, taken = len(queries), []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1_000)
    return median(taken), counted


def _page(client: Client, url: str) -> Callable[[], None]:
    def ask() -> None:
        status = client.get(url).status_code
        if status != 200:
            raise RuntimeError(f"{url}: {status}")

    return ask


def _raised() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


def _counted(period: Period) -> int:
    """What the meter has to show, counted from every transfer again."""
    sums = {
        account: minor
        for (of, _mode, account, currency), minor in totals.counted_again().items()
        if of == period.pk and currency == period.campaign.currency
    }
    return totals.given(period.campaign, sums)


if __name__ == "__main__":
    main()
