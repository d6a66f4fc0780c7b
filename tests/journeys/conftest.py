"""A real site, served by the real command, and browsers that watch what its pages do.

The journeys share the site; the scheduler in the conftest.py above keeps them in one process.
"""

import contextlib
import itertools
import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from standfirst.testing.molds import a_site
from standfirst.testing.sites import Served, clean_environment, free_port, standfirst

HERE = Path(__file__).parent
EXPORT = HERE.parents[1] / "standfirst" / "importers" / "tests" / "data" / "harbour.xml"
PATIENCE_MS = 30_000  # for a page on a loaded machine; nothing waits that long when all is well
LIVE_SECONDS_MAX = float(os.environ.get("STANDFIRST_TEST_LIVE_SECONDS", "5"))  # 1 on a machine with nothing else to do
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
BANK = {"STANDFIRST_BANK_NAME": "Harbour Press e. V.", "STANDFIRST_BANK_IBAN": "DE89370400440532013000"}
WIDE = {"width": 1280, "height": 900}

_visitors = itertools.cycle(range(256))

log = logging.getLogger(__name__)
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Site:
    """The served site and what the journeys know of it."""

    served: Served
    pay_url: str
    password: str
    stories: dict[str, dict[str, str]]

    @property
    def url(self) -> str:
        return self.served.url

    def path(self, story: str) -> str:
        return self.stories[story]["path"]


def run(*arguments: str, folder: Path, environment: dict[str, str]) -> None:
    done = standfirst(*arguments, folder=folder, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def fill(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Run ``fill.py`` on the site in ``folder`` and return what it tells."""
    on_site = {"STANDFIRST_SITE": str(folder), "DJANGO_SETTINGS_MODULE": "standfirst.web.settings", **environment}
    done = subprocess.run(
        [sys.executable, str(HERE / "fill.py")],
        env=clean_environment(on_site),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site made, filled and served by the real commands, for all journeys."""
    folder = tmp_path_factory.mktemp("journeys") / "site"
    pay_url = f"http://127.0.0.1:{free_port()}"
    with a_site(folder) as database:
        proxies = {"STANDFIRST_PROXIES": "127.0.0.1"}  # so that a browser can say where it comes from
        environment = {"STANDFIRST_REHEARSAL_URL": pay_url, **proxies, **BANK, **database}
        run("import", "wordpress", str(EXPORT), folder=folder, environment=environment)
        told = fill(folder, environment)
        served = Served(folder, environment=environment, traced=False)
        try:
            yield Site(served.ready(), pay_url, told["password"], told["stories"])
        finally:
            served.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. For a module, not for the session: while Playwright runs, other tests' event loops cannot."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(FLAGS), headless=True)
        yield launched
        launched.close()


@dataclass
class Watch:
    """What went wrong in the browsers of a test: errors told to the console, and requests to foreign hosts."""

    site: Site
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)  # parts of messages that a test asks for

    def over(self, context: BrowserContext) -> None:
        context.on("console", self.said)
        context.on("weberror", lambda error: self.problems.append(f"{error.page and error.page.url}: {error.error}"))
        context.on("request", self.asked)

    def said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(part in message.text for part in self.expected):
            self.problems.append(f"{message.type} on {message.page and message.page.url}: {message.text}")

    def asked(self, request: Request) -> None:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(request.url))
        if origin == self.site.url or urlsplit(request.url).scheme in {"data", "blob"}:
            return
        # The payment page stands elsewhere; one is led there, and it may bring its own style.
        if origin == self.site.pay_url and (request.is_navigation_request() or request.frame.url.startswith(origin)):
            return
        self.problems.append(f"a request to another host: {request.url}")


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    watching = Watch(site)
    yield watching
    assert watching.problems == []


@pytest.fixture
def visitor(site: Site, browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open a browser of one's own, as often as one asks; each has its own cookies, and its own address.

    From one address, journeys that run as fast as a machine would be held to be one.
    """
    contexts: list[BrowserContext] = []

    def arrive(path: str = "", **wishes: Any) -> Page:
        comes_from = {"X-Forwarded-For": f"10.9.{next(_visitors)}.1"}
        ways = {"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", "extra_http_headers": comes_from}
        context = browser.new_context(**{"base_url": site.url} | ways | wishes)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watch.over(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    yield arrive
    for context in contexts:
        context.close()


# Notes the moment at which an element first says what is awaited; both pages run on one machine, so on one clock.
NOTE_WHEN = """([selector, awaited]) => {
  const look = () => document.querySelector(selector)?.textContent.trim() === awaited;
  window.movedAt = new Promise((found) => {
    new MutationObserver((_changes, observer) => {
      if (!look()) return;
      observer.disconnect();
      found(Date.now());
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}"""


@pytest.fixture
def moved_in() -> Callable[..., contextlib.AbstractContextManager[None]]:
    """Measure how long after a write, made in the block, another browser shows it; refuse what takes too long.

    ``pytest --log-cli-level=info`` shows the figures.
    """

    @contextlib.contextmanager
    def measured(what: str, page: Page, selector: str, awaited: str) -> Iterator[None]:
        page.evaluate(NOTE_WHEN, [selector, awaited])
        began = time.time()
        yield
        took_seconds = page.evaluate("window.movedAt") / 1000 - began
        log.info("%s moved after %.0f ms", what, took_seconds * 1000)
        assert took_seconds <= LIVE_SECONDS_MAX, what

    return measured


@pytest.fixture
def sign_in(visitor: Callable[..., Page], site: Site) -> Callable[[str], Page]:
    """Sign in on the desk, as a person does."""

    def signed_in(name: str) -> Page:
        page = visitor("/desk/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(site.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk/")
        return page

    return signed_in
