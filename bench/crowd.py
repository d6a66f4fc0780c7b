"""Readers who comment on a story and give, while others read it: ``python -m bench.crowd STORY_URL SECONDS``.

A process of its own that takes little of the machine: a comment every 50 ms and a gift a second,
each through the real form, on connections that stay open. Another connection asks for the story
every ten milliseconds, as a reader without cookies, to see how long a comment takes to be there.
Prints one line of JSON.
"""

import gzip
import http.client
import json
import random
import re
import secrets
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

COMMENTS_A_SECOND = 20
WRITERS = 10  # who take turns: each waits until its comment is answered
GIFTS_A_SECOND = 1
LOOK_SECONDS = 0.01
WAIT_SECONDS_MAX = 10
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Crowd:
    """Everybody who is busy on one story."""

    url: str
    comments: int = 0
    gifts: int = 0
    refused: list[str] = field(default_factory=list)
    pending: dict[int, float] = field(default_factory=dict)  # a comment's event, and when its POST was answered
    unseen_seconds: list[float] = field(default_factory=list)
    shown: int = 0  # the newest event that the page shows
    done: threading.Event = field(default_factory=threading.Event)
    written: threading.Event = field(default_factory=threading.Event)  # and everything is answered

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self.host, self.path = parts.netloc, parts.path
        self.origin = f"{parts.scheme}://{parts.netloc}"
        page = gzip.decompress(self.get(self.connection(), {})[1]).decode()
        form = re.search(r'action="([^"]+/threads/([^"/]+)/comments/)"', page)
        if form is None:
            raise SystemExit(f"{self.url} has no form for comments")
        self.form, self.key = form[1], form[2]

    def connection(self) -> http.client.HTTPConnection:
        """Open a connection of its own."""
        return http.client.HTTPConnection(self.host, timeout=WAIT_SECONDS_MAX)

    def get(self, connection: http.client.HTTPConnection, headers: dict[str, str]) -> tuple[str, bytes]:
        """Ask for the story; return its ETag and its bytes, none if they are known."""
        connection.request("GET", self.path, headers={"Accept-Encoding": "gzip", **headers})
        answer = connection.getresponse()
        return answer.headers["ETag"], answer.read()

    def comment(self, connection: http.client.HTTPConnection) -> None:
        """Post a comment."""
        text = {"name": f"Reader {secrets.token_hex(3)}", "text": f"Remark {secrets.token_hex(8)} on what was said."}
        headers = {"Origin": self.origin, "Accept": "application/json", "X-Forwarded-For": address(), **FORM}
        connection.request("POST", self.form, urlencode(text), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 201:
            self.comments += 1
            self.pending[json.loads(body)["event"]] = time.monotonic()
        else:
            self.refused.append(f"comment {answer.status}: {body[:200]!r}")

    def give(self, connection: http.client.HTTPConnection) -> None:
        """Send the form, pay on the rehearsal's page, come back to be thanked."""
        headers = {"Origin": self.origin, "Cookie": f"sf_gift={secrets.token_hex(16)}", "X-Forwarded-For": address()}
        connection.request("POST", "/gifts/", urlencode({"amount": "5", "from": self.key}), headers | FORM)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 303:
            self.refused.append(f"gift {answer.status}: {body[:200]!r}")
            return
        thanks = pay(answer.headers["Location"])
        connection.request("GET", urlsplit(thanks).path, headers=headers)
        connection.getresponse().read()
        self.gifts += 1

    def look(self) -> None:
        """Look for the comments that were posted.

        A comment counts as unseen until a request is sent whose answer has it: what the request
        itself then takes is its latency, which is measured apart.
        """
        connection, known, shown_at = self.connection(), "", 0.0
        while not self.written.wait(LOOK_SECONDS) or self.pending:
            asked_at = time.monotonic()
            known, body = self.get(connection, {"If-None-Match": known})
            if body:
                self.shown, shown_at = int(re.findall(rb'data-event="(\d+)"', gzip.decompress(body))[0]), asked_at
            for event in [each for each in list(self.pending) if each <= self.shown]:
                self.unseen_seconds.append(max(0.0, shown_at - self.pending.pop(event)))

    def regularly(self, what: Callable[[http.client.HTTPConnection], None], *, a_second: float) -> None:
        """Do something so often a second, on one connection; never two at a time."""
        connection, began, number = self.connection(), time.monotonic(), 0
        while not self.done.wait(max(0.0, began + number / a_second - time.monotonic())):
            number += 1
            try:
                what(connection)
            except (OSError, http.client.HTTPException) as error:
                self.refused.append(f"{what.__name__}: {error!r}")
                connection.close()


def pay(page: str) -> str:
    """Press the button of the rehearsal's payment page; return where that leads."""
    parts = urlsplit(page)
    connection = http.client.HTTPConnection(parts.netloc, timeout=WAIT_SECONDS_MAX)
    connection.request("POST", parts.path, "action=pay", FORM)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.headers["Location"])


def address() -> str:
    """Return an address of no real machine."""
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"


def main() -> None:
    """Be busy for a while."""
    url, seconds = sys.argv[1], float(sys.argv[2])
    crowd = Crowd(url)
    each = {"a_second": COMMENTS_A_SECOND / WRITERS}
    jobs = [threading.Thread(target=crowd.regularly, args=(crowd.comment,), kwargs=each) for _ in range(WRITERS)]
    jobs.append(threading.Thread(target=crowd.regularly, args=(crowd.give,), kwargs={"a_second": GIFTS_A_SECOND}))
    look = threading.Thread(target=crowd.look, daemon=True)
    look.start()
    began = time.monotonic()
    for job in jobs:
        job.start()
        time.sleep(1 / COMMENTS_A_SECOND)
    crowd.done.wait(began + seconds - time.monotonic())
    crowd.done.set()
    for job in jobs:
        job.join()
    crowd.written.set()
    look.join(WAIT_SECONDS_MAX)
    unseen = [1000 * each for each in crowd.unseen_seconds]
    found = {
        "seconds": seconds,
        "comments": crowd.comments,
        "gifts": crowd.gifts,
        "refused": crowd.refused[:3],
        "never_seen": len(crowd.pending),
        "unseen_ms_median": statistics.median(unseen) if unseen else None,
        "unseen_ms_max": max(unseen, default=None),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
