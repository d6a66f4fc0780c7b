import http.server
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from standfirst.importers.fetching import Fetcher, NotFetched, resolve

pytestmark = pytest.mark.one_database

LOOPBACK = [ipaddress.ip_network("127.0.0.1/32")]
PICTURE = b"\x89PNG pretended"


class Server(http.server.ThreadingHTTPServer):
    """Remembers what it was asked, and when to stop sending."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Site)
        self.asked: list[str] = []
        self.closing = threading.Event()


class Site(http.server.BaseHTTPRequestHandler):
    """A site of many kinds; the path says which."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        getattr(self, f"answer_{self.path.strip('/').partition('?')[0]}")()

    def head(self, status: int = 200, **headers: Any) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def answer_picture(self) -> None:
        self.head(Content_Type="image/png", Content_Length=str(len(PICTURE)))
        self.wfile.write(PICTURE)

    def answer_page(self) -> None:
        self.head(Content_Type="text/html", Content_Length="2")
        self.wfile.write(b"no")

    def answer_gone(self) -> None:
        self.head(404, Content_Length="0")

    def answer_large(self) -> None:
        self.head(Content_Type="image/png", Content_Length="10000000000")

    def answer_endless(self) -> None:
        self.head(Content_Type="image/png")
        try:
            while True:
                self.wfile.write(b"x" * 65_536)
        except OSError:
            pass

    def answer_drip(self) -> None:
        self.head(Content_Type="image/png", Content_Length="100000")
        self.drip()

    def answer_dripping_head(self) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nX-A: ")

    def drip(self, first: bytes = b"") -> None:
        try:
            self.wfile.write(first)
            while not self.server.closing.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            pass

    def answer_short(self) -> None:
        self.head(Content_Type="image/png", Content_Length="1000")
        self.wfile.write(b"x")

    def answer_away(self) -> None:
        self.head(302, Location="/picture", Content_Length="0")

    def answer_round(self) -> None:
        self.head(302, Location="/round", Content_Length="0")

    def answer_inside(self) -> None:
        self.head(302, Location=f"http://127.0.0.2:{self.server.server_port}/picture", Content_Length="0")

    def answer_file(self) -> None:
        self.head(302, Location="file:///etc/passwd", Content_Length="0")

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Any]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


def url(site: Any, path: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{site.server_port}/{path}"


def test_a_picture_is_fetched(site: Any) -> None:
    fetched = Fetcher(allowed=LOOPBACK).fetch(url(site, "picture?w=1"))

    assert (fetched.body, fetched.content_type) == (PICTURE, "image/png")
    assert site.asked == ["/picture?w=1"]


def test_a_redirect_is_followed(site: Any) -> None:
    fetched = Fetcher(allowed=LOOPBACK).fetch(url(site, "away"))

    assert fetched.url == url(site, "picture")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_the_loopback_is_refused_in_all_its_spellings(site: Any, host: str) -> None:
    with pytest.raises(NotFetched, match="private network"):
        Fetcher().fetch(url(site, "picture", host))
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(NotFetched, match="private network"):
        Fetcher(resolve=lambda host, port: [address]).fetch("http://pictures.example/a.png")


def test_one_private_address_of_a_name_spoils_it(site: Any) -> None:
    both = Fetcher(resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])

    with pytest.raises(NotFetched, match="private network"):
        both.fetch("http://pictures.example/a.png")


def test_the_connection_goes_to_the_address_that_was_looked_at(site: Any) -> None:
    answers = [["127.0.0.1"], ["127.0.0.9"]]  # a name that says something else the second time
    fetcher = Fetcher(allowed=LOOPBACK, resolve=lambda host, port: answers.pop(0))

    assert fetcher.fetch(url(site, "picture", "rebinding.example")).body == PICTURE
    assert len(answers) == 1


@pytest.mark.parametrize("path", ["inside", "file"])
def test_a_redirect_to_the_inside_is_refused(site: Any, path: str) -> None:
    with pytest.raises(NotFetched, match=r"private network|only plain http"):
        Fetcher(allowed=LOOPBACK).fetch(url(site, path))
    assert site.asked == [f"/{path}"]


def test_redirects_end(site: Any) -> None:
    with pytest.raises(NotFetched, match="redirects"):
        Fetcher(allowed=LOOPBACK).fetch(url(site, "round"))


@pytest.mark.parametrize("path", ["large", "endless"])
def test_what_is_too_large_is_refused(site: Any, path: str) -> None:
    with pytest.raises(NotFetched, match="larger than 1000000 bytes"):
        Fetcher(allowed=LOOPBACK, bytes_max=1_000_000).fetch(url(site, path))


@pytest.mark.parametrize("path", ["drip", "dripping_head"])
def test_a_sender_that_never_ends_is_cut_off(site: Any, path: str) -> None:
    began = time.monotonic()

    with pytest.raises(NotFetched, match="too long"):
        Fetcher(allowed=LOOPBACK, seconds_max=0.5).fetch(url(site, path))

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("path", "reason"), [("page", "no picture but text/html"), ("gone", "answered 404"), ("short", "broke off")]
)
def test_what_is_no_whole_picture_is_refused(site: Any, path: str, reason: str) -> None:
    with pytest.raises(NotFetched, match=reason):
        Fetcher(allowed=LOOPBACK).fetch(url(site, path))


@pytest.mark.parametrize(
    "address",
    [
        "ftp://pictures.example/a.png",
        "file:///etc/passwd",
        "//pictures.example/a.png",
        "http:///a.png",
        "http://user:word@pictures.example/a.png",
        "http://pictures.example:99999/a.png",
        "http://[broken/a.png",
        "http://pictures.example/" + "a" * 3_000,
    ],
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(NotFetched):
        Fetcher(resolve=lambda host, port: ["93.184.216.34"]).fetch(address)


def test_ports_of_other_services_are_refused() -> None:
    with pytest.raises(NotFetched, match="port"):
        Fetcher(resolve=lambda host, port: ["93.184.216.34"]).fetch("http://pictures.example:25/a.png")


def test_a_name_that_nobody_knows_is_refused() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(NotFetched, match="name is not known"):
        Fetcher(resolve=unknown).fetch("http://nobody.example/a.png")


def test_a_closed_port_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        with pytest.raises(NotFetched):
            Fetcher(allowed=LOOPBACK).fetch(f"http://127.0.0.1:{port}/a.png")


def test_names_are_resolved_to_each_address_once() -> None:
    assert "127.0.0.1" in resolve("localhost", 80)
