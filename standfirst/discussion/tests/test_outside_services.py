"""Services outside, with real receivers on loopback: what they are told, what their answers do, how they fail."""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from standfirst.discussion import comments
from standfirst.discussion.models import Comment, State
from standfirst.discussion.rules import outside
from standfirst.discussion.rules.refusals import RefusedByRule
from standfirst.discussion.rules.sent import Sent
from standfirst.testing.discussion import a_guest, a_thread
from standfirst.web import configuration

pytestmark = pytest.mark.django_db
SENT = Sent(address="192.0.2.9", agent="Firefox")


@dataclass
class Receiver:
    """A service that answers as it is told, and keeps what it was asked."""

    answer: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause_seconds: float = 0.0
    drip: bool = False
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.asked.append((dict(self.headers), body))
            time.sleep(receiver.pause_seconds)
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in [receiver.answer[i : i + 1] for i in range(99)] if receiver.drip else [receiver.answer]:
                try:
                    self.wfile.write(piece)
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.1 if receiver.drip else 0)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_rests(monkeypatch: Any) -> None:
    outside.rests.forget()
    monkeypatch.setattr(outside, "SECONDS_MAX", 1.0)


@pytest.fixture
def use(settings: Any) -> Callable[..., None]:
    def set_to(**values: str) -> None:
        settings.STANDFIRST = replace(settings.STANDFIRST, **values)

    return set_to


def say(text: str = "About the harbour", **how: Any) -> Comment:
    return comments.post(thread_key=a_thread().key, name="Ines", text=text, sent=SENT, **how).comment


def hook(use: Any, receiver: Receiver, **answer: Any) -> None:
    receiver.answer = receiver.answer or json.dumps(answer).encode()
    use(moderation_url=f"{receiver.url}/check", moderation_secret="a-secret-of-ours")


def test_without_services_nobody_is_asked_and_nothing_is_begun() -> None:
    assert outside.configured() == {}
    assert say().state == State.PUBLISHED


def test_the_question_is_signed_and_says_nothing_personal_but_the_comment(use: Any, receiver: Receiver) -> None:
    hook(use, receiver, verdict="publish")

    comment = say(address_hash="f" * 32, guest=a_guest())

    headers, body = receiver.asked[0]
    told = dict(part.split("=") for part in headers["Standfirst-Signature"].split(","))
    expected = hmac.new(b"a-secret-of-ours", f"{told['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert comment.state == State.PUBLISHED
    assert told["v1"] == expected
    assert abs(int(told["t"]) - time.time()) < 60
    question = json.loads(body)
    assert set(question) == {"version", "id", "site", "thread", "comment"}
    assert question["comment"] == {
        "name": "Ines",
        "text": "About the harbour",
        "html": "<p>About the harbour</p>",
    }
    for secret in ("192.0.2.9", "f" * 32, comment.guest.pk.hex, "Firefox"):
        assert secret not in body.decode()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"verdict": "hold", "reason": "It names a\r\nprivate person."}, "It names a private person."),
        ({"verdict": "hold"}, "It was marked for a check, so a person looks at it first."),
    ],
)
def test_a_service_holds_with_its_reason(use: Any, receiver: Receiver, answer: Any, why: str) -> None:
    hook(use, receiver, **answer)

    comment = say()

    assert (comment.state, comments.why(comment)) == (State.HELD, why)


def test_a_service_refuses_with_its_reason(use: Any, receiver: Receiver) -> None:
    hook(use, receiver, verdict="refuse", reason="No {advertising}, please.")

    with pytest.raises(RefusedByRule, match="advertising"):
        say()
    assert not Comment.objects.exists()


def test_what_is_held_anyway_is_shown_to_no_service(use: Any, receiver: Receiver) -> None:
    hook(use, receiver, verdict="publish")

    say(trap="https://buy.example")

    assert receiver.asked == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 500},
        {"status": 404, "answer": b'{"verdict": "publish"}'},
        {"answer": b"nonsense"},
        {"answer": b"[" * 50_000},
        {"answer": b'{"verdict": "perhaps"}'},
        {"answer": b'["publish"]'},
        {"answer": b'{"verdict": "publish", "x": "' + b"x" * 70_000 + b'"}'},
        {"status": 302, "headers": {"Location": "http://127.0.0.1:9/"}},
        {"status": 204},
        {"pause_seconds": 1.3, "answer": b'{"verdict": "publish"}'},
        {"drip": True, "answer": b'{"verdict": "publish"}' + b" " * 80},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_whatever_goes_wrong_the_comment_is_held_and_soon(use: Any, wrong: dict[str, Any]) -> None:
    with receiving(Receiver(**({"answer": b"{}"} | wrong))) as receiver:
        hook(use, receiver)
        began = time.monotonic()
        comment = say()
        took = time.monotonic() - began

    assert comment.state == State.HELD
    assert comments.why(comment).startswith("It could not be checked at once")
    assert took < 5


def test_a_service_that_cannot_be_reached_is_left_alone_for_a_while(use: Any, receiver: Receiver) -> None:
    use(moderation_url="http://127.0.0.1:9/", moderation_secret="a-secret-of-ours")
    assert say().state == State.HELD

    assert outside.rests.rests("moderation")
    hook(use, receiver, verdict="publish")
    assert say("The second").state == State.HELD
    assert receiver.asked == []
    outside.rests.forget()
    assert say("The third").state == State.PUBLISHED


@pytest.mark.parametrize(("said", "state"), [(b"true", "held"), (b"false", "published"), (b"invalid", "held")])
def test_akismet_is_asked_with_what_it_needs(use: Any, receiver: Receiver, said: bytes, state: str) -> None:
    receiver.answer = said
    use(akismet_key="key-1", akismet_url=receiver.url)

    comment = say()

    form = {name: values[0] for name, values in parse_qs(receiver.asked[0][1].decode()).items()}
    assert comment.state == state
    assert (form["api_key"], form["user_ip"], form["user_agent"]) == ("key-1", "192.0.2.9", "Firefox")
    assert (form["comment_author"], form["comment_content"]) == ("Ines", "About the harbour")
    assert set(form) == {
        *("api_key", "blog", "user_ip", "user_agent", "permalink", "comment_type"),
        *("comment_author", "comment_content", "blog_charset"),
    }


def test_two_services_are_asked_side_by_side_and_one_that_holds_is_enough(use: Any) -> None:
    slow = {"pause_seconds": 0.6}
    with (
        receiving(Receiver(answer=b"false", **slow)) as akismet,
        receiving(Receiver(answer=b'{"verdict": "hold"}', **slow)) as own,
    ):
        use(akismet_key="k", akismet_url=akismet.url)
        hook(use, own)

        assert say().state == State.HELD
        assert (len(akismet.asked), len(own.asked)) == (1, 1)
        assert not outside.rests.rests("akismet")


@pytest.mark.parametrize(
    "url",
    [
        "http://moderation.example/check",
        "ftp://127.0.0.1/",
        "https://",
        "https://user:password@moderation.example/",
        "http://127.0.0.1.example/",
        "http://169.254.169.254/",
        "https://moderation.example/#x",
        "https://moderation.example/a b",
        "javascript:alert(1)",
    ],
)
def test_comments_are_sent_to_https_or_to_this_machine_only(url: str) -> None:
    with pytest.raises(ValueError, match=re.escape(url)):
        configuration._service(url)


@pytest.mark.parametrize(
    "url", ["", "https://moderation.example/check?site=1", "http://127.0.0.1:8080/x", "http://[::1]/"]
)
def test_these_addresses_are_fine(url: str) -> None:
    assert configuration._service(url) == url
