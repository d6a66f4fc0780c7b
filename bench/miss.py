"""What a story page costs that nobody has asked for yet: ``python -m bench.miss /2026/11/market-street/``.

Runs in the site folder that ``STANDFIRST_SITE`` names and prints one line of JSON. Times are CPU
time of this one thread in milliseconds, medians of as many renders as are asked for, each from nothing.
"""

import argparse
import gc
import io
import json
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

ROUNDS = 40
WARM_UP = 5
SITE_WIDE = ("masthead", "footer", "meter", "meter:figure")  # on every page, so a running site has them


def main() -> None:
    """Measure one story."""
    parser = argparse.ArgumentParser(prog="bench.miss", description=__doc__)
    parser.add_argument("path", help="path of a story, such as /2026/11/market-street/")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", action="store_true", help="say afterwards where the time went")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "standfirst.web.settings")

    import django

    django.setup()
    miss = Miss(chosen.path)
    print(json.dumps(miss.measured(chosen.rounds)))
    if chosen.profile:
        miss.profiled()


class Miss:
    """One story, rendered through Django's handler as the front would have it done."""

    def __init__(self, path: str) -> None:
        from standfirst.delivery import fragments
        from standfirst.delivery.handler import Handler
        from standfirst.delivery.store import store
        from standfirst.discussion.models import Thread
        from standfirst.discussion.shown import times

        self.path, self.key = path, Thread.objects.get(url=path).key
        self.handler = Handler()
        gc.collect()
        gc.freeze()  # as the process does that answers requests, see standfirst/web/processes/front.py
        self.store, self.fragments, self.times = store, fragments, times

    def measured(self, rounds: int) -> dict[str, Any]:
        """Return the figures; "all" is with everything forgotten, "running site" has what every page shows."""
        queries, html = self.queries()
        return {
            "story_cpu_ms": cpu_ms(self.story, rounds),
            "thread_cpu_ms": cpu_ms(self.thread, rounds, first=self.times.cache_clear),
            "running_site_cpu_ms": cpu_ms(self.everything, rounds, first=self.forget_this_story),
            "all_cpu_ms": cpu_ms(self.everything, rounds, first=self.forget),
            "queries": queries,
            "comments_shown": html.count(b"data-comment="),
            "bytes": len(html),
        }

    def forget(self) -> None:
        """Forget everything that was rendered; compiled templates and moulds stay."""
        self.store.forget_everything()
        self.times.cache_clear()

    def forget_this_story(self) -> None:
        """Forget everything but what every page of the site shows: nobody has asked for this story yet."""
        self.forget()
        self.store.fragments(SITE_WIDE)

    def everything(self) -> bytes:
        """Render the page with all its fragments."""
        return self.respond(assembled_by_front=False)

    def story(self) -> bytes:
        """Render the story and its frame, with holes."""
        return self.respond(assembled_by_front=True)

    def thread(self) -> bytes:
        """Render the thread's first page."""
        return self.fragments.render([f"thread:{self.key}"])[f"thread:{self.key}"].html.encode()

    def respond(self, *, assembled_by_front: bool, path: str = "", query: str = "") -> bytes:
        """Ask once for the page, or for another one."""
        path = path or self.path
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "headers": [(b"host", b"127.0.0.1")],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        answer = self.handler.answer(scope, io.BytesIO())
        assert answer.status == 200, answer.status
        return answer.body if assembled_by_front else self.store.filled(answer.body, position=0)

    def queries(self) -> tuple[int, bytes]:
        """Return how many queries a page from nothing takes, and the page."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.forget()
        with CaptureQueriesContext(connection) as captured:
            html = self.everything()
        return len(captured), html

    def profiled(self) -> None:
        """Print the functions that the time went to."""
        import cProfile
        import pstats

        profile = cProfile.Profile()
        for _ in range(WARM_UP):
            self.forget()
            profile.runcall(self.everything)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def cpu_ms(work: Callable[[], Any], rounds: int, *, first: Callable[[], None] = lambda: None) -> float:
    """Return the median CPU time of ``work`` in milliseconds; ``first`` comes before each and is not counted."""
    spent = []
    for number in range(WARM_UP + rounds):
        first()
        gc.collect() if number == WARM_UP else None
        begun = time.process_time()
        work()
        spent += [time.process_time() - begun] if number >= WARM_UP else []
    return round(median(spent) * 1000, 2)


if __name__ == "__main__":
    main()
