"""The stored story page beside nginx and a bare ASGI application, unchanged, behind a proxy, and while all are busy."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from bench import load, processes
from bench.crowd import COMMENTS_A_SECOND, GIFTS_A_SECOND
from bench.load import Load, wrk
from bench.report import Row
from bench.servers import ROOT, bare, fetch, nginx_file
from bench.site import Served, Site, busiest_story, packed
from standfirst.testing.nginx import NAME, Nginx

OF_NGINX, OF_BARE, OF_NGINX_BEHIND, OF_CALM, OF_STORED = 0.50, 0.85, 0.50, 0.60, 1.0
TAKEN_SHARE_MIN = 0.9  # of what is posted; less, and the story was not as busy as the figure says
BUSY_P99_MS_MAX, STALE_MS_MAX = 50, 250
WARM_SECONDS = 1  # the crowd begins before the load does

GZIP = {"Accept_Encoding": "gzip"}


@dataclass
class Taken:
    """What the rounds found, by contender, and what the crowd did meanwhile."""

    loads: dict[str, list[Load]] = field(default_factory=dict)
    crowds: list[dict[str, float]] = field(default_factory=list)
    crowd_percent: list[float] = field(default_factory=list)  # of a core, when nobody else asks for anything

    def take(self, name: str, found: Load) -> None:
        """Keep one more figure."""
        self.loads.setdefault(name, []).append(found)

    def of(self, name: str) -> Load:
        """Return the medians of a contender."""
        return load.median(self.loads[name])


def measure(site: Site, wanted: set[str], *, rounds: int, seconds: int) -> list[Row]:
    """Measure "stored" or "busy" or both, each contender in turn: a machine whose speed drifts does so for all."""
    with site.served() as served, ExitStack() as stack:
        story = served.url + busiest_story(served.url)
        body = packed(story)
        known = GZIP | {"If_None_Match": etag(story)}
        targets: dict[str, tuple[str, dict[str, str]]] = {"stored": (story, GZIP)}
        if "stored" in wanted:
            targets["nginx"] = (stack.enter_context(nginx_file(body)), GZIP)
            targets["bare"] = (stack.enter_context(bare(story, body)), GZIP)
            targets["behind"] = behind(stack, served, story.removeprefix(served.url))
        for url, headers in targets.values():
            fetch(url, **headers)  # so that nginx has it in its cache
        taken = Taken()
        for _ in range(rounds):
            for name, (url, headers) in targets.items():
                taken.take(name, wrk(url, seconds=seconds, **headers))
            if "stored" in wanted:
                known["If_None_Match"] = etag(story)
                taken.take("unchanged", wrk(story, seconds=seconds, **known))
            if "busy" in wanted:
                taken.crowd_percent.append(crowd_alone(served, story, seconds=seconds))
                taken.take("busy", busy(story, taken, seconds=seconds))
        rows = stored_rows(taken, served, len(body)) if "stored" in wanted else []
        return rows + (busy_rows(taken) if "busy" in wanted else [])


def behind(stack: ExitStack, served: Served, path: str) -> tuple[str, dict[str, str]]:
    """Put nginx in front, with the configuration that hosts are given, but no TLS: the others have none either."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    folder.chmod(0o755)
    port = urlsplit(served.url).port or 80
    proxy = stack.enter_context(Nginx(folder, application_port=port, tls=False).running())
    return f"http://127.0.0.1:{proxy.port}{path}", GZIP | {"Host": NAME}


def etag(url: str) -> str:
    """Return the ETag of the gzipped page."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        return str(answer.headers["ETag"])


def crowd_alone(served: Served, story: str, *, seconds: int) -> float:
    """Let the crowd comment and give; return what that takes of the web process, in percent of a core."""
    before, began = processes.cpu_seconds(served.web), time.monotonic()
    with crowd(story, seconds) as calm_crowd:
        calm_crowd.communicate()
    return (processes.cpu_seconds(served.web) - before) / (time.monotonic() - began) * 100


def busy(story: str, taken: Taken, *, seconds: int) -> Load:
    """Measure while the crowd comments and gives."""
    with crowd(story, seconds + WARM_SECONDS) as busy_crowd:
        time.sleep(WARM_SECONDS)
        found = wrk(story, seconds=seconds, **GZIP)
        said, _ = busy_crowd.communicate()
    taken.crowds.append(json.loads(said))
    return found


def crowd(story: str, seconds: int) -> "subprocess.Popen[str]":
    """Start the crowd; leaving the context waits for its end."""
    command = (sys.executable, "-m", "bench.crowd", story, str(seconds))
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def stored_rows(taken: Taken, served: Served, size: int) -> list[Row]:
    """Compare the calm figures."""
    behind_nginx, unchanged = (
        "stored story behind nginx `proxy_cache`, a worker per core",
        "stored story, unchanged: 304",
    )
    return [
        Row("nginx, the same bytes as a static file, one worker", str(taken.of("nginx"))),
        Row("a bare ASGI application on the same server, the same answer", str(taken.of("bare"))),
        ratio("stored story", taken, ("stored", "nginx"), "nginx", OF_NGINX),
        ratio("stored story", taken, ("stored", "bare"), "bare ASGI", OF_BARE),
        ratio(behind_nginx, taken, ("behind", "nginx"), "nginx", OF_NGINX_BEHIND),
        ratio(unchanged, taken, ("unchanged", "stored"), "the 200 figure", OF_STORED),
        Row("bytes of the story, gzipped; memory of all processes", f"{size:,} bytes; {served.memory_mib:.0f} MiB"),
    ]


def ratio(measure_name: str, taken: Taken, names: tuple[str, str], of: str, least: float) -> Row:
    """Return a row that compares two contenders, round by round: what disturbs the machine disturbs both."""
    mine, other = (taken.loads[name] for name in names)
    share = median(each.per_second / base.per_second for each, base in zip(mine, other, strict=True))
    return Row(measure_name, f"{taken.of(names[0])}, {share:.2f} × {of}", f"≥ {least:.2f} × {of}", share >= least)


def busy_rows(taken: Taken) -> list[Row]:
    """Compare busy with calm."""
    crowds = taken.crowds
    seconds = sum(each["seconds"] for each in crowds)
    comments, gifts = sum(each["comments"] for each in crowds), sum(each["gifts"] for each in crowds)
    name = (
        f"stored story while {COMMENTS_A_SECOND} comments a second are posted on it and {GIFTS_A_SECOND} gift is made"
    )
    late = taken.of("busy").p99_ms
    unseen = [each["unseen_ms_max"] for each in crowds if each["unseen_ms_max"] is not None]
    middle = [each["unseen_ms_median"] for each in crowds if each["unseen_ms_median"] is not None]
    lost = sum(each["never_seen"] for each in crowds)
    refused = [line for each in crowds for line in each["refused"]]  # type: ignore[attr-defined]
    taken_a_second = comments / seconds, gifts / seconds
    wanted = COMMENTS_A_SECOND, GIFTS_A_SECOND
    posted = "{:.1f} comments and {:.1f} gifts a second".format(*taken_a_second)
    return [
        ratio(name, taken, ("busy", "stored"), "its calm figure", OF_CALM),
        Row("p99 meanwhile", f"{late:.1f} ms", f"≤ {BUSY_P99_MS_MAX} ms", late <= BUSY_P99_MS_MAX),
        Row(
            "age of what readers get meanwhile",
            f"median {median(middle):.0f} ms, at most {max(unseen):.0f} ms" + (f", {lost} never seen" if lost else ""),
            f"≤ {STALE_MS_MAX} ms",
            max(unseen) <= STALE_MS_MAX and not lost,
        ),
        Row("what the comments and gifts take by themselves", f"{median(taken.crowd_percent):.0f} % of a core"),
        Row(
            "what was taken in meanwhile",
            posted + (f"; not taken: {refused[0]}" if refused else ""),
            "≥ {:.0%} of {} and {}".format(TAKEN_SHARE_MIN, *wanted),
            all(found >= TAKEN_SHARE_MIN * each for found, each in zip(taken_a_second, wanted, strict=True)),
        ),
    ]
