"""The moderators' lists: complete, in order, and as quick among a million comments as among ten."""

from collections.abc import Callable

import pytest
from django.test import Client

from standfirst.discussion import comments
from standfirst.discussion.models import Comment
from standfirst.discussion.moderating import appeals, cases, deciding, queues, reports
from standfirst.discussion.moderating.deciding import Wanted
from standfirst.discussion.tests.test_plans import scans, statements
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread, many_comments

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]


def ids(name: str, after: int = 0) -> list[int]:
    found = queues.queue(of=queues.named(name), by=a_moderator(), after=after)
    return [entry.comment.pk for entry in found.entries]


def test_each_list_holds_what_its_name_says_in_its_order() -> None:
    thread, guest = a_thread(), a_guest()
    held = [a_held_comment(thread, guest=guest) for _ in range(2)]
    shown = [a_comment(thread) for _ in range(3)]
    rejected = a_comment(thread)
    comments.reject(comment_id=rejected.pk, by=a_moderator(), reason="Rule 2")
    for comment in shown[:2]:
        reports.report(comment_id=comment.pk, reason="spam")
    appeals.appeal(comment_id=held[1].pk, guest=guest, words="Please look.")

    assert ids("held") == ids("nonsense") == [each.pk for each in held]
    assert ids("reported") == [each.pk for each in shown[:2]]
    assert ids("appeals") == [held[1].pk]
    assert ids("latest") == [each.pk for each in shown[::-1]]
    assert ids("rejected") == [rejected.pk]
    assert len(ids("all")) == 6
    assert queues.counts() == {"held": 2, "reported": 2, "appeals": 1}


def test_a_list_goes_on_where_the_page_ended() -> None:
    thread = a_thread()
    held = [a_held_comment(thread).pk for _ in range(queues.QUEUE_LENGTH + 3)]
    first = queues.queue(of=queues.named("held"), by=a_moderator())

    assert ids("held", first.after) == held[queues.QUEUE_LENGTH :]
    assert queues.next_after(of=queues.named("held"), comment_id=held[3]) == held[4]
    assert queues.next_after(of=queues.named("held"), comment_id=held[-1]) == held[0]


def test_a_count_ends_at_a_hundred() -> None:
    many_comments(a_thread(), roots=120)
    Comment.objects.update(state="held", published_at=None)

    assert queues.in_words(queues.waiting_count()) == "99+"


def test_moderators_see_honest_counts_of_a_thread(browser: Browser) -> None:
    thread = a_thread()
    for _ in range(8):
        a_comment(thread)
    held, *_others = [a_held_comment(thread) for _ in range(3)]
    comments.reject(comment_id=a_comment(thread).pk, by=a_moderator(), reason="Rule 2")
    desk = browser()
    desk.force_login(a_moderator())

    page = " ".join(desk.get(f"/desk/discussion/comments/{held.pk}/").content.decode().split())

    assert "8 comments (3 held, 1 removed)" in page
    assert desk.get("/desk/discussion/counts/").json() == {"held": "3", "reported": "0", "appeals": "0"}


def the_case(comment: Comment) -> None:
    cases.case(comment.pk, by=a_moderator())


def report_again(comment: Comment) -> None:
    reports.report(comment_id=comment.pk, reason="spam", guest=a_guest(), address_hash="b" * 32)


def decide_and_undo(comment: Comment) -> None:
    moderator = a_moderator()
    deciding.decide(comment_id=comment.pk, by=moderator, wanted=Wanted("reject", reason="Rule 2", rule=2))
    deciding.undo(by=moderator)


ACTIONS: dict[str, Callable[[Comment], object]] = {
    **{f"the list {name}": lambda _comment, name=name: ids(name) for name in queues.LISTS},
    **{f"further on in {name}": lambda comment, name=name: ids(name, comment.pk) for name in queues.LISTS},
    "the next": lambda comment: queues.next_after(of=queues.named("held"), comment_id=comment.pk),
    "the counts": lambda _comment: queues.counts(),
    "a case": the_case,
    "a report": report_again,
    "a decision and its undoing": decide_and_undo,
    "all of an author": lambda comment: deciding.spam_of_author(comment_id=comment.pk, by=a_moderator()),
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_no_list_reads_a_table_from_end_to_end(action: Callable[[Comment], object]) -> None:
    thread = a_thread()
    many_comments(thread, roots=30, replies=2)
    a_held_comment(thread)
    posted = comments.post(
        thread_key=thread.key, name="Ines", text="The pier needs paint.", guest=a_guest(), address_hash="a" * 32
    )
    reports.report(comment_id=posted.comment.pk, reason="spam", address_hash="c" * 32)

    with statements() as asked:
        action(posted.comment)

    # Where the step goes through an index that holds the list's rows only, or through all rows in order for
    # the list of all, it ends after a page.
    quick = ("comment_by_state", "comment_with_reports")
    found = [(step, sql) for sql, params in asked for step in scans(sql, params)]
    assert asked != []
    assert [(step, sql) for step, sql in found if not any(name in step for name in quick) and " WHERE " in sql] == []
    assert [sql for _step, sql in found if " LIMIT " not in sql] == []
