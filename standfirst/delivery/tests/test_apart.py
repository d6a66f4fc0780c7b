"""A backend in a process of its own answers as the one in this process does, and its end is noticed."""

import io
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO

import pytest
from django.db import connections
from django.utils.safestring import mark_safe

from standfirst.delivery import apart
from standfirst.delivery.apart import INLINE_BYTES_MAX, Apart, Child
from standfirst.delivery.backend import Answer, BackendGone, Scope
from standfirst.delivery.fragments import Rendered
from standfirst.testing.delivery import touched

SCOPE: Scope = {
    "type": "http",
    "method": "POST",
    "path": "/pages/",
    "query_string": b"a=b",
    "headers": [(b"host", b"example.org")],
    "client": ["192.0.2.1", 5],
    "state": {"not": "for the other side"},
}


class Echo:
    """A backend that tells what it was asked."""

    def answer(self, scope: Scope, body: IO[bytes] | None) -> Answer:
        text = body.read() if body is not None else b""
        if scope["path"] == "/broken/":
            raise ValueError("broken")
        if scope["path"] == "/commits/":
            touched("story:1")
        if scope["path"] == "/file/":
            file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - the other side closes its own
            file.write(b"long " * 100_000)
            return Answer(200, [(b"content-type", b"text/csv")], file=file)
        told = repr((scope["method"], scope["client"], sorted(scope))).encode() + str(len(text)).encode()
        return Answer(201, [(b"set-cookie", b"a=b")], told, shown=frozenset({"story:1"}), expires_at=5.5)

    def fragments(self, names: Iterable[str]) -> Mapping[str, Rendered]:
        until = datetime(2026, 12, 1, tzinfo=UTC)
        return {name: Rendered(mark_safe("<b>“é”</b>"), frozenset({name}), until) for name in names if name != "gone"}

    def follow_commits(self, follow: Callable[[], None]) -> None: ...

    def let_go(self) -> None:
        connections.close_all()


@pytest.fixture
def beside() -> Iterator[Apart]:
    """The other side runs in threads here, so that a test sees into it."""
    pairs = [socket.socketpair() for _ in range(2)]
    child = threading.Thread(target=Child(Echo()).run, args=([there for _here, there in pairs],))
    child.start()
    made = Apart(here for here, _there in pairs)
    yield made
    made.close()
    child.join()


def test_an_answer_comes_back_as_it_was_given(beside: Apart) -> None:
    answer = beside.answer(SCOPE, io.BytesIO(b"name=Ada"))

    assert (answer.status, answer.sets_cookie) == (201, True)
    assert (answer.shown, answer.expires_at) == (frozenset({"story:1"}), 5.5)
    assert b"('POST', ('192.0.2.1', 5)," in answer.body
    assert b"state" not in answer.body
    assert answer.body.endswith(b")8")


@pytest.mark.parametrize("length", [0, INLINE_BYTES_MAX, INLINE_BYTES_MAX + 1, 3_000_000])
def test_a_body_of_any_length_arrives_whole(beside: Apart, length: int) -> None:
    with TemporaryFile() as body:
        body.write(b"x" * length)
        body.seek(0)

        assert beside.answer(SCOPE, body).body.endswith(b")%d" % length)


def test_what_is_downloaded_comes_as_a_file(beside: Apart) -> None:
    answer = beside.answer(SCOPE | {"path": "/file/"}, None)

    assert answer.file is not None
    with answer.file as file:
        assert file.read() == b"long " * 100_000


def test_fragments_come_back_with_their_keys_and_dates(beside: Apart) -> None:
    found = beside.fragments(["meter", "gone"])

    assert found == {"meter": Rendered("<b>“é”</b>", frozenset({"meter"}), datetime(2026, 12, 1, tzinfo=UTC))}


def test_a_fault_of_one_call_is_told_and_the_next_is_answered(beside: Apart) -> None:
    for _ in range(4):  # more often than there are sockets
        with pytest.raises(RuntimeError, match="ValueError"):
            beside.answer(SCOPE | {"path": "/broken/"}, None)

    assert beside.answer(SCOPE, None).status == 201


@pytest.mark.django_db(transaction=True)
def test_a_request_that_commits_is_followed_before_its_answer_is_given(beside: Apart) -> None:
    followed: list[str] = []
    beside.follow_commits(lambda: followed.append("a commit"))

    beside.answer(SCOPE, None)
    assert followed == []
    beside.answer(SCOPE | {"path": "/commits/"}, None)

    assert followed == ["a commit"]


@contextmanager
def a_child() -> Iterator[tuple[Apart, int]]:
    made, (pid,) = apart.forked(Echo, connections=1, begins=[lambda: None])
    try:
        yield made, pid
    finally:
        made.close()
        os.waitpid(pid, 0)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_answers_and_ends_with_its_sockets() -> None:
    with a_child() as (made, pid):
        assert made.answer(SCOPE, io.BytesIO(b"abc")).body.endswith(b")3")
        assert os.waitpid(pid, os.WNOHANG) == (0, 0)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_that_was_killed_is_gone() -> None:
    with a_child() as (made, pid):
        os.kill(pid, signal.SIGKILL)

        with pytest.raises(BackendGone):
            made.answer(SCOPE, io.BytesIO(b"abc"))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_several_children_share_the_calls_and_each_ends_with_its_sockets() -> None:
    made, pids = apart.forked(Echo, connections=3, begins=[lambda: None, lambda: None])
    try:
        answered = {made.answer(SCOPE, io.BytesIO(b"abc")).body for _ in range(6)}
        assert all(body.endswith(b")3") for body in answered)
        os.kill(pids[0], signal.SIGKILL)
        os.waitpid(pids[0], 0)
        gone = 0
        for _ in range(3):  # one of its two pairs after the other, and the living one's
            try:
                made.answer(SCOPE, io.BytesIO(b"abc"))
            except BackendGone:
                gone += 1
        assert gone == 2
    finally:
        made.close()
        os.waitpid(pids[1], 0)
