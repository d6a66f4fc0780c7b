"""A site of our own with the sample publication, and Standfirst serving it."""

import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import processes
from bench.servers import ROOT, NotMeasured, fetch, free_port, running, wait_for
from standfirst.testing.nginx import NAME

COMMAND = str(Path(sys.executable).parent / "standfirst")
STORY = re.compile(rb'href="(/20\d\d/\d\d/[^"#]+/)"')
PICTURES_SECONDS_MAX = 300
NOTED_SECONDS = 2.5  # processes note their figures once a second
TOKEN = "for the bench"
ENVIRONMENT = {
    # The client poses as a proxy, so that its comments come from many addresses and no limit stops them.
    "STANDFIRST_PROXIES": "127.0.0.1",
    "STANDFIRST_HOSTS": NAME,  # as nginx in front calls it
    "STANDFIRST_PAGES_MIB": "512",  # room for the thousand stories of the measure "gift"
    "STANDFIRST_METRICS_TOKEN": TOKEN,
    "STANDFIRST_STREAMS_PER_ADDRESS": "50000",  # all of them come from this machine
}


@dataclass(frozen=True, slots=True)
class Served:
    """A running site: its address, the supervisor's process id, the seconds until its first page, and their CPU."""

    url: str
    pid: int
    first_page_seconds: float
    first_page_cpu_seconds: float

    @property
    def web(self) -> int:
        """The process that answers requests."""
        return processes.named(self.pid, "standfirst: web")

    @property
    def pages_rendered(self) -> int:
        """How many stored pages a view has rendered since the start, as the site tells a monitoring system."""
        time.sleep(NOTED_SECONDS)
        told = fetch(f"{self.url}/metrics", Authorization=f"Bearer {TOKEN}")[1].decode()
        found = re.search(r"^standfirst_pages_rendered_total ([\d.e+]+)$", told, re.MULTILINE)
        if found is None:
            raise NotMeasured("the site does not tell how many pages it rendered")
        return int(float(found[1]))

    @property
    def memory_mib(self) -> float:
        """The resident memory of all its processes."""
        return sum(processes.rss_mib(pid) for pid in processes.below(self.pid))


class Site:
    """The site's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first_start: Served | None = None

    @contextmanager
    def served(self, **environment: str) -> Iterator[Served]:
        """Serve the site until the block ends."""
        port = free_port()
        command = (COMMAND, "serve", "--site", str(self.folder), "--port", str(port))
        payments = {"STANDFIRST_REHEARSAL_URL": f"http://127.0.0.1:{free_port()}"}
        with running(*command, **ENVIRONMENT | payments | environment) as process:
            url = f"http://127.0.0.1:{port}"
            seconds = wait_for(f"{url}/", process)
            cpu = sum(processes.cpu_seconds(pid, with_ended=True) for pid in processes.below(process.pid))
            yield Served(url, process.pid, seconds, cpu)

    def settle(self) -> None:
        """Start it for the first time, and let the worker make all pictures: it takes a core meanwhile."""
        with self.served() as served:
            self.first_start = served
            for path in stories_on(served.url):
                fetch(served.url + path)  # pages ask for their pictures
            deadline = time.monotonic() + PICTURES_SECONDS_MAX
            while self._tasks_left():
                if time.monotonic() > deadline:
                    raise NotMeasured(f"the pictures were not made within {PICTURES_SECONDS_MAX} seconds")
                time.sleep(0.5)

    def run(self, module: str, *arguments: str) -> dict[str, Any]:
        """Run a module of ours inside the site; return the JSON that it prints."""
        command = (sys.executable, "-m", module, *arguments)
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | ENVIRONMENT | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotMeasured(f"{module} failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to act on this site."""
        return {"STANDFIRST_SITE": str(self.folder), "DJANGO_SETTINGS_MODULE": "standfirst.web.settings"}

    def _tasks_left(self) -> int:
        left = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
        if "DATABASE_URL" in os.environ:
            with psycopg.connect(os.environ["DATABASE_URL"]) as server:
                return int((server.execute(left).fetchone() or (0,))[0])
        with sqlite3.connect(f"file:{self.folder}/data/standfirst.sqlite3?mode=ro", uri=True) as database:
            return int(database.execute(left).fetchone()[0])


@contextmanager
def sample_site() -> Iterator[Site]:
    """Make a site with the sample publication; remove it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="standfirst-bench-"))
    try:
        for arguments in (["init", "site"], ["migrate", "--site", "site"], ["demo", "--site", "site"]):
            done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=folder)
            if done.returncode:
                raise NotMeasured(f"standfirst {arguments[0]} failed: {done.stderr.strip()}")
        yield Site(folder / "site")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stories_on(url: str) -> list[str]:
    """Return the paths of the stories that the front page leads to."""
    return sorted({match.decode() for match in STORY.findall(fetch(f"{url}/")[1])})


def busiest_story(url: str) -> str:
    """Return the path of the story whose page is the largest: the one with the long thread."""
    return max(stories_on(url), key=lambda path: len(fetch(url + path)[1]))


def packed(url: str) -> bytes:
    """Return the gzipped bytes of a page; they are what every server beside ours serves, too."""
    body = fetch(url, Accept_Encoding="gzip")[1]
    gzip.decompress(body)
    return body
