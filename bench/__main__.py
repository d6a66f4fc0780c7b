"""Runs the measures in interleaved rounds and prints a table of medians and ratios."""

import argparse
import gzip
import platform
import random
import re
import sqlite3
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from bench.load import Load, median, wrk
from bench.servers import bare, fetch, nginx, sample_site, standfirst

STORY = re.compile(rb'href="(/20\d\d/\d\d/[^"#]+/)"')
POSTS_PER_SECOND = 20


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each measure (default 3)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of each round (default 4)")
    chosen = parser.parse_args()
    with sample_site() as site, ExitStack() as stack:
        url, cold_seconds, pid = stack.enter_context(standfirst(site))
        wait_until_idle(site)
        story = url + busiest_story(url)
        packed = fetch(story, Accept_Encoding="gzip")[1]
        plain = gzip.decompress(packed)
        rivals = {"nginx, the same bytes as a file": stack.enter_context(nginx(packed))}
        rivals["a bare ASGI application, the same bytes"] = stack.enter_context(bare(packed))
        loads = rounds(story, rivals, chosen.rounds, chosen.seconds)
        print(f"\n{machine()}")
        print(f"Story page: {len(plain):,} bytes, {len(packed):,} gzipped.")
        print(f"{chosen.rounds} rounds of {chosen.seconds} s each.\n")
        table(loads, base="nginx, the same bytes as a file")
        print(f"\nFirst page after `standfirst serve`: {cold_seconds:.1f} s. ", end="")
        print(f"Memory of all processes: {memory_mib(pid):.0f} MiB.")


def wait_until_idle(site: Path) -> None:
    """Wait until the worker has made all pictures: it would take a core from what is measured."""
    with sqlite3.connect(f"file:{site}/data/standfirst.sqlite3?mode=ro", uri=True) as database:
        left = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
        while database.execute(left).fetchone()[0]:
            time.sleep(1)


def busiest_story(url: str) -> str:
    """Return the path of the story whose page is the largest: the one with the long thread."""
    paths = {match.decode() for match in STORY.findall(fetch(f"{url}/")[1])}
    return max(sorted(paths), key=lambda path: len(fetch(url + path)[1]))


def rounds(story: str, rivals: dict[str, str], count: int, seconds: int) -> dict[str, Load]:
    """Measure each in turn, so that a machine whose speed drifts does so for all."""
    taken: dict[str, list[Load]] = {}
    etag = urllib.request.urlopen(urllib.request.Request(story, headers={"Accept-Encoding": "gzip"})).headers["ETag"]
    for _ in range(count):
        for name, address in rivals.items():
            taken.setdefault(name, []).append(wrk(f"{address}/", seconds=seconds, Accept_Encoding="gzip"))
        taken.setdefault("stored story", []).append(wrk(story, seconds=seconds, Accept_Encoding="gzip"))
        known = {"Accept_Encoding": "gzip", "If_None_Match": etag}
        taken.setdefault("stored story, unchanged (304)", []).append(wrk(story, seconds=seconds, **known))
        with Commenters(story) as commenters:
            busy = wrk(story, seconds=seconds, Accept_Encoding="gzip")
        posted = commenters.accepted / seconds
        print(f"{posted:.1f} comments a second were posted meanwhile")
        taken.setdefault(f"stored story while {POSTS_PER_SECOND} comments a second are posted on it", []).append(busy)
        miss = wrk(f"{story}?bench=1", seconds=seconds, connections=1)
        taken.setdefault("story rendered from nothing, one client", []).append(miss)
    return {name: median(loads) for name, loads in taken.items()}


class Commenters:
    """Post comments on a story for as long as the block lasts."""

    def __init__(self, story: str) -> None:
        self.story = story
        self.accepted = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._post)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()

    def _post(self) -> None:
        page = fetch(self.story)[1].decode()
        found = re.search(r'action="([^"]+/comments/)"', page)
        if found is None:
            raise SystemExit("the story has no form for comments")
        target = urllib.parse.urljoin(self.story, found[1])
        number = 0
        began = time.monotonic()
        while not self.stopped.wait(max(0.0, began + number / POSTS_PER_SECOND - time.monotonic())):
            number += 1
            text = {"name": f"Reader {number}", "text": f"Remark {number} at {time.time()}"}
            request = urllib.request.Request(target, data=urllib.parse.urlencode(text).encode())
            request.add_header("Origin", self.story.partition("/20")[0])
            request.add_header("Accept", "application/json")
            request.add_header("X-Forwarded-For", f"10.{random.randrange(256)}.{random.randrange(256)}.1")
            urllib.request.urlopen(request).close()
            self.accepted += 1


def table(loads: dict[str, Load], *, base: str) -> None:
    """Print medians and ratios."""
    print("| what | requests/s | × nginx | p99 |")
    print("|---|---|---|---|")
    for name, load in loads.items():
        ratio = load.per_second / loads[base].per_second
        print(f"| {name} | {load.per_second:,.0f} | {ratio:.2f} | {load.p99_ms:.1f} ms |")


def machine() -> str:
    """Say what this was measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    day = time.strftime("%Y-%m-%d")
    return f"{day}, {', '.join(names)}, {cores} cores shared with the client, Python {platform.python_version()}."


def memory_mib(pid: int) -> float:
    """Return the resident memory of a process and all below it."""
    said = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(int(cell) for cell in line.split()) for line in said.splitlines()]
    family = {pid}
    for _ in range(5):
        family |= {child for child, parent, _rss in rows if parent in family}
    return sum(rss for child, _parent, rss in rows if child in family) / 1024


if __name__ == "__main__":
    main()
