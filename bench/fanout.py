"""A comment on a story that 10,000 people follow: what posting costs, and when all letters are queued.

Comments are posted in turn on that story and on one that nobody follows, through HTTP, each from an address of its
own, durable. The worker tells the followers meanwhile, on the same machine; then the last comment's letters are
counted. Nothing is sent: the site has no mail server, and its postman writes into files as far as it gets.
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
COMMENTS = 6  # a round and story: as many as a person is told of at once within an hour
PAUSE_SECONDS = 0.2
QUEUED_SECONDS_MAX = 10
RATIO_MAX = 1.1  # "unchanged", within what two medians of a shared machine differ by


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Post on a story that many follow and on one that nobody does."""
    with site.served() as served:
        followed, quiet, *_rest = stories_on(served.url)
        key = {followed: site.run("bench.followers", "fill", followed, str(FOLLOWERS))["key"]}
        key[quiet] = site.run("bench.followers", "fill", quiet, "0")["key"]
        _post(served, key[quiet])  # the first one loads what the others find
        _post(served, key[followed])
        began = time.time()
        found = site.run("bench.followers", "queued", followed)
        seconds = found["at"] - began
        times: dict[str, list[float]] = {followed: [], quiet: []}
        for _ in range(rounds * COMMENTS):
            for path in (followed, quiet):
                times[path].append(_post(served, key[path]))
                time.sleep(PAUSE_SECONDS)
    with_followers, without = (1000 * statistics.median(times[path]) for path in (followed, quiet))
    ratio = with_followers / without
    once = f"{found['letters']} letters, {found['notices']} people"
    return [
        Row("posting a comment on a story that nobody follows, one client", f"median {without:.1f} ms"),
        Row(
            f"the same with {FOLLOWERS:,} followers, while they are told",
            f"median {with_followers:.1f} ms, {ratio:.2f} ×",
            f"unchanged (≤ {RATIO_MAX:.1f} ×)",
            ratio <= RATIO_MAX,
        ),
        Row(
            "from the answer to the post until its last letter is queued",
            f"{seconds:.1f} s",
            f"≤ {QUEUED_SECONDS_MAX} s",
            seconds <= QUEUED_SECONDS_MAX,
        ),
        Row(
            "letters queued for it", once, f"{FOLLOWERS:,}, one each", found["letters"] == found["notices"] == FOLLOWERS
        ),
    ]


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
