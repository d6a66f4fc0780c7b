"""Isso's thread of ten thousand comments and WordPress's story page, beside ours: the same words and rounds."""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import load
from bench.isso import isso
from bench.load import Load, wrk
from bench.report import Row
from bench.servers import NotMeasured, fetch
from bench.site import Site, busiest_story
from bench.wordpress import wordpress

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
        return rows + ([whole(targets[ISSO])] if ISSO in targets else [])


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
