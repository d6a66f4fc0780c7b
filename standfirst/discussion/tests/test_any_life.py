"""Whatever readers, moderators and imports do in whatever order: every stored count is what the rows say."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.accounts import guests
from standfirst.accounts.models import Guest
from standfirst.discussion import comments, counts, threads, votes
from standfirst.discussion.comments import BroughtIn
from standfirst.discussion.merit import merit_of
from standfirst.discussion.mine import claims, erasing, removing
from standfirst.discussion.models import Comment, Question, Report, State, Swing, Vote
from standfirst.discussion.moderating import bans, deciding, picks, reports
from standfirst.discussion.moderating.deciding import Wanted
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.testing.accounts import a_reader
from standfirst.testing.discussion import TRAP_FILLED, a_moderator, a_thread
from standfirst.testing.questions import a_question, an_answer

PEOPLE = 4


class Life:
    """A thread with a question, some people, and all that can happen to what they say."""

    def __init__(self) -> None:
        self.thread, self.moderator, self.reader = a_thread(), a_moderator(), a_reader()
        self.question = a_question(self.thread)
        self.people: list[Guest] = [guests.welcome() for _ in range(PEOPLE)]
        self.said: list[int] = []
        self.said_so_far = 0
        self.say(0, 0)

    def text(self) -> str:
        self.said_so_far += 1
        return f"The harbour wall needs repair, and this is remark {self.said_so_far} about it."

    def at(self, number: int) -> int:
        return self.said[number % len(self.said)]

    def say(self, who: int, number: int, *, parent: int | None = None, **more: Any) -> None:
        posted = comments.post(
            thread_key=self.thread.key,
            name="Ines",
            text=self.text(),
            guest=self.people[who],
            parent_id=parent,
            **more,
        )
        self.said.append(posted.comment.pk)

    def answer(self, who: int, number: int) -> None:
        self.say(who, number, parent=self.at(number))

    def wait(self, who: int, number: int) -> None:
        self.say(who, number, parent=self.at(number) if number % 2 else None, trap=TRAP_FILLED)

    def answer_the_question(self, who: int, number: int) -> None:
        self.said.append(an_answer(self.question, text=self.text(), guest=self.people[who]).pk)

    def change(self, who: int, number: int) -> None:
        links = " https://a.test https://b.test https://c.test" if number % 3 == 0 else ""  # such a change is held
        comments.edit_by_guest(comment_id=self.at(number), guest=self.people[who], text=self.text() + links)

    def take_back(self, who: int, number: int) -> None:
        removing.remove_own(comment_id=self.at(number), guest=self.people[who], account=None)

    def vote(self, who: int, number: int) -> None:
        cast = (votes.up, votes.down, votes.withdraw)[number % 3]
        cast(comment_id=self.at(number // 3), guest=self.people[who])

    def vote_as_account(self, who: int, number: int) -> None:
        cast = (votes.up, votes.down)[number % 2]
        cast(comment_id=self.at(number // 2), guest=self.people[who] if who % 2 else None, account=self.reader)

    def claim(self, who: int, number: int) -> None:
        claims.claim_comments(guest=self.people[who], account=self.reader)

    def report(self, who: int, number: int) -> None:
        reports.report(comment_id=self.at(number), reason=Report.Reason.SPAM, guest=self.people[who])

    def publish(self, who: int, number: int) -> None:
        deciding.decide(comment_id=self.at(number), by=self.moderator, wanted=Wanted("publish"))

    def reject(self, who: int, number: int) -> None:
        deciding.decide(comment_id=self.at(number), by=self.moderator, wanted=Wanted("reject", reason="Be kind."))

    def undo(self, who: int, number: int) -> None:
        deciding.undo(by=self.moderator)

    def ban(self, who: int, number: int) -> None:
        ban = bans.ban_author(comment_id=self.at(number), by=self.moderator, target="guest", reason="x", days=1)
        deciding.hide_banned(ban=ban, by=self.moderator)

    def pick(self, who: int, number: int) -> None:
        picks.pick(comment_id=self.at(number), by=self.moderator, kind=("pinned", "featured")[number % 2])

    def bring_in(self, who: int, number: int) -> None:
        root, now = f"{self.said_so_far}-{number}", clock.now()
        brought = [
            BroughtIn(root, None, "Old", "Old words", "markdown", now, "published", up=number % 4),
            BroughtIn(f"{root}-1", root, "Old", "Old answer", "markdown", now, ("published", "held")[number % 2]),
        ]
        comments.bring_in(thread_key=self.thread.key, source="elsewhere", comments=brought)
        self.said += Comment.objects.filter(source="elsewhere").exclude(pk__in=self.said).values_list("pk", flat=True)

    def erase(self, who: int, number: int) -> None:
        erasing.erase_person(guest=self.people[who])
        self.people[who] = guests.welcome()

    def withdraw(self, who: int, number: int) -> None:
        threads.withdraw_thread(key=self.thread.key)
        threads.open_thread(key=self.thread.key, title="The ferry", url=self.thread.url)


HAPPENINGS: list[Callable[[Life, int, int], None]] = [
    Life.say, Life.answer, Life.wait, Life.answer_the_question, Life.change, Life.take_back, Life.vote,
    Life.vote_as_account, Life.claim, Life.report, Life.publish, Life.reject, Life.undo, Life.ban, Life.pick,
    Life.bring_in, Life.erase, Life.withdraw,
]  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, PEOPLE - 1), st.integers(0, 11)), max_size=30)


class AnyLife(TestCase):
    @settings(max_examples=15)
    @given(STEPS)
    def test_after_anything_that_people_do_every_count_is_that_of_the_rows(self, steps: list) -> None:
        with time_machine.travel(clock.now(), tick=False) as traveller:
            life = Life()
            for happen, who, number in steps:
                traveller.shift(timedelta(seconds=21))  # slower than any limit of pace
                try:
                    happen(life, who, number)
                except Refusal:
                    continue

            self.assert_true(life)

    def assert_true(self, life: Life) -> None:
        """Count everything anew, from the rows alone, and compare."""
        life.thread.refresh_from_db()
        rows = list(Comment.objects.filter(thread=life.thread))
        shown = [row for row in rows if row.state == State.PUBLISHED]
        assert life.thread.published_count == len(shown) == threads.page_of(life.thread.key).count
        for row in rows:
            cast = list(Vote.objects.filter(comment=row).values_list("value", flat=True))
            up, down = cast.count(1) + row.up_count_before, cast.count(-1) + row.down_count_before
            assert (row.up_count, row.down_count, row.score) == (up, down, up - down), row
            assert abs(row.merit - merit_of(up, down)) < 1e-9
            assert row.reply_count == sum(each.parent_id == row.pk for each in shown), row
            assert row.open_reports == Report.objects.filter(comment=row, outcome="open").count()
            swung = sum(Swing.objects.filter(comment=row).values_list("step", flat=True))
            assert row.score - row.up_count_before + row.down_count_before == swung
        about = Question.objects.get(pk=life.question.pk)
        assert about.answer_count == sum(each.question_id == about.pk for each in shown)
        assert counts.check_counts() == []
