"""A comment on a story that 10,000 people follow: what posting costs, and when all letters are queued.

Comments are posted through HTTP, each from an address of its own, durable: on a story that nobody follows; on the one
that 10,000 people follow; and again on the first while the worker of the same machine queues the letters about the
second. The letters about one comment are counted when the last is queued. The site has no mail server: its postman
writes into files meanwhile, as far as it gets.
"""

import http.client
import statistics
import time
from urllib.parse import urlencode, urlsplit

from bench.crowd import address
from bench.report import Row
from bench.servers import NotMeasured
from bench.site import Served, Site, stories_on

FOLLOWERS = 10_000
CALM_POSTS = 20  # a round
MEANWHILE_POSTS = 10  # a round, while the letters are queued
PAUSE_SECONDS = 0.2
QUEUED_SECONDS_MAX = 10
RATIO_MAX = 1.1  # "unchanged", within what two medians of a shared machine differ by


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Post where nobody follows, then where many do, then where nobody does while those are told."""
    calm: list[float] = []
    followed: list[float] = []
    meanwhile: list[float] = []
    queued: list[float] = []
    with site.served() as served:
        many, nobody, *_rest = stories_on(served.url)
        key_of_many = site.run("bench.followers", "fill", many, str(FOLLOWERS))["key"]
        key = site.run("bench.followers", "fill", nobody, "0")["key"]
        _posts(served, key, 3)  # the first ones load what the others find
        for _ in range(rounds):
            calm += _posts(served, key, CALM_POSTS)
            followed += _posts(served, key_of_many, 1)
            began = time.time() - PAUSE_SECONDS
            meanwhile += _posts(served, key, MEANWHILE_POSTS)
            found = site.run("bench.followers", "queued", many)
            queued.append(found["at"] - began)
            site.run("bench.followers", "drop")
    before, with_followers, beside = (1000 * statistics.median(times) for times in (calm, followed, meanwhile))
    ratio, seconds = with_followers / before, statistics.median(queued)
    return [
        Row("posting a comment on a story that nobody follows, one client", f"median {before:.1f} ms"),
        Row(
            f"posting on the story that {FOLLOWERS:,} follow",
            f"median {with_followers:.1f} ms, {ratio:.2f} ×",
            f"unchanged (≤ {RATIO_MAX:.1f} ×)",
            ratio <= RATIO_MAX,
        ),
        Row(
            "posting elsewhere while its letters are queued and sent",
            f"median {beside:.1f} ms, {beside / before:.2f} ×; at most {1000 * max(meanwhile):.0f} ms",
        ),
        Row(
            "from the answer to the post until its last letter is queued",
            f"median {seconds:.1f} s, at most {max(queued):.1f} s",
            f"≤ {QUEUED_SECONDS_MAX} s",
            max(queued) <= QUEUED_SECONDS_MAX,
        ),
        Row(
            "letters queued for it",
            f"{found['letters']:,} to {found['notices']:,} people",
            f"{FOLLOWERS:,}, one each",
            found["letters"] == found["notices"] == FOLLOWERS,
        ),
    ]


def _posts(served: Served, key: str, count: int) -> list[float]:
    """Post so many comments, some a second; return the seconds of each."""
    times = []
    for _ in range(count):
        times.append(_post(served, key))
        time.sleep(PAUSE_SECONDS)
    return times


def _post(served: Served, key: str) -> float:
    """Post a comment and return the seconds until it was answered."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=60)
    form = urlencode({"name": "Marta", "text": f"Nobody asked us, and it is {time.time()} o'clock."})
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": address(),
    }
    began = time.perf_counter()
    connection.request("POST", f"/discussion/threads/{key}/comments/", form, headers)
    answer = connection.getresponse()
    said = answer.read()
    took = time.perf_counter() - began
    connection.close()
    if answer.status != 201:
        raise NotMeasured(f"a comment was answered {answer.status}: {said[:200]!r}")
    return took
