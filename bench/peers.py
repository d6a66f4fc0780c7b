"""Isso's thread of ten thousand comments and WordPress's story page, beside ours: the same words and rounds.

Then readers write to each: comments to all three, votes to those that have them.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import load, writing
from bench.isso import isso
from bench.load import Load, wrk
from bench.report import Row
from bench.servers import NotMeasured, fetch
from bench.site import Site, busiest_story
from bench.wordpress import wordpress
from bench.writing import Writers

THREAD, SHORT = 10_000, 60  # comments
CONNECTIONS = 8  # twice as many as the processes that Isso and PHP have
GZIP = {"Accept_Encoding": "gzip"}
STORY, COMMENTS = f"story page with {SHORT} comments", f"thread of {THREAD:,} comments"
ISSO = COMMENTS, "Isso, the first 20 with their answers"
FROM_NOTHING = "the same, rendered anew for each request"

type Targets = dict[tuple[str, str], str]  # address by group and name; a group's first is what others are compared with


def measure(site: Site, *, rounds: int, seconds: int) -> list[Row]:
    """Install, start, measure, stop and remove them; one that cannot be run becomes a row that says so."""
    with site.served() as served:
        model = busiest_story(served.url)
    short, long = site.run("bench.fill", "stories", model, "2")["paths"]
    site.run("bench.fill", "thread", short, str(SHORT))
    told = site.run("bench.fill", "told", long, str(THREAD))
    with ExitStack() as stack:
        url = stack.enter_context(site.served()).url
        thread = f"{url}/discussion/threads/{told['key']}/"
        targets: Targets = {
            (STORY, "Standfirst"): url + short,
            (STORY, f"Standfirst, {FROM_NOTHING}"): f"{url}{short}?bench=1",
            (COMMENTS, "Standfirst, first page"): thread,
            (COMMENTS, f"Standfirst, {FROM_NOTHING}"): f"{thread}?bench=1",
        }
        rows = [row for start in (wordpress_targets, isso_targets) for row in joined(stack, targets, start, told)]
        rows = compared(targets, rounds=rounds, seconds=seconds) + rows
        rows += [whole(targets[ISSO])] if ISSO in targets else []
        who = writers(site, url, short, targets)
        return rows + [row for each in CONTESTS for row in each.rows(who, rounds=rounds, seconds=seconds)]


@dataclass(frozen=True, slots=True)
class Contest:
    """Something that each system takes from so many clients; ``must`` says how many times as fast we have to be."""

    what: str
    kinds: tuple[str, ...]
    clients: int
    must: dict[str, float]
    p99_ms_max: float = float("inf")

    def rows(self, who: dict[str, Writers], *, rounds: int, seconds: int) -> list[Row]:
        """Let those of ``who`` that can write in turn, round after round."""
        taking = {kind: who[kind] for kind in self.kinds if kind in who}
        taken: dict[str, list[Load]] = {kind: [] for kind in taking}
        for number in range(rounds + 1):
            for kind, writer in taking.items():
                one = writer.write(clients=self.clients, seconds=seconds)
                taken[kind] += [one] if number else []  # the first is to warm up
        medians = {kind: load.median(loads) for kind, loads in taken.items()}
        ours = medians.pop(self.kinds[0])
        late = f"p99 ≤ {self.p99_ms_max:.0f} ms" if self.p99_ms_max < float("inf") else "–"
        rows = [Row(f"{self.what}: Standfirst", str(ours), late, ours.p99_ms <= self.p99_ms_max)]
        for kind, theirs in medians.items():
            times, must = ours.per_second / theirs.per_second, self.must[kind]
            figure = f"{theirs}; Standfirst {times:.1f} × that"
            rows.append(Row(f"{self.what}: {NAMES[kind]}", figure, f"≥ {must} ×", times >= must))
        return rows


NAMES = {"isso": "Isso", "isso votes": "Isso", "wordpress": "WordPress"}
_POSTING = ("standfirst", "isso", "wordpress")
CONTESTS = (
    Contest("comments posted, one client", _POSTING, writing.ALONE, {"isso": 1.5, "wordpress": 5}),
    Contest(
        "comments posted, eight clients",
        _POSTING,
        writing.TOGETHER,
        {"isso": 1.5, "wordpress": 5},
        writing.P99_MS_MAX,
    ),
    Contest("votes, eight clients", ("standfirst votes", "isso votes"), writing.TOGETHER, {"isso votes": 2}),
)


def writers(site: Site, url: str, path: str, targets: Targets) -> dict[str, Writers]:
    """Return who writes to each system that runs, by kind."""
    found = list(writing.ours(site, url, path))
    if ISSO in targets:
        root, query = targets[ISSO].split("/?")
        found.append(Writers("isso", f"{root}/new?{query.partition('&')[0]}"))
        found.append(Writers("isso votes", root, tuple(range(1, writing.VOTABLE + 1))))
    if (STORY, "WordPress") in targets:
        root, number = targets[(STORY, "WordPress")].split("/?p=")
        found.append(Writers("wordpress", root, (int(number),)))
    return {each.kind: each for each in found}


def wordpress_targets(stack: ExitStack, told: dict[str, Any]) -> Targets:
    """Start WordPress with the story."""
    texts = [text for _parent, _name, text in told["comments"][:SHORT]]
    story = {"title": told["title"], "html": told["html"], "comments": texts}
    return {(STORY, "WordPress"): stack.enter_context(wordpress(folder(stack), story))}


def isso_targets(stack: ExitStack, told: dict[str, Any]) -> Targets:
    """Start Isso with the thread."""
    url = stack.enter_context(isso(folder(stack), told["comments"]))
    return {ISSO: f"{url}&limit=20&nested_limit=5"}


def whole(url: str) -> Row:
    """Ask for all comments, as Isso's script does by default: too slow for a load, so once."""
    name, began = f"{COMMENTS}: Isso, all of them, as its script asks by default", time.monotonic()
    try:
        size = len(fetch(url.replace("&limit=20", ""), Accept_Encoding="gzip")[1])
    except OSError as error:
        return Row(name, f"no answer ({error}) after {time.monotonic() - began:.0f} s")
    return Row(name, f"{time.monotonic() - began:.1f} s for one request, {size:,} bytes")


def joined(
    stack: ExitStack, targets: Targets, start: Callable[[ExitStack, dict[str, Any]], Targets], told: dict[str, Any]
) -> list[Row]:
    """Start a peer and add what is to be measured of it; return a row that says so if it cannot be run."""
    try:
        targets |= start(stack, told)
    except NotMeasured as error:
        return [Row(start.__name__.partition("_")[0].title(), f"not measured: {error}")]
    return []


def folder(stack: ExitStack) -> Path:
    """Return a folder that is removed when the stack is left."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="standfirst-peer-", ignore_cleanup_errors=True)))


def compared(targets: Targets, *, rounds: int, seconds: int) -> list[Row]:
    """Measure each in turn; return a row for each, beside its group's first."""
    loads: dict[tuple[str, str], list[Load]] = {target: [] for target in targets}
    for _ in range(rounds):
        for target, url in targets.items():
            loads[target].append(wrk(url, seconds=seconds, connections=CONNECTIONS, **GZIP))
    medians = {target: load.median(taken) for target, taken in loads.items()}
    rows = []
    for group in (STORY, COMMENTS):
        members = [target for target in targets if target[0] == group]
        for target in members:
            found = medians[target]
            share = found.per_second / medians[members[0]].per_second
            size = len(fetch(targets[target], Accept_Encoding="gzip")[1])
            compared_with = "" if target == members[0] else f", {share:.4f} × the stored page"
            rows.append(Row(f"{group}: {target[1]}", f"{found}, {size:,} bytes{compared_with}"))
    return rows
