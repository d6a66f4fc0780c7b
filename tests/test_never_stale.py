"""Whatever happens in whatever order: once it is quiet, every process serves every page as if rendered from nothing.

Hypothesis makes up days of a newsroom: verbs, readers with all kinds of headers, processes that are killed and
started, processes that hear no news for a while, midnights. Each process is an application with a store of its own.
The world outlives the examples, so that they need no new database; an example says all that it did when it fails.
"""

import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from difflib import unified_diff
from itertools import count, cycle
from typing import Any
from zoneinfo import ZoneInfo

import brotli
import pytest
import time_machine
import zstandard
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from standfirst.delivery import changes
from standfirst.delivery.application import Application
from standfirst.delivery.handler import Handler
from standfirst.delivery.kept import STALE_SECONDS_MAX
from standfirst.delivery.store import Store
from standfirst.discussion import comments, threads, votes
from standfirst.discussion.models import Comment, State
from standfirst.funding import campaigns
from standfirst.funding.payments import refunds
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.stories import publishing
from standfirst.stories.models import PublicationSettings
from standfirst.testing import discussion as talk
from standfirst.testing import funding as money
from standfirst.testing import stories as paper
from standfirst.testing.delivery import Answer, Site
from standfirst.testing.sites import until

POSITION = re.compile(rb'data-change="\d*"')  # where a page says at which change it was made
PROCESSES_MAX = 3
UNPACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": lambda body: zlib.decompress(body, 31),
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}


def difference(got: tuple[int, bytes], expected: tuple[int, bytes]) -> list[str]:
    """Return the lines that differ."""
    pages = [page.decode().splitlines() for _status, page in (got, expected)]
    return list(unified_diff(*pages, lineterm="", n=0))[:20]


class World:
    """What the newsroom works on. It outlives the examples."""

    def __init__(self) -> None:
        paper.front_page()
        self.section, self.topic, self.author = paper.make_section(), paper.make_topic(), paper.make_author()
        filed = {"section": self.section, "topics": [self.topic]}
        self.stories = [paper.published_story(f"Story {n}", by=self.author, **filed) for n in range(2)]
        self.campaign = money.make_campaign(tz="Asia/Tokyo")
        self.moderator = talk.a_moderator()
        self.moderator.is_superuser = True  # another test's flush may have taken the groups' rights
        self.moderator.save()
        self.thread = threads.thread_of(self.stories[0].key)
        self.first = talk.a_comment(self.thread)
        self.number = count(1)
        first, second = self.stories
        self.addresses = [
            "/",
            f"/{first.address}/",
            f"/{second.address}/",
            f"/{first.address}/?order=newest",
            f"/{first.address}/?comment={self.first.pk}",
            "/sections/town/",
            "/authors/ida-brook/",
            "/feed/",
            f"/sitemaps/{first.address[:4]}.xml",
            "/support/",
            "/funding/meter.json",
            "/fragments/meter",
            f"/fragments/count:{second.key}",
            f"/discussion/threads/{first.key}/",
            f"/discussion/threads/{second.key}/since/0/",
            "/nowhere/",
        ]


class Process(Site):
    """An application that can be kept from hearing the news, and that need not hear commits of this very process."""

    def __init__(self, *, wrote_here: bool) -> None:
        super().__init__(
            Application(
                Store(bytes_max=20_000_000),
                Handler(),
                threads=2,
                body_bytes_max=1_000,
                streams_max=1,
                per_address_max=1,
            )
        )
        self.watcher = self.application.watcher
        self.look = self.watcher.catch_up
        self.deaf = False
        self.watcher.catch_up = self._hear  # type: ignore[method-assign]
        self.watcher.start()
        if not wrote_here:  # then only the watcher's own thread brings news, as in another process
            changes.listen_no_more(self._hear)
        self.known: dict[tuple[str, str], Answer] = {}

    def _hear(self) -> None:
        if self.deaf and threading.current_thread().name == "watcher":
            return
        self.look()

    def read(self, address: str, encoding: str = "", **headers: str) -> tuple[int, bytes]:
        """Read as a browser that has been here before: with 304 it shows what it has."""
        known = self.known.get((address, encoding))
        if known is not None:
            headers["if_none_match"] = known.headers["etag"]
        answer = self.get(address, **({"accept_encoding": encoding} if encoding else {}), **headers)
        if answer.status == 304:
            assert known is not None
            assert answer.headers["etag"] == known.headers["etag"]
            answer = known
        elif "etag" in answer.headers and answer.status == 200:
            self.known[address, encoding] = answer
        body = UNPACKED[answer.headers.get("content-encoding", "")](answer.body)
        return answer.status, POSITION.sub(b"", body)


class Newsroom(RuleBasedStateMachine):
    """One made-up day."""

    world: World
    traveller: time_machine.Traveller

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[Process] = []
        self.fresh = Process(wrote_here=True)
        self.trail: list[str] = []
        self.changed = 0  # verbs since it was last quiet
        self.patience = cycle((1, 4, 1, 2, 6))  # so many verbs between two quiet moments: one alone, or several at once
        self.patient_until = next(self.patience)

    @initialize()
    def begin(self) -> None:
        self.processes = [Process(wrote_here=True), Process(wrote_here=False)]
        for process in self.processes:  # so that everything is kept
            for address in self.world.addresses:
                process.read(address)

    def teardown(self) -> None:
        try:
            self.quiet()
        finally:
            for each in (*self.processes, self.fresh):
                each.close()

    def do(self, said: str, what: Callable[..., Any], /, **arguments: Any) -> Any:
        self.trail.append(said)
        self.changed += 1
        with suppress(Refusal):  # such as a comment in a thread that is closed: nothing changes
            return what(**arguments)

    # Verbs

    @rule(which=st.integers(0, 1))
    def a_story_is_published_or_changed(self, which: int) -> None:
        story = self.world.stories[which]
        story.title = f"Story {which}, version {next(self.world.number)}"
        self.do(f"publish {which}", publishing.publish_story, story=story)

    @rule()
    def a_story_is_withdrawn(self) -> None:
        self.do("withdraw 1", publishing.withdraw_story, story=self.world.stories[1])

    @rule(which=st.integers(0, 1), hold=st.booleans())
    def somebody_comments(self, which: int, hold: bool) -> None:
        trap = talk.TRAP_FILLED if hold else ""
        text = f"This is remark {next(self.world.number)}, and it is like no other"
        key = self.world.stories[which].key
        self.do(f"comment {which}", comments.post, thread_key=key, name="Ines", text=text, trap=trap)

    @rule(publish=st.booleans())
    def a_moderator_decides(self, publish: bool) -> None:
        was, verb = (State.HELD, comments.publish) if publish else (State.PUBLISHED, comments.reject)
        found = Comment.objects.filter(state=was).exclude(pk=self.world.first.pk).order_by("-pk").first()
        if found is not None:
            self.do(verb.__name__, verb, comment_id=found.pk, by=self.world.moderator, reason="So be it")

    @rule(up=st.booleans())
    def somebody_votes(self, up: bool) -> None:
        self.do("vote", votes.up if up else votes.down, comment_id=self.world.first.pk)

    @rule(close=st.booleans())
    def a_thread_closes_or_opens(self, close: bool) -> None:
        verb = threads.close_thread if close else threads.reopen_thread
        self.do(verb.__name__, verb, key=self.world.stories[0].key)

    @rule(back=st.booleans())
    def a_gift_is_paid_and_may_be_refunded(self, back: bool) -> None:
        payment = self.do("gift", money.charged_gift, campaign=self.world.campaign, minor=1_500)
        if back:
            amount = Money(500, self.world.campaign.currency)
            facts = money.refund_facts(f"re_{next(self.world.number)}", amount)
            self.do("refund", refunds.settle, payment=payment, facts=facts)

    @rule()
    def the_goal_changes(self) -> None:
        goal_minor = 500_000 + 100 * next(self.world.number)
        self.do("goal", campaigns.set_goal, campaign=self.world.campaign, goal_minor=goal_minor)

    @rule(which=st.sampled_from(["section", "author", "publication"]))
    def a_name_changes(self, which: str) -> None:
        self.trail.append(f"rename {which}")
        self.changed += 1
        subject = PublicationSettings.objects.get() if which == "publication" else getattr(self.world, which)
        subject.name = f"{which} {next(self.world.number)}"
        subject.save()

    # Readers

    @rule(who=st.integers(0, PROCESSES_MAX), where=st.integers(0, 15), encoding=st.sampled_from(list(UNPACKED)))
    def somebody_reads(self, who: int, where: int, encoding: str) -> None:
        process, address = self.processes[who % len(self.processes)], self.world.addresses[where]
        self.trail.append(f"read {address} {encoding}")

        assert process.read(address, encoding)[0] in {200, 404}

    @rule(who=st.integers(0, PROCESSES_MAX))
    def somebody_reads_everything(self, who: int) -> None:
        self.trail.append(f"read all of {who}")
        for address in self.world.addresses:
            self.processes[who % len(self.processes)].read(address)

    @rule(who=st.integers(0, PROCESSES_MAX), deaf=st.booleans(), where=st.integers(0, 15), first=st.booleans())
    def whoever_wrote_reads_and_sees_it(self, who: int, deaf: bool, where: int, first: bool) -> None:
        # At once, in any process, even in one that has heard nothing yet.
        process, address = self.processes[who % len(self.processes)], self.world.addresses[where]
        self.trail.append(f"writer reads {address} of {who}, deaf: {deaf}")
        process.deaf = process.deaf or deaf
        if first:
            process.read(address)
        self.somebody_comments(which=0, hold=False)

        assert process.read(address, cookie=f"sf_seen={changes.head()}") == self.from_nothing(address), self.trail

    # Accidents

    @precondition(lambda self: len(self.processes) < PROCESSES_MAX)
    @rule(wrote_here=st.booleans())
    def a_process_starts(self, wrote_here: bool) -> None:
        self.trail.append("start")
        self.processes.append(Process(wrote_here=wrote_here))

    @precondition(lambda self: len(self.processes) > 1)
    @rule(who=st.integers(0, PROCESSES_MAX))
    def a_process_is_killed(self, who: int) -> None:
        self.trail.append("kill")
        self.processes.pop(who % len(self.processes)).close()

    @rule(who=st.integers(0, PROCESSES_MAX))
    def news_stay_away(self, who: int) -> None:
        self.trail.append(f"deaf {who % len(self.processes)}")
        self.processes[who % len(self.processes)].deaf = True

    @rule(zone_is_tokyo=st.booleans())
    def midnight_passes(self, zone_is_tokyo: bool) -> None:
        midnight = clock.next_midnight(ZoneInfo("Asia/Tokyo" if zone_is_tokyo else "UTC"))
        self.trail.append(f"midnight {midnight}")
        self.traveller.move_to(midnight + timedelta(milliseconds=50))

    # What must be true

    def from_nothing(self, address: str) -> tuple[int, bytes]:
        self.fresh.application.store.forget_everything()
        self.fresh.known.clear()
        return self.fresh.read(address)

    @invariant()
    def it_is_quiet_now_and_then(self) -> None:
        if self.changed >= self.patient_until:
            self.changed, self.patient_until = 0, next(self.patience)
            self.quiet()

    def quiet(self) -> None:
        """Everybody hears the news; the storm is over; then every page of every process is right."""
        head = changes.head()
        for process in self.processes:
            if process.deaf:
                process.deaf = False
                process.look()
            until(lambda process=process: process.watcher.reached >= head, seconds=10)
        time.sleep(STALE_SECONDS_MAX * 1.1)

        for address in self.world.addresses:
            expected = self.from_nothing(address)
            for number, process in enumerate(self.processes):
                for encoding in ("", "gzip"):
                    got = process.read(address, encoding)
                    assert got == expected, (address, number, difference(got, expected), self.trail)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield World()
    money.forget_the_books()


@pytest.mark.slow
def test_each_kind_of_change_reaches_every_process_by_itself(world: World) -> None:
    # In a made-up day another change of the same key may hide one that says none; nor does each kind come up.
    with time_machine.travel(clock.now(), tick=True) as traveller:
        Newsroom.world, Newsroom.traveller = world, traveller
        day = Newsroom()
        day.begin()
        try:
            for change in (
                lambda: day.a_story_is_published_or_changed(which=0),
                lambda: day.somebody_comments(which=0, hold=False),
                lambda: day.somebody_comments(which=0, hold=True),
                lambda: day.a_moderator_decides(publish=True),
                lambda: day.a_moderator_decides(publish=False),
                lambda: day.somebody_votes(up=True),
                lambda: day.a_thread_closes_or_opens(close=True),
                lambda: day.a_gift_is_paid_and_may_be_refunded(back=True),
                day.the_goal_changes,
                lambda: day.a_name_changes(which="author"),
                day.a_story_is_withdrawn,
            ):
                change()
                day.quiet()
        finally:
            day.teardown()


@pytest.mark.slow
def test_after_any_day_every_process_serves_every_page_as_it_is(world: World) -> None:
    with time_machine.travel(clock.now(), tick=True) as traveller:

        class Day(Newsroom):
            pass

        Day.world, Day.traveller = world, traveller
        run_state_machine_as_test(
            Day,
            settings=settings(
                max_examples=5,
                stateful_step_count=20,
                deadline=None,
                derandomize=True,  # the same days each time: a failure can be looked at
                phases=[Phase.generate],  # the world goes on, so a smaller example would be another one
                suppress_health_check=list(HealthCheck),
            ),
        )
