"""Whatever is sent, the server stays up, answers with its own pages or refuses, and the next reader is served well.

Raw sockets against the real server; then, in this process, what nobody may put into the store.
"""

import http.client
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from standfirst.delivery.application import Application
from standfirst.delivery.handler import Handler
from standfirst.delivery.store import Store
from standfirst.discussion import threads
from standfirst.testing import discussion as talk
from standfirst.testing import funding as money
from standfirst.testing import stories as paper
from standfirst.testing.delivery import Site
from standfirst.testing.sites import Served
from standfirst.testing.wire import WireAnswer, request, wire

pytestmark = pytest.mark.slow

POSITION = re.compile(rb'data-change="\d*"')  # where a page says at which change it was made
FUZZ = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Target:
    """The served site, and its pages as an innocent reader got them before anything began."""

    def __init__(self, served: Served, filled: Any) -> None:
        self.served, self.filled = served, filled
        self.port, self.host = served.port, f"127.0.0.1:{served.port}"
        self.paths = [
            "/",
            filled.path,
            filled.other,
            f"{filled.path}?order=newest",
            "/about/",
            "/sections/town/",
            "/feed/",
        ]
        self.pages = self.read()

    def read(self) -> dict[str, tuple[int, str | None, bytes]]:
        """Read every page as a browser does, on one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        pages = {}
        for path in self.paths:
            connection.request("GET", path)
            answer = connection.getresponse()
            pages[path] = (answer.status, answer.getheader("content-type"), POSITION.sub(b"", answer.read()))
        connection.close()
        return pages

    def get(self, target: str | bytes, *lines: str | bytes, host: str | bytes | None = None) -> WireAnswer:
        """Send one GET; exactly one answer must come."""
        (answer,) = wire(self.port, request(target, *lines, host=self.host if host is None else host))
        return self.passed(answer)

    def send(self, text: str | bytes, **how: Any) -> list[WireAnswer]:
        """Send bytes in which HOST, STORY and THREAD stand for the site's own."""
        raw = text.encode("latin-1") if isinstance(text, str) else text
        raw = raw.replace(b"HOST", self.host.encode()).replace(b"STORY", self.filled.path.encode())
        raw = raw.replace(b"THREAD", f"/discussion/threads/{self.filled.key}/".encode())
        return [self.passed(answer) for answer in wire(self.port, raw, **how)]

    def passed(self, answer: WireAnswer) -> WireAnswer:
        """Check what is true of every answer to a stranger."""
        assert answer.status < 500, answer
        location = answer.headers.get("location", "/")
        assert location.startswith(("/", f"http://{self.host}/")), answer
        assert not location.startswith(("//", "/\\")), answer
        assert "set-cookie" not in answer.headers, answer
        if answer.status == 200 and answer.body:
            assert b"evil.example" not in answer.body, answer
        return answer

    def is_page(self, answer: WireAnswer, path: str) -> bool:
        """Say whether ``answer`` is the page at ``path``."""
        return answer.status == 200 and POSITION.sub(b"", answer.body) == self.pages[path][2]


@pytest.fixture(scope="module")
def target(filled_site: Any) -> Iterator[Target]:
    served = Served(filled_site.folder, environment=filled_site.environment).ready()
    yield Target(served, filled_site)
    served.stop()
    assert "Internal Server Error" not in served.said()


@pytest.fixture(autouse=True)
def _nobody_else_notices(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "target" in request.fixturenames:
        target = request.getfixturevalue("target")
        assert target.read() == target.pages


SMUGGLED = "GET /about/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
POST = "POST THREADcomments/ HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\n"
GET = "GET STORY HTTP/1.1\r\nHost: HOST\r\n"
ONE_ANSWER = {
    "length and chunks": f"{POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "chunks and length": f"{POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "chunks and length of a GET": f"{GET}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "unknown transfer encoding": f"{POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "chunked, but not last": f"{POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "chunked with a tab": f"{POST}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "space before the colon": f"{POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "a chunk's size that is no number": f"{POST}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n{SMUGGLED}",
    "a chunk's size that overflows": f"{POST}Transfer-Encoding: chunked\r\n\r\n{'F' * 17}\r\na\r\n0\r\n\r\n{SMUGGLED}",
    "a chunk longer than it says": f"{POST}Transfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n0\r\n\r\n{SMUGGLED}",
    "two lengths": f"{POST}Content-Length: 3\r\nContent-Length: 44\r\n\r\nabc{SMUGGLED}",
    "a list of lengths": f"{POST}Content-Length: 3, 3\r\n\r\nabc{SMUGGLED}",
    "negative length": f"{POST}Content-Length: -1\r\n\r\nabc{SMUGGLED}",
    "signed length": f"{POST}Content-Length: +3\r\n\r\nabc{SMUGGLED}",
    "length that overflows": f"{POST}Content-Length: {'9' * 30}\r\n\r\nabc{SMUGGLED}",
    "folded header": f"{GET}X-A: b\r\n c\r\n\r\n{SMUGGLED}",
    "space in a name": f"{GET}X A: b\r\n\r\n{SMUGGLED}",
    "no name": f"{GET}: b\r\n\r\n{SMUGGLED}",
    "NUL in a value": f"{GET}X-A: b\0c\r\n\r\n{SMUGGLED}",
    "NUL in a name": f"{GET}X\0A: b\r\n\r\n{SMUGGLED}",
    "bare CR in a value": f"{GET}X-A: b\rc\r\n\r\n{SMUGGLED}",
    "half a megabyte of header": f"{GET}X-A: {'a' * 600_000}\r\n\r\n",
    "thousands of headers": GET + "".join(f"X-{n}: 1\r\n" for n in range(5_000)) + "\r\n",
    "no version": "GET STORY\r\n\r\n",
    "HTTP/2.0": "GET STORY HTTP/2.0\r\nHost: HOST\r\n\r\n",
    "HTTP/1.2": "GET STORY HTTP/1.2\r\nHost: HOST\r\n\r\n",
    "HTTP/2 without TLS": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\0" * 200,
    "every byte": bytes(range(256)).decode("latin-1") * 4,
    "no host": "GET STORY HTTP/1.1\r\n\r\n",
    "no host in 1.0": "GET STORY HTTP/1.0\r\n\r\n",
    "two hosts": f"{GET}Host: HOST\r\n\r\n",
    "two hosts that differ": f"{GET}Host: evil.example\r\n\r\n",
    "an empty target": "GET  HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a target without a slash": "GET about/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a space in the target": "GET /about/ x HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "control characters in the target": "GET /\x01\x7f HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "bytes in the target": "GET /sections/\xe9/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
}


@pytest.mark.parametrize("sent", ONE_ANSWER.values(), ids=ONE_ANSWER.keys())
def test_what_two_readers_may_understand_differently_is_refused_and_nothing_follows_it(
    target: Target, sent: str
) -> None:
    answers = target.send(sent)

    assert len(answers) <= 1  # what was smuggled behind it has no answer of its own
    allowed = {400, 414, 422, 431} | ({200} if "of a GET" in sent or sent.startswith(GET + "Transfer") else set())
    assert {answer.status for answer in answers} <= allowed


def test_requests_sent_in_a_row_are_answered_in_that_order(target: Target) -> None:
    paths = [target.filled.path, "/about/", "/", target.filled.other]
    row = "".join(f"GET {path} HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\nGET /x/ H" for path in paths)

    answers = target.send(row)

    assert [target.is_page(answer, path) for answer, path in zip(answers, paths, strict=True)] == [True] * 4


HOSTS = [
    *("evil.example", "127.0.0.1.", "localhost.", "localhost:abc", "localhost:80:80", "localhost:²", "localhost:-1"),
    *("user@localhost", "user:pw@localhost", "local host", "localhost, evil.example", "localhost,localhost"),
    *("localhost/", "localhost/about", "localhost?x", "localhost#x", "[::1", "::1", "0x7f.1", "127.1", "2130706433"),
    *(".localhost", "\\localhost", "localhost\\@evil.example", "locélhost", "localhost\t.evil.example", "%6cocalhost"),
    *("localhost%00.evil.example", "a" * 70_000, "evil.example:80", "[::1]evil.example", "localhost.evil.example"),
]


@pytest.mark.parametrize("host", HOSTS, ids=[host[:24] for host in HOSTS])
def test_a_host_that_is_not_ours_is_refused(target: Target, host: str) -> None:
    for path in (target.filled.path, "/search/?q=ferry", "/nowhere/"):
        assert target.get(path, host=host).status == 400


@pytest.mark.parametrize("host", ["LocalHost", "127.0.0.1", "[::1]", "localhost:8080", "[::1]:80"])
def test_our_own_host_in_any_writing_gets_the_same_page(target: Target, host: str) -> None:
    assert target.is_page(target.get(target.filled.path, host=host), target.filled.path)


REFUSED = (
    "/%00 /sections/%00/ /sections/town%00/ /authors/a%00b/ /topics/%00/ /series/%00/ /2026/11/%00/ /fragments/%00"
    " /discussion/threads/%00/ /documents/1/%00 /media/images/%00 /static/%00.css /x%00/?p=1"
    " /%2e%2e/ /../ /about/../about/ /./ // //about/ //evil.example/ /about// /\\evil.example /%5cevil.example /about\\"
    " /%2fabout/ /about/%3Fx STORY%3Forder=newest STORY%3f /%3F /ABOUT/ /about /about/%20 /about;x/ /about/;x"
    " /media/images/../../standfirst.sqlite3"
    " /media/images/%2e%2e/%2e%2e/standfirst.sqlite3 /media/images/..%2f..%2fsecret_key"
    " /static/../secret_key /static/%2e%2e/secret_key /static/..%5csecret_key"
    " /static//etc/passwd /media/images//etc/passwd"
    " /static/%ff /media/images/%ff /%ff/ /%c3%28/ /sections/%ff/ /sections/%ed%a0%80/ /%zz/ /% /%2 /%u0041 /%D9%A3/"
    " /discussion/comments/%D9%A3/replies/ /discussion/comments/99999999999999999999999/replies/"
    " STORY?comment=%C2%B2 STORY?comment=%D9%A3 STORY?comment=-1 STORY?comment=1e5 STORY?comment=9999999999999999999999"
    " STORY?after=%00 STORY?after=1 STORY?after=99999999999999999999-1 STORY?order=%00 STORY?order=x STORY?comment=%00"
    " /sections/town/?before=%00 /sections/town/?before=9999-99-99T /sections/town/?before=-1"
    " /support/thanks/00000000-0000-0000-0000-000000000000/ /live/ /live/?key="
    " /live/?key=%00 /live/?key=a/b * evil.example:80"
).split()


@pytest.mark.parametrize("path", [*REFUSED, "/" + "a" * 5_000, "/" + "a" * 70_000, "/static/" + "a" * 5_000])
def test_an_address_that_is_none_of_ours_is_400_or_404(target: Target, path: str) -> None:
    path = path.replace("STORY", target.filled.path)

    assert target.get(path).status in {400, 404, 414}


SAME = [
    "/%61bout/",
    "/about/#x",
    "/about/?",
    "/about/?&&",
    "/about/?x",
    "/about%2f",
    "http://HOST/about/",
    "/about/?%00",
]


@pytest.mark.parametrize("path", [*SAME, "http://evil.example/about/", f"/about/?{'a' * 5_000}"])
def test_another_writing_of_an_address_gets_that_page_and_no_other(target: Target, path: str) -> None:
    # A foreign authority in the target: the server tells it to nobody, so the page is that of the Host that was named.
    assert target.is_page(target.get(path.replace("HOST", target.host)), "/about/")


@pytest.mark.parametrize(
    "path", ["STORY", "/", "/static/web/paper.css", "/live/?key=stories", "/fragments/meter", "/x/"]
)
@pytest.mark.parametrize(
    "method", ["OPTIONS", "TRACE", "CONNECT", "PUT", "DELETE", "POST", "PRI", "FOO", "post", "A" * 99]
)
def test_a_method_that_an_address_does_not_know_is_refused(target: Target, method: str, path: str) -> None:
    path = path.replace("STORY", target.filled.path)

    answers = wire(target.port, request(path, host=target.host, method=method))

    assert [target.passed(answer).status in {400, 403, 404, 405} for answer in answers] == [True]


ODD = {
    "Accept-Encoding": [
        "gzip;q=0",
        "gzip;q=2",
        "gzip;q=NaN",
        "gzip;q=-1",
        "*;q=0",
        "identity;q=0",
        "a" * 10_000,
        ";;,,=",
        "",
    ],
    "If-None-Match": ['"', 'W/"x"', "x" * 10_000, '"a", "b"', "\xff", "", "**"],
    "Cookie": [
        *(
            f"sf_seen={n}"
            for n in ("-1", "9" * 18, "9" * 5_000, "²", "٣".encode().decode("latin-1"), "1; sf_seen=x", "", "1e9")
        ),
        *("\x80=\xff", "sf_guest=\xff", "sf_guest=" + "a:" * 500, "sessionid=\xff", "=", ";;;", "a" * 9_000),
    ],
    "Range": ["bytes=0-10", "bytes=-1", "bytes=9-1", "x"],
    "Expect": ["100-continue", "nonsense"],
    "X-Forwarded-Host": ["evil.example"],
    "X-Forwarded-For": ["127.0.0.1", "\xff", "a," * 3_000],
    "X-Forwarded-Proto": ["https", "x"],
    "Forwarded": ["host=evil.example;proto=https"],
    "X-Original-URL": ["/desk/", "/about/"],
    "X-Rewrite-URL": ["/about/"],
    "X-HTTP-Method-Override": ["POST", "DELETE"],
    "Accept-Language": ["de", "ar," * 2_000, "\xff"],
    "Accept": ["application/json", "*/*;q=x"],
    "Connection": ["Host", "close, Accept-Encoding", "Upgrade"],
    "Upgrade": ["websocket", "h2c"],
    "TE": ["trailers, deflate"],
    "Trailer": ["Host"],
    "Content-Type": ["multipart/form-data; boundary=", "text/html; charset=nonsense"],
    "Origin": ["null", "http://[", "http://evil.example"],
    "Referer": ["http://evil.example/", "\xff"],
    "Authorization": ["Basic =", "Bearer \xff"],
    "Proxy-Connection": ["keep-alive"],
}
HEADERS = [(name, value) for name, values in ODD.items() for value in values]


@pytest.mark.parametrize(("name", "value"), HEADERS, ids=[f"{name}: {value[:16]!r}" for name, value in HEADERS])
def test_an_odd_header_changes_no_page(target: Target, name: str, value: str) -> None:
    line = f"{name}: {value}"

    assert target.is_page(target.get(target.filled.path, line), target.filled.path)
    for path in ("/search/?q=ferry", "/desk/login/", "/support/", "/nowhere/", "/live/"):
        (answer,) = wire(target.port, request(path, line, host=target.host))
        assert answer.status < 500
        assert b"evil.example" not in answer.body


def test_a_form_with_an_origin_that_is_no_address_is_refused(target: Target) -> None:
    for origin in ("http://[", "http://[::1", "http://HOST:x", "\xff"):
        answers = target.send(f"{POST.replace('Origin: http://HOST', f'Origin: {origin}')}Content-Length: 0\r\n\r\n")

        assert [answer.status for answer in answers] == [403]


@FUZZ
@given(st.binary(min_size=1, max_size=60))
@example(b"/%2e%2e/%00")
def test_random_bytes_as_an_address_never_break_the_server(target: Target, raw: bytes) -> None:
    for answer in target.send(
        b"GET /" + raw.replace(b"HOST", b"") + b" HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
    ):
        assert answer.status in {200, 301, 302, 400, 404}


@FUZZ
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_random_bytes_as_headers_never_break_the_server(target: Target, lines: list[bytes]) -> None:
    sent = b"\r\n".join([b"GET STORY HTTP/1.1", b"Host: HOST", b"Connection: close", *lines, b"", b""])

    for answer in target.send(sent):
        assert answer.status in {200, 304, 400, 431} or (answer.status == 404 and b"\r\n\r\n" in b"\r\n".join(lines))


# What nobody may put into the store


@pytest.fixture
def asked(transactional_db: None) -> Iterator[Site]:
    made = Site(
        Application(
            Store(bytes_max=20_000_000), Handler(), threads=2, body_bytes_max=1_000, streams_max=1, per_address_max=1
        )
    )
    yield made
    made.close()
    money.forget_the_books()


@pytest.fixture
def paths(asked: Site) -> list[str]:
    """Stored pages of a small publication, none of them read yet."""
    story = paper.published_story(by=paper.make_author(), section=paper.make_section())
    for _ in range(3):
        talk.a_comment(threads.thread_of(story.key))
    return [
        f"/{story.address}/",
        "/",
        "/sections/town/",
        "/feed/",
        f"/discussion/threads/{story.key}/",
        "/fragments/meter",
    ]


def held(site: Site) -> tuple[int, int]:
    return len(site.application.store.pages), site.application.store.bytes_held


def test_a_thousand_made_up_addresses_hosts_and_headers_leave_the_store_as_it_is(asked: Site, paths: list[str]) -> None:
    for path in paths:
        asked.get(path)
    before = held(asked)
    story = paths[0]

    for number in range(100):
        asked.get(f"{story}?utm_source={number}")
        asked.get(f"{story}?order=newest&x={number}")
        asked.get(f"{story}?order=newest&order={number}")
        asked.get(f"{story}?comment={number + 1_000_000}")
        asked.get(f"{story}?after={number}-9")
        asked.get(f"/{number}/")
        asked.get(f"/topics/{number}/")
        asked.get(f"/fragments/count:story:{number + 1_000_000}")
        asked.get(f"/sections/town/?before={number}")
        asked.get(story, host=f"{number}.evil.example")
        asked.get(story, cookie=f"sf_seen={number}; a={number}", user_agent=str(number), accept_language=f"x-{number}")

    assert held(asked) == before


def test_one_page_in_many_writings_is_kept_once(asked: Site, paths: list[str]) -> None:
    story = paths[0]
    asked.get(f"{story}?order=newest")
    before = len(asked.application.store.pages)

    for letters in product(*((letter, f"%{ord(letter):02x}") for letter in "newest")):
        assert asked.get(f"{story}?order={''.join(letters)}").status == 200
    for number in range(1, 60):
        assert asked.get(f"{story}?order=newest{'&' * number}").status == 200
    asked.get(f"{story}?order=")
    asked.get(f"{story}?after=")

    assert len(asked.application.store.pages) == before


def test_pages_that_were_asked_for_once_do_not_drive_out_those_that_are_read(asked: Site, paths: list[str]) -> None:
    story = paths[0]
    key = f"story:{paths[4].rpartition(':')[2].strip('/')}"
    store = asked.application.store
    store.bytes_max = 800_000  # a page of more than an eighth is not kept

    gone = 0
    for number in range(150):
        asked.get(f"/discussion/threads/{key}/since/{number}/")  # each of them is a page of ours
        asked.get(f"/discussion/threads/{key}/since/{number + 1_000}/")
        gone += story not in store.pages
        asked.get(story)

    assert gone == 1  # it was not there at first
    assert store.bytes_held <= store.bytes_max


STRANGE = {
    "cookie": "sessionid=x; sf_guest=y; csrftoken=z; sf_seen=1",
    "x_forwarded_host": "evil.example",
    "x_forwarded_proto": "https",
    "x_forwarded_port": "4443",
    "x_forwarded_prefix": "/evil",
    "x_script_name": "/evil",
    "forwarded": "host=evil.example",
    "x_original_url": "/feed/",
    "x_rewrite_url": "/feed/",
    "x_http_method_override": "POST",
    "accept_language": "de, ar",
    "accept": "application/json",
    "user_agent": "a telephone",
    "referer": "https://evil.example/",
    "origin": "https://evil.example",
    "authorization": "Basic eDp5",
    "x_requested_with": "XMLHttpRequest",
    "save_data": "on",
    "range": "bytes=0-1",
    "host": "localhost:8000",
}


def test_what_the_first_reader_sends_is_not_in_the_page_that_the_next_one_gets(asked: Site, paths: list[str]) -> None:
    plain = {path: asked.get(path) for path in paths}

    for name, value in STRANGE.items():
        asked.application.store.forget_everything()
        for path in paths:
            first, second = asked.get(path, **{name: value}), asked.get(path)
            for answer in (first, second):
                assert (answer.status, answer.headers, answer.body) == (
                    plain[path].status,
                    plain[path].headers,
                    plain[path].body,
                ), f"{name} on {path}"
