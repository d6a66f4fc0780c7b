"""From a comment to its letters: to whom, to whom not, how many, and each once whatever dies in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from standfirst.accounts.models import Account
from standfirst.delivery import followers
from standfirst.discussion import comments
from standfirst.discussion.following import due, follows, telling
from standfirst.discussion.models import Follow, Follower, Notice, Telling, Thread
from standfirst.kit import clock
from standfirst.mail import postman, suppression
from standfirst.mail.models import Letter
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread, many_comments
from standfirst.testing.following import a_follower, an_asker, hear, tell
from standfirst.testing.funding import together
from standfirst.testing.mail import MailServer, a_mail_server

pytestmark = pytest.mark.django_db
ADA = "ada@readers.test"
What = Follow.What


@pytest.fixture(autouse=True)
def _the_log_is_heard_from_here(db: None) -> None:
    hear()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as running:
        yield running


def told() -> list[str]:
    """Return to whom letters about comments are queued, in order."""
    return sorted(Letter.objects.filter(key__startswith="follow_told:").values_list("to", flat=True))


def many_followers(thread: Thread, count: int) -> None:
    """Have many follow a thread: the rows that asking and confirming write, at once."""
    now = clock.now()
    people = [Follower(address=f"many{number}@readers.test", language="en", created_at=now) for number in range(count)]
    people = Follower.objects.bulk_create(people)
    Follow.objects.bulk_create(
        [Follow(follower=each, what=What.THREAD, thread=thread, asked_at=now, confirmed_at=now) for each in people]
    )


def test_everybody_who_follows_the_story_is_told_once() -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    a_follower(thread, "bo@readers.test")
    a_follower(a_thread(), "elsewhere@readers.test")

    a_comment(thread)
    first, again = tell(), tell()

    assert (first, again) == (2, 0)
    assert told() == [ADA, "bo@readers.test"]


def test_answers_are_told_to_those_who_follow_the_answered() -> None:
    thread, guest = a_thread(), a_guest()
    mine, other = a_comment(thread, guest=guest), a_comment(thread)
    a_follower(thread, "mine@readers.test", what=What.MINE, guest=guest)
    a_follower(thread, "one@readers.test", what=What.COMMENT, comment=other)

    a_comment(thread)
    tell()
    nobody = told()
    a_comment(thread, parent=mine)
    tell()
    of_mine = told()
    a_comment(thread, parent=other)
    tell()

    assert (nobody, of_mine, told()) == ([], ["mine@readers.test"], ["mine@readers.test", "one@readers.test"])


def test_who_follows_for_several_reasons_gets_one_letter_with_the_closest() -> None:
    thread, guest = a_thread(), a_guest()
    mine = a_comment(thread, guest=guest)
    a_follower(thread, ADA)
    a_follower(thread, ADA, what=What.MINE, guest=guest)

    a_comment(thread, parent=mine)
    tell()

    assert told() == [ADA]
    assert Notice.objects.get().follow.what == "mine"


def test_nobody_is_told_before_they_have_confirmed_nor_of_what_was_there_before() -> None:
    thread = a_thread()
    an_asker(thread, "waits@readers.test")
    a_comment(thread)
    a_follower(thread, ADA)

    tell()

    assert (told(), Letter.objects.count()) == ([], 2)


def test_the_author_is_not_told_of_their_own_comment() -> None:
    thread, guest = a_thread(), a_guest()
    a_follower(thread, ADA, guest=guest)
    a_follower(thread, "bo@readers.test")

    a_comment(thread, guest=guest)
    tell()

    assert told() == ["bo@readers.test"]


def test_an_author_with_an_account_is_known_by_its_address() -> None:
    thread = a_thread()
    account = Account.objects.create_user("ada", email="Ada@readers.test")
    a_follower(thread, ADA)

    comments.post(thread_key=thread.key, name="Ada", text="The wall needs repair.", account=account)
    tell()

    assert told() == []


def test_a_held_comment_is_told_when_it_is_published_and_never_twice() -> None:
    thread, moderator = a_thread(), a_moderator()
    a_follower(thread, ADA)
    held = a_held_comment(thread)
    tell()
    before = told()

    comments.publish(comment_id=held.pk, by=moderator)
    tell()
    comments.reject(comment_id=held.pk, by=moderator, reason="Rule 2")
    tell()
    comments.publish(comment_id=held.pk, by=moderator)
    tell()

    assert (before, told()) == ([], [ADA])


def test_a_comment_taken_back_before_anybody_was_told_is_told_when_it_is_back() -> None:
    thread, moderator = a_thread(), a_moderator()
    a_follower(thread, ADA)
    comment = a_comment(thread)
    hear()
    comments.hold(comment_id=comment.pk, by=moderator)
    tell()
    meanwhile = told()

    comments.publish(comment_id=comment.pk, by=moderator)
    tell()

    assert (meanwhile, told()) == ([], [ADA])


def test_a_comment_taken_back_before_sending_is_not_mailed(server: MailServer) -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    Letter.objects.all().delete()
    comment = a_comment(thread)
    tell()

    comments.reject(comment_id=comment.pk, by=a_moderator(), reason="Rule 2")
    postman.deliver()

    letter = Letter.objects.get()
    assert (server.letters, letter.state, letter.to) == ([], "dropped", "")


def test_who_unfollows_before_sending_is_not_mailed(server: MailServer) -> None:
    thread = a_thread()
    follower = a_follower(thread, ADA)
    a_follower(a_thread(), ADA)
    Letter.objects.all().delete()
    a_comment(thread)
    tell()

    follows.end(follower=follower, follow_ids=[Follow.objects.get(thread=thread).pk])
    postman.deliver()

    assert (server.letters, Letter.objects.get().state) == ([], "dropped")


def test_what_was_brought_in_from_elsewhere_is_no_news() -> None:
    thread = a_thread()
    a_follower(thread, ADA)

    many_comments(thread, roots=3)
    tell()

    assert (told(), Telling.objects.count()) == ([], 0)


def test_placeholders_and_suppressed_addresses_are_never_told() -> None:
    thread = a_thread()
    for number, address in enumerate(("a@example.com", "anonymized-1@disqus.com", "gone@readers.test", ADA)):
        a_follower(thread, f"x{number}@readers.test")
        Follower.objects.filter(address=f"x{number}@readers.test").update(address=address)
    suppression.suppress(address="gone@readers.test")

    a_comment(thread)
    tell()

    assert told() == [ADA]


def test_ten_thousand_followers_cost_the_poster_nothing() -> None:
    quiet, loud = a_thread(), a_thread()
    a_follower(quiet)
    a_follower(loud)
    many_followers(loud, 10_000)
    statements = []
    for thread in (quiet, loud):
        with CaptureQueriesContext(connection) as queries:
            a_comment(thread)
        statements.append([each["sql"].split("WHERE")[0][:60] for each in queries])

    assert len(statements[0]) == len(statements[1])
    assert not any("discussion_follow" in sql or "mail_letter" in sql for sql in statements[1])


@pytest.mark.slow
def test_ten_thousand_followers_are_told_once_each_though_the_worker_is_killed_every_time(monkeypatch: Any) -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    many_followers(thread, 10_000)
    a_comment(thread)
    hear()
    queue, turns = telling.outbox.put_many, 0

    def killed(**given: Any) -> None:
        queue(**given)
        if turns % 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(telling.outbox, "put_many", killed)
    while Telling.objects.filter(done_at__isnull=True).exists():
        turns += 1
        try:
            telling.tell_some(step=telling.prepared(Telling.objects.get().pk))
        except KeyboardInterrupt:
            continue

    addresses = told()
    assert turns > 200
    assert (len(addresses), len(set(addresses)), Notice.objects.count()) == (10_001, 10_001, 10_001)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_follower_once() -> None:
    hear()
    thread = a_thread()
    a_follower(thread, ADA)
    many_followers(thread, 1_200)
    comment = a_comment(thread)
    hear()

    results = together([lambda: [telling.tell_some(step=telling.prepared(comment.pk)) for _ in range(20)]] * 2)

    assert [each for each in results if isinstance(each, Exception)] == []
    assert len(told()) == len(set(told())) == 1_201


def test_a_follower_of_the_log_that_dies_in_the_middle_notes_a_comment_once(monkeypatch: Any) -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    a_comment(thread)
    note = telling.hear

    def dies(changes: Any) -> None:
        note(changes)
        raise RuntimeError("killed")

    monkeypatch.setitem(followers._followers, telling.NAME, dies)
    followers.run()
    lost = Telling.objects.count()
    monkeypatch.setitem(followers._followers, telling.NAME, note)
    tell()

    assert (lost, told()) == (0, [ADA])


def test_a_person_gets_six_letters_an_hour_and_the_rest_in_one() -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    with time_machine.travel(datetime(2026, 11, 27, 9, 20, tzinfo=UTC), tick=False) as traveller:
        Follow.objects.update(confirmed_at=clock.now())
        for _ in range(10):
            a_comment(thread)
        tell()
        at_once = len(told())
        early = telling.send_together()
        traveller.move_to(datetime(2026, 11, 27, 10, 0, 1, tzinfo=UTC))
        late = telling.send_together()

    assert (at_once, early, late) == (telling.INSTANT_AN_HOUR_MAX, 0, 1)
    assert Notice.objects.filter(letter_key="").count() == 0


def test_daily_and_hourly_come_together_at_their_time_on_the_publications_clock(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    thread = a_thread()
    people = [a_follower(thread, f"{each}@readers.test", delivery=each) for each in ("daily", "hourly")]
    with time_machine.travel(datetime(2026, 3, 28, 20, 30, tzinfo=UTC), tick=False):
        Follow.objects.update(confirmed_at=clock.now())
        a_comment(thread)
        a_comment(thread)
        tell()

    found = {notice.follower: notice.due_at for notice in Notice.objects.select_related("follower")}
    # The clocks go forward in the night between.
    assert found == dict(
        zip(people, (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), datetime(2026, 3, 28, 21, 0, tzinfo=UTC)), strict=True)
    )
    assert told() == []


def test_several_comments_are_one_letter_and_it_is_queued_once_though_the_worker_is_killed(monkeypatch: Any) -> None:
    thread = a_thread()
    for number in range(250):
        a_follower(thread, f"d{number}@readers.test", delivery="daily")
    Letter.objects.all().delete()
    a_comment(thread)
    a_comment(thread)
    tell()
    queue, turns = telling.outbox.put_many, []

    def killed(**given: Any) -> None:
        queue(**given)
        turns.append(1)
        if len(turns) % 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(telling.outbox, "put_many", killed)
    with time_machine.travel(clock.now() + timedelta(days=1)):
        for _ in range(8):
            try:
                telling.put_together()
            except KeyboardInterrupt:
                continue

    addresses = list(Letter.objects.values_list("to", flat=True))
    assert (len(addresses), len(set(addresses))) == (250, 250)


def test_whoever_chooses_at_once_gets_what_waits_soon() -> None:
    thread = a_thread()
    follower = a_follower(thread, ADA, delivery="daily")
    a_comment(thread)
    tell()

    follows.change_delivery(follower=follower, delivery="instant")

    assert telling.send_together() == 1


@pytest.mark.parametrize("delivery", Follower.Delivery.values)
def test_what_is_due_is_due_within_a_day_and_never_in_the_past(delivery: str) -> None:
    for hour in range(48):
        with time_machine.travel(datetime(2026, 10, 24, tzinfo=UTC) + timedelta(minutes=30 * hour), tick=False):
            wait = due.at(delivery) - clock.now()
            assert timedelta(0) <= wait <= timedelta(hours=25)


class ADay:
    """What can happen to a followed thread, and whether anybody was told of what nobody could see."""

    def __init__(self) -> None:
        self.thread, self.moderator = a_thread(), a_moderator()
        self.people = [a_follower(self.thread), a_follower(self.thread)]
        self.newest = a_comment(self.thread)
        self.told_hidden: set[int] = set()

    def post(self) -> None:
        self.newest = a_comment(self.thread)

    def publish(self) -> None:
        self.decide("published", comments.publish)

    def hold(self) -> None:
        self.decide("held", comments.hold)

    def reject(self) -> None:
        self.decide("rejected", comments.reject)

    def decide(self, state: str, act: Any) -> None:
        self.newest.refresh_from_db()
        if self.newest.state != state:
            act(comment_id=self.newest.pk, by=self.moderator, reason="Rule 2")

    def hear(self) -> None:
        hear()

    def tell(self) -> None:
        notices = Notice.objects.filter(comment__thread=self.thread)
        shown = set(self.thread.comments.filter(state="published").values_list("pk", flat=True))
        had = set(notices.values_list("pk", flat=True))
        tell()
        self.told_hidden |= set(notices.exclude(pk__in=had).values_list("comment", flat=True)) - shown

    def follow(self) -> None:
        self.people.append(a_follower(self.thread))

    def end(self) -> None:
        if self.people:
            follows.end(follower=self.people.pop())


@settings(max_examples=15)
@given(st.lists(st.sampled_from("post publish hold reject hear tell follow end".split()), max_size=25))
def test_in_whatever_order_nobody_is_told_of_a_comment_twice_nor_of_a_hidden_one(steps: list[str]) -> None:
    day = ADay()
    for step in steps:
        getattr(day, step)()

    keys = list(Letter.objects.filter(key__startswith="follow_told:").values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    assert day.told_hidden == set()
