"""A real site behind the real nginx with the configuration that hosts are given, and a network in front of both."""

import contextlib
import gzip
import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import brotli
import pytest
import zstandard

from standfirst.testing import nginx as testing_nginx
from standfirst.testing.cdn import Network, network
from standfirst.testing.molds import site_on_sqlite
from standfirst.testing.nginx import NAME, Answer, Nginx
from standfirst.testing.sites import Served, clean_environment, until

pytestmark = [
    pytest.mark.one_database,  # the sites are on SQLite
    pytest.mark.skipif(testing_nginx.program() is None, reason="nginx is not installed"),
]

SHARED_SECONDS = 2.0  # that nginx may answer by itself: s-maxage=1, and it counts whole seconds
LIVE_SECONDS_MAX = float(os.environ.get("STANDFIRST_TEST_LIVE_SECONDS", "5"))  # 2 on a machine with nothing else to do
OURS = {"STANDFIRST_URL": f"https://{NAME}", "STANDFIRST_PROXIES": "127.0.0.1"}
CHROME = "gzip, deflate, br, zstd"
SAFARI = "gzip, deflate, br"
UNPACK = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "": bytes,
}
STORIES = """
import django, json; django.setup()
from standfirst.testing.stories import published_story
found = [published_story(f"Ferry number {number} returns") for number in range(10)]
print(json.dumps([[story.key, f"/{story.address}/"] for story in found]))
"""


class Paper:
    """The site, nginx in front of it, and its stories: each test takes one that no other has changed."""

    def __init__(self, folder: Path, stories: list[tuple[str, str]], network: Network) -> None:
        self.folder = folder
        self.stories = stories
        self.network = network
        self.environment = {**OURS, "STANDFIRST_CDN": "varnish", "STANDFIRST_CDN_URL": network.url}
        self.told_before_start = 0
        self.served = Served(folder, environment=self.environment)
        self.visitors = (f"127.0.0.{number}" for number in range(2, 250))

    def story(self) -> tuple[str, str]:
        return self.stories.pop()

    def back(self) -> None:
        self.told_before_start = len(self.network.dropped)
        self.served = Served(self.folder, environment=self.environment, port=self.served.port).ready()

    def comment(self, web: Nginx, key: str, text: str) -> Answer:
        """Post from an address that has not posted yet."""
        return web.ask(
            f"/discussion/threads/{key}/comments/",
            method="POST",
            body=urlencode({"name": "Ines", "text": text}),
            address=next(self.visitors),
            content_type="application/x-www-form-urlencoded",
            sec_fetch_site="same-origin",
        )


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    folder = tmp_path_factory.mktemp("nginx") / "site"
    shutil.copytree(site_on_sqlite(), folder)
    on_site = {"STANDFIRST_SITE": str(folder), "DJANGO_SETTINGS_MODULE": "standfirst.web.settings", **OURS}
    told = subprocess.run(
        [sys.executable, "-c", STORIES], env=clean_environment(on_site), cwd=folder, capture_output=True, check=True
    )
    with network() as receiver:
        made = Paper(folder, [(key, path) for key, path in json.loads(told.stdout)], receiver)
        try:
            made.served.ready()
            yield made
        finally:
            made.served.stop()


@pytest.fixture(scope="module")
def web(paper: Paper) -> Iterator[Nginx]:
    with Nginx(paper.folder.parent / "nginx", application_port=paper.served.port).running() as running:
        yield running


def from_application(paper: Paper, path: str, accepts: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", paper.served.port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": NAME, "Accept-Encoding": accepts})
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


@pytest.mark.parametrize(("accepts", "coding"), [(CHROME, "zstd"), (SAFARI, "br"), ("gzip", "gzip"), ("", "")])
def test_a_page_through_nginx_is_the_applications_in_every_encoding(
    paper: Paper, web: Nginx, accepts: str, coding: str
) -> None:
    _key, story = paper.stories[0]
    for path in ("/", story, "/feed/", "/robots.txt", f"{story}?after=1", "/nowhere/"):
        ours = from_application(paper, path, accepts)

        for _first_and_stored in range(2):
            seen = web.ask(path, accept_encoding=accepts)

            assert seen.status == ours.status
            assert seen.body == ours.body
            for name in ("content-encoding", "content-type", "etag", "cache-control", "content-security-policy"):
                assert seen.headers.get(name) == ours.headers.get(name)
        if path == story:
            assert seen.headers.get("content-encoding", "") == coding
            assert b"Ferry number" in UNPACK[coding](seen.body)


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip;q=1.0, deflate;q=0.6, identity;q=0.3", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("zstd;q=0.0, br", "br"),
        ("gzip;q=0", ""),
        ("gzip;q=0.000", ""),
        ("identity", ""),
        ("xbr, gzipped", ""),
        ("GZIP", "gzip"),
        ("deflate,br,zstd", "zstd"),
    ],
)
def test_no_browser_gets_an_encoding_that_it_refused(paper: Paper, web: Nginx, accepts: str, coding: str) -> None:
    seen = web.ask(paper.stories[0][1], accept_encoding=accepts)

    assert seen.headers.get("content-encoding", "") == coding
    assert b"Ferry number" in UNPACK[coding](seen.body)


def test_browsers_that_ask_in_other_words_share_what_is_stored(paper: Paper, web: Nginx) -> None:
    path = paper.stories[0][1]

    found = [web.ask(path, accept_encoding=accepts) for accepts in (CHROME, "zstd", "br,zstd , gzip") for _ in range(2)]

    assert len({answer.body for answer in found}) == 1
    keys = {key for key in web.stored() if f"{path}#" in key}
    assert keys <= {f"https://{NAME}{path}#{coding}" for coding in ("zstd", "br", "gzip", "")}


def test_most_readers_are_answered_by_nginx_alone(paper: Paper, web: Nginx) -> None:
    path = paper.stories[0][1]

    seen = until(lambda: web.ask(path).headers["x-cache"] == "HIT")

    assert seen


def test_a_page_at_rest_shows_a_change_to_the_first_who_asks(paper: Paper, web: Nginx) -> None:
    key, path = paper.story()
    web.ask(path)
    posted = paper.comment(web, key, "The first who asks sees this remark.")
    time.sleep(SHARED_SECONDS + 0.1)  # what is stored is too old now

    seen = web.ask(path)

    assert posted.status == 303
    assert b"The first who asks sees this remark." in seen.body


def test_a_page_in_demand_shows_a_change_soon(paper: Paper, web: Nginx) -> None:
    key, path = paper.story()
    web.ask(path)

    paper.comment(web, key, "Seen by everybody soon.")

    until(lambda: b"Seen by everybody soon." in web.ask(path).body, seconds=LIVE_SECONDS_MAX)


def test_whoever_wrote_sees_it_at_once(paper: Paper, web: Nginx) -> None:
    key, path = paper.story()
    for number in range(5):
        web.ask(path)
        posted = paper.comment(web, key, f"Remark {number}, seen at once.")
        cookie = posted.headers["set-cookie"].partition(";")[0]

        seen = web.ask(path, cookie=cookie)

        assert cookie.startswith("sf_seen=")
        assert seen.headers["x-cache"] == "BYPASS"
        assert f"Remark {number}, seen at once.".encode() in seen.body


def test_a_browser_that_has_the_page_gets_304(paper: Paper, web: Nginx) -> None:
    path = paper.stories[0][1]
    etag = web.ask(path, accept_encoding="gzip").headers["etag"]
    time.sleep(SHARED_SECONDS + 0.1)

    asked_on, stored = (web.ask(path, accept_encoding="gzip", if_none_match=etag) for _ in range(2))
    other = web.ask(path, accept_encoding="gzip", if_none_match='"another"')

    assert asked_on.headers["x-cache"] == "REVALIDATED", "nginx did not ask with the ETag"
    assert (asked_on.status, asked_on.body) == (stored.status, stored.body) == (304, b"")
    assert other.status == 200


def test_head_tells_what_get_would(paper: Paper, web: Nginx) -> None:
    path = paper.stories[0][1]

    head, get = (web.ask(path, method=method, accept_encoding="br") for method in ("HEAD", "GET"))

    assert head.body == b""
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["etag"] == get.headers["etag"]


def test_the_stream_passes_each_event_on_at_once(paper: Paper, web: Nginx) -> None:
    key, _path = paper.story()
    connection = web.connect()
    with contextlib.closing(connection):
        connection.request("GET", f"/live/?key=thread:{key}")
        stream = connection.getresponse()
        told = [stream.readline()]
        for number in range(3):
            paper.comment(web, key, f"Remark {number} of a lively evening.")
            while told[-1] != f"data: thread:{key}\n".encode() or len(told) < 1 + number:
                told.append(stream.readline())
            told.append(b"")

    assert stream.getheader("Content-Type") == "text/event-stream; charset=utf-8"
    assert told.count(f"data: thread:{key}\n".encode()) == 3


def test_an_open_page_that_was_told_gets_the_new_comment_at_once(paper: Paper, web: Nginx) -> None:
    key, _path = paper.story()
    fragment = f"/fragments/thread:{key}"
    web.ask(fragment)

    paper.comment(web, key, "As told by the stream.")
    told = web.ask(fragment, cache_control="max-age=0")  # as fetch() asks with cache: "no-cache"

    assert b"As told by the stream." in told.body
    assert b"As told by the stream." in web.ask(fragment).body, "the new one did not replace what was stored"


def test_what_is_made_for_one_person_is_never_in_the_cache(paper: Paper, web: Nginx) -> None:
    key, path = paper.story()
    paper.comment(web, key, "Mine alone until it is published.")
    personal = ("/desk/login/", f"/discussion/threads/{key}/mine/")
    seen = [web.ask(each, cookie=cookie) for each in personal for cookie in ("", "sf_guest=somebody") for _ in range(3)]
    web.ask(path)

    assert {answer.headers.get("x-cache", "MISS") for answer in seen} == {"MISS"}
    stored = web.stored()
    assert any(path in kept for kept in stored)
    assert [kept for kept in stored if "/desk/" in kept or "/mine/" in kept] == []


def test_a_name_that_is_not_ours_gets_no_answer(web: Nginx) -> None:
    with pytest.raises(ssl.SSLError):
        web.connect(name="elsewhere.example.org")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        web.ask("/", host="elsewhere.example.org")


def test_plain_http_leads_to_the_same_page_over_tls(web: Nginx) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", web.port_plain, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", "/2026/03/a-story/?after=2", headers={"Host": NAME})
        response = connection.getresponse()
        response.read()

    assert response.status == 301
    assert response.getheader("Location") == f"https://{NAME}/2026/03/a-story/?after=2"


def test_a_style_sheet_is_stored_and_goes_on_for_good(paper: Paper, web: Nginx) -> None:
    page = web.ask(paper.stories[0][1]).body.decode()
    style = page.partition('rel="stylesheet"')[2].partition('href="')[2].partition('"')[0]

    web.ask(style, accept_encoding=CHROME)
    seen = web.ask(style, accept_encoding=CHROME)

    assert (seen.status, seen.headers["x-cache"]) == (200, "HIT")
    assert "immutable" in seen.headers["cache-control"]


def test_a_network_in_front_is_told_of_a_comment_and_told_again(paper: Paper, web: Nginx) -> None:
    key, _path = paper.story()
    # At the start all is dropped at once: a comment from that moment would not be told by its own key.
    until(lambda: "site" in paper.network.dropped[paper.told_before_start :])
    before = paper.network.dropped.count(f"thread:{key}")

    paper.comment(web, key, "Told to the network, too.")

    until(lambda: paper.network.dropped.count(f"thread:{key}") >= before + 2)  # at least: a call may be repeated


def test_stories_go_on_while_the_application_is_dead_and_are_new_when_it_is_back(paper: Paper, web: Nginx) -> None:
    key, path = paper.story()
    before = web.ask(path)
    time.sleep(SHARED_SECONDS + 0.1)
    paper.served.kill()
    try:
        dead = web.ask(path)
        unknown = web.ask("/authors/nobody-ever-asked/")
        refused = paper.comment(web, key, "Written into the void.")
    finally:
        paper.back()
    posted = paper.comment(web, key, "Back again, and new.")

    assert (dead.status, dead.headers["x-cache"], dead.body) == (200, "STALE", before.body)
    assert (unknown.status, refused.status) == (503, 503)
    assert b"try again" in unknown.body
    assert posted.status == 303
    until(lambda: b"Back again, and new." in web.ask(path).body, seconds=LIVE_SECONDS_MAX)
