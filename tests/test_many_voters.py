"""Two hundred readers vote at once through HTTP, on a real site: every vote is counted, and none twice."""

import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from standfirst.testing.sites import Served, on_site

pytestmark = pytest.mark.slow
VOTERS = 200
FIRST = """
from standfirst.discussion.models import Comment
told = Comment.objects.order_by("pk").values_list("pk", flat=True)[0]
"""
TRUTH = """
from standfirst.discussion import counts
from standfirst.discussion.models import Comment, Vote
row = Comment.objects.order_by("pk").first()
told = {"counts": [row.up_count, row.down_count, row.score], "drifts": len(counts.check_counts()),
        "rows": Vote.objects.filter(comment=row).count()}
"""


class Voter:
    """A reader with a browser of their own, at an address of their own."""

    def __init__(self, site: Served, comment: int, number: int) -> None:
        self.address = f"{site.url}/discussion/comments/{comment}/votes/"
        self.headers = {
            "Accept": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": f"10.7.{number}.1",
        }

    def cast(self, vote: str) -> int:
        """Press a button; the key that comes with the answer is carried from then on."""
        data = urlencode({"vote": vote}).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.address, data, self.headers), timeout=60) as answer:
                key = answer.headers.get("Set-Cookie", "").partition(";")[0]
                if "sf_guest" in key:
                    self.headers["Cookie"] = key
                return answer.status
        except urllib.error.HTTPError as answer:
            answer.close()
            return answer.code


@pytest.fixture
def served(filled_site) -> Iterator[Served]:
    site = Served(filled_site.folder, environment={**filled_site.environment, "STANDFIRST_PROXIES": "127.0.0.1"})
    try:
        yield site.ready()
    finally:
        site.stop()


def test_two_hundred_readers_who_vote_turn_and_click_twice_at_once_are_counted_exactly(served, filled_site) -> None:
    comment = on_site(FIRST, folder=filled_site.folder, environment=filled_site.environment)
    answers: Counter[int] = Counter()
    gate = threading.Barrier(VOTERS)

    def votes(number: int) -> None:
        voter = Voter(served, comment, number)
        gate.wait()
        answers[voter.cast("up")] += 1
        for vote in ((), ("up",), ("down",), ("down", "none"))[number % 4]:
            answers[voter.cast(vote)] += 1

    crowd = [threading.Thread(target=votes, args=[number]) for number in range(VOTERS)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    told = on_site(TRUTH, folder=filled_site.folder, environment=filled_site.environment)
    assert answers == {200: VOTERS * 2}
    assert told == {"counts": [100, 50, 50], "drifts": 0, "rows": 150}
