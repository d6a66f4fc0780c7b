"""Readers who write: comments and votes through HTTP, each durable when it is answered, from one client and from eight.

Beside Isso and WordPress in ``bench.peers``, with the same client.
"""

import random
from dataclasses import dataclass
from pathlib import Path

from bench.load import Load, median, wrk
from bench.report import Row
from bench.site import Site, busiest_story

SCRIPT = str(Path(__file__).with_name("writing.lua"))
ALONE, TOGETHER = 1, 8  # clients
P99_MS_MAX = 60
VOTABLE = 400  # comments that get the votes
WARM_UP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Writers:
    """What writes to one system: ``kind`` as in the script, to ``url``; ``numbers`` are what it votes for."""

    kind: str
    url: str
    numbers: tuple[int, ...] = ()

    def write(self, *, clients: int, seconds: int) -> Load:
        """Write as often as possible."""
        tag = str(random.randrange(10**9))
        origin = "/".join(self.url.split("/")[:3])
        given = (SCRIPT, self.kind, origin, tag, *map(str, self.numbers))
        return wrk(self.url, seconds=seconds, connections=clients, script=given)

    def median(self, *, clients: int, rounds: int, seconds: int) -> Load:
        """Write in several rounds; the first moments are not counted."""
        self.write(clients=clients, seconds=WARM_UP_SECONDS)
        return median(self.write(clients=clients, seconds=seconds) for _ in range(rounds))


def ours(site: Site, url: str, path: str) -> tuple[Writers, Writers]:
    """Return who posts under the story at ``path`` of a served site, and who votes there."""
    told = site.run("bench.fill", "votable", path, str(VOTABLE))
    posting = Writers("standfirst", f"{url}/discussion/threads/{told['key']}/comments/")
    return posting, Writers("standfirst votes", url, tuple(told["numbers"]))


def measure(site: Site, *, rounds: int, seconds: int) -> list[Row]:
    """Post and vote; then count everything again."""
    with site.served() as served:
        path = busiest_story(served.url)
        posting, voting = ours(site, served.url, path)
        alone = posting.median(clients=ALONE, rounds=rounds, seconds=seconds)
        together = posting.median(clients=TOGETHER, rounds=rounds, seconds=seconds)
        votes = voting.median(clients=TOGETHER, rounds=rounds, seconds=seconds)
    found = site.run("bench.fill", "drift", path, "0")
    return [
        Row("comments posted through HTTP, durable, one client", str(alone)),
        Row("eight clients", str(together), f"p99 ≤ {P99_MS_MAX} ms", together.p99_ms <= P99_MS_MAX),
        Row("votes, eight clients", str(votes)),
        Row(f"stored counts that differ after {found['comments']:,} comments and {found['votes']:,} votes",
            str(found["drift"]), "none", found["drift"] == 0),
    ]  # fmt: skip
