"""Reading long discussions, in one thread of one process: ``python -m bench.reading PATH SHORT [--rounds N]``.

Runs in the site folder that ``STANDFIRST_SITE`` names, on the long thread of the story at PATH and the short one of the
story at SHORT, and prints one line of JSON. Times are CPU time of this process in milliseconds, medians; what the
database does in a process of its own (PostgreSQL) comes on top in "clock_ms".
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
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


def timed(*each: Callable[[], object], rounds: int) -> list[dict[str, float]]:
    """Return the medians of CPU and clock time of each, done in turn: a moment in which all is slow is one for all."""
    cpu: list[list[float]] = [[] for _ in each]
    clock: list[list[float]] = [[] for _ in each]
    for number in range(WARM_UP + rounds):
        for place, do in enumerate(each):
            began, began_clock = time.process_time(), time.perf_counter()
            do()
            if number >= WARM_UP:
                cpu[place].append((time.process_time() - began) * 1000)
                clock[place].append((time.perf_counter() - began_clock) * 1000)
    return [{"cpu_ms": median(spent), "clock_ms": median(went)} for spent, went in zip(cpu, clock, strict=True)]


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


def first_pages(paths: Sequence[str], rounds: int) -> list[dict[str, Any]]:
    """Return what the first pages of threads take, from nothing."""
    pages = [Miss(path) for path in paths]
    told = []
    for miss in pages:
        with CaptureQueriesContext(connection) as queries:
            html = miss.thread()
        told.append({"queries": len(queries), "bytes": len(html)})

    def again(miss: Miss) -> None:
        miss.times.cache_clear()
        miss.thread()

    taken = timed(*(partial(again, miss) for miss in pages), rounds=rounds)
    return [figures | facts for figures, facts in zip(taken, told, strict=True)]


def story_pages(paths: Sequence[str], rounds: int) -> list[dict[str, float]]:
    """Return what whole pages take that nobody has asked for yet, on a running site."""

    def again(miss: Miss) -> None:
        miss.forget_this_story()
        miss.everything()

    return timed(*(partial(again, Miss(path)) for path in paths), rounds=rounds)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="bench.reading", description=__doc__)
    parser.add_argument("path")
    parser.add_argument("short")
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    deep = Deep(chosen.path)
    paths = (chosen.path, chosen.short)
    first, first_short = first_pages(paths, chosen.rounds)
    story, story_short = story_pages(paths, chosen.rounds)
    middles = timed(*(deep.asks(order) for order in ORDERS), rounds=chosen.rounds)
    found = {
        "first": first,
        "first_short": first_short,
        "story": story,
        "story_short": story_short,
        "deep": {order.name: taken for order, taken in zip(ORDERS, middles, strict=True)},
        "vendor": connection.vendor,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
