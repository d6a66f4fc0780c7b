"""One gift, when a thousand story pages are stored: the meter is rendered again, and no story."""

import http.client
import json
import secrets
import time
from statistics import median
from urllib.parse import urlencode, urlsplit

from bench import processes
from bench.crowd import FORM, address, pay
from bench.report import Row
from bench.servers import NotMeasured, fetch
from bench.site import Served, Site, busiest_story

PAGES = 1_000
CPU_MS_A_PAGE_MAX = 0.3
SEEN_SECONDS_MAX = 15


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Ask for every page before and after a gift."""
    with site.served() as served:
        paths = site.run("bench.fill", "stories", busiest_story(served.url), str(PAGES))["paths"]
    with site.served() as served:
        first = asked_for(served, paths)
        again, after, renders = [], [], []
        for _ in range(rounds):
            again.append(asked_for(served, paths))
            give(served.url)
            before = served.pages_rendered
            after.append(asked_for(served, paths))
            renders.append(served.pages_rendered - before)
        memory = processes.rss_mib(served.web)
    figure = median(after)
    return [
        Row(
            f"a gift with {PAGES:,} stored story pages: for each page that is then asked for",
            f"{figure:.2f} ms of CPU",
            f"≤ {CPU_MS_A_PAGE_MAX} ms",
            figure <= CPU_MS_A_PAGE_MAX,
        ),
        Row("stories that were rendered again for it", str(max(renders)), "none", max(renders) == 0),
        Row(
            "for comparison: the first time each was asked for; when nothing had changed",
            f"{first:.2f} ms; {median(again):.2f} ms of CPU",
        ),
        Row(f"memory of the web process with {PAGES:,} stored pages", f"{memory:.0f} MiB"),
    ]


def asked_for(served: Served, paths: list[str]) -> float:
    """Ask for each page once, gzipped; return milliseconds of the server's CPU time per page."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=30)
    before = processes.cpu_seconds(served.web)
    for path in paths:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise NotMeasured(f"{path} answered {answer.status}")
    connection.close()
    return (processes.cpu_seconds(served.web) - before) / len(paths) * 1000


def give(url: str) -> float:
    """Give, as a supporter would; return the seconds from paying until the meter shows it."""
    before = raised(url)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    headers = {"Origin": url, "Cookie": f"sf_gift={secrets.token_hex(16)}", "X-Forwarded-For": address(), **FORM}
    connection.request("POST", "/gifts/", urlencode({"amount": "5"}), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 303:
        raise NotMeasured(f"a gift was refused: {answer.status}")
    began = time.monotonic()
    pay(answer.headers["Location"])
    while raised(url) == before:
        if time.monotonic() - began > SEEN_SECONDS_MAX:
            raise NotMeasured("a gift did not arrive on the meter")
        time.sleep(0.01)
    return time.monotonic() - began


def raised(url: str) -> int:
    """Return what the meter says."""
    return int(json.loads(fetch(f"{url}/funding/meter.json")[1])["raised_minor"])
