"""What posting a comment and voting cost: ``python -m bench.post /2026/11/market-street/``.

Writes into the site folder that ``STANDFIRST_SITE`` names: run it on a copy. Prints one line of JSON:
means in milliseconds, of CPU time of this one thread and of wall time, for whole requests.
"""

import argparse
import gc
import io
import json
import os
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

ROUNDS = 60
WARM_UP = 10


def main() -> None:
    """Measure one story's thread."""
    parser = argparse.ArgumentParser(prog="bench.post", description=__doc__)
    parser.add_argument("path", help="path of a story, such as /2026/11/market-street/")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", action="store_true", help="say afterwards where the time went")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "standfirst.web.settings")

    import django

    django.setup()
    poster = Poster(chosen.path)
    figures = {
        "post": poster.figures(poster.post, chosen.rounds),
        "answer": poster.figures(poster.answer, chosen.rounds),
        "vote": poster.figures(poster.vote, chosen.rounds),
    }
    print(json.dumps(figures))
    if chosen.profile:
        poster.profiled()


class Poster:
    """Readers who write through Django's handler, each from an address of their own."""

    def __init__(self, path: str) -> None:
        from standfirst.delivery.handler import Handler
        from standfirst.discussion.models import Comment, Thread

        self.thread = Thread.objects.get(url=path)
        published = Comment.objects.filter(thread=self.thread, state="published").order_by("id")
        self.ids = list(published.values_list("id", flat=True)[:500])
        self.handler = Handler()
        self.number = 0

    def post(self) -> None:
        """Post a comment."""
        self.send(f"/discussion/threads/{self.thread.key}/comments/", **self.words())

    def answer(self) -> None:
        """Post an answer."""
        parent = self.ids[self.number % len(self.ids)]
        self.send(f"/discussion/threads/{self.thread.key}/comments/", parent=str(parent), **self.words())

    def vote(self) -> None:
        """Vote for a comment."""
        self.send(f"/discussion/comments/{self.ids[self.number % len(self.ids)]}/votes/", vote="up")

    def words(self) -> dict[str, str]:
        """Return what one reader types."""
        said = f"Remark {self.number} at {time.time()}: *nobody* asked us, see https://example.org/{self.number}."
        return {"name": f"Reader {self.number}", "text": said}

    def send(self, path: str, **form: str) -> None:
        """Send a form, as a script would."""
        self.number += 1
        body = urlencode(form).encode()
        address = f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": path,
            "raw_path": path.encode(), "query_string": b"", "client": (address, 1), "server": ("127.0.0.1", 80),
            "headers": [
                (b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1"), (b"accept", b"application/json"),
                (b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", str(len(body)).encode()),
            ],
        }  # fmt: skip
        response = self.handler.respond(scope, io.BytesIO(body))
        assert response.status_code in {200, 201}, (response.status_code, response.content)

    def figures(self, work: Callable[[], None], rounds: int) -> dict[str, Any]:
        """Return CPU and wall time and the number of queries of ``work``."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        for _ in range(WARM_UP):
            work()
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(rounds):
            work()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        with CaptureQueriesContext(connection) as captured:
            work()
        return {"cpu_ms": mean_ms(cpu, rounds), "wall_ms": mean_ms(wall, rounds), "queries": len(captured)}

    def profiled(self) -> None:
        """Print the functions that the time went to."""
        import cProfile
        import pstats

        profile = cProfile.Profile()
        for _ in range(WARM_UP):
            profile.runcall(self.answer)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def mean_ms(seconds: float, rounds: int) -> float:
    """Return the mean in milliseconds."""
    return round(seconds / rounds * 1000, 2)


if __name__ == "__main__":
    main()
