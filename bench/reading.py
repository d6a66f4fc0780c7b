"""Reading long discussions, in one thread of one process: ``python -m bench.reading PATH SHORT [--rounds N]``.

Runs in the site folder that ``STANDFIRST_SITE`` names, on the long thread of the story at PATH and the short one of the
story at SHORT, and prints one line of JSON. Times are CPU time of this process in milliseconds, medians; what the
database does in a process of its own (PostgreSQL) comes on top in "clock_ms".
"""

import argparse
import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

django.setup()  # the settings are named in the environment

from django.db import connection  # noqa: E402 - Django has to be set up first
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.miss import Miss  # noqa: E402
from standfirst.discussion import cursors, listing, threads  # noqa: E402
from standfirst.discussion.models import Thread  # noqa: E402

WARM_UP = 5
ORDERS = (cursors.OLDEST, cursors.NEWEST, cursors.MOST_VOTED, cursors.BEST)


def timed(do: Callable[[], object], rounds: int) -> dict[str, float]:
    """Return the median of CPU and clock time of ``do``."""
    cpu, clock = [], []
    for number in range(WARM_UP + rounds):
        began, began_clock = time.process_time(), time.perf_counter()
        do()
        if number >= WARM_UP:
            cpu.append((time.process_time() - began) * 1000)
            clock.append((time.perf_counter() - began_clock) * 1000)
    return {"cpu_ms": median(cpu), "clock_ms": median(clock)}


def deep_place(thread: Thread, order: cursors.Order) -> str:
    """Return the cursor of the page in the middle of ``thread``."""
    among = order.sorted(listing.shown_roots(thread))
    middle = among[among.count() // 2]
    return cursors.write(order, order.place(middle, thread.votes_number))


class Deep:
    """Pages in the middle of a thread, through Django's handler, as the script asks for them."""

    def __init__(self, path: str) -> None:
        self.miss = Miss(path)
        self.thread = threads.thread_of(self.miss.key)

    def asks(self, order: cursors.Order) -> Callable[[], object]:
        """Return what asks for the page in the middle of an order."""
        place = deep_place(self.thread, order)
        path = f"/discussion/threads/{self.thread.key}/page/"
        return lambda: self.answered(path, f"order={order.name}&after={place}")

    def answered(self, path: str, query: str) -> int:
        """Ask once, past all that is stored; return the number of bytes."""
        return len(self.miss.respond(assembled_by_front=True, path=path, query=query))


def first_page(path: str, rounds: int) -> dict[str, Any]:
    """Return what the first page of a thread takes, from nothing."""
    miss = Miss(path)
    with CaptureQueriesContext(connection) as queries:
        html = miss.thread()

    def again() -> None:
        miss.times.cache_clear()
        miss.thread()

    return timed(again, rounds) | {"queries": len(queries), "bytes": len(html)}


def story_page(path: str, rounds: int) -> dict[str, float]:
    """Return what the whole page takes that nobody has asked for yet, on a running site."""
    miss = Miss(path)

    def again() -> None:
        miss.forget_this_story()
        miss.everything()

    return timed(again, rounds)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="bench.reading", description=__doc__)
    parser.add_argument("path")
    parser.add_argument("short")
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    deep = Deep(chosen.path)
    found = {
        "first": first_page(chosen.path, chosen.rounds),
        "first_short": first_page(chosen.short, chosen.rounds),
        "story": story_page(chosen.path, chosen.rounds),
        "story_short": story_page(chosen.short, chosen.rounds),
        "deep": {order.name: timed(deep.asks(order), chosen.rounds) for order in ORDERS},
        "vendor": connection.vendor,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
