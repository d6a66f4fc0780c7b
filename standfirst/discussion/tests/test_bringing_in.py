from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from standfirst.discussion import comments, counts, refusals, threads, votes
from standfirst.discussion.comments import BroughtIn, BroughtInReport
from standfirst.discussion.models import Comment, Revision, State, Thread
from standfirst.testing.discussion import a_comment, a_thread

pytestmark = pytest.mark.django_db
THEN = datetime(2019, 3, 4, 5, 6, tzinfo=UTC)


def one(source_id: str, parent: str | None = None, **given: Any) -> BroughtIn:
    wanted: dict[str, Any] = {
        "name": "Old Reader",
        "body": f"Said in the old days, {source_id}",
        "body_format": "html",
        "written_at": THEN,
        "state": "published",
    } | given
    return BroughtIn(source_id=source_id, parent_source_id=parent, **wanted)


def bring(thread: Thread, *brought: BroughtIn) -> BroughtInReport:
    return comments.bring_in(thread_key=thread.key, source="wordpress", comments=brought)


def test_names_dates_nesting_and_votes_come_along() -> None:
    thread = a_thread()

    report = bring(thread, one("3", "2", name="Tom"), one("2", "1"), one("1", up=7, down=2, name="Ada"))

    shown = threads.page_of(thread.key).comments[0]
    assert (shown.name, shown.written_at, shown.up_count, shown.down_count, shown.score) == ("Ada", THEN, 7, 2, 5)
    assert shown.replies[0].replies[0].name == "Tom"
    assert (report.taken, report.left_out, report.mended) == (3, [], [])
    assert counts.check_counts() == []


def test_votes_cast_here_are_counted_on_top_of_those_brought_in() -> None:
    thread = a_thread()
    bring(thread, one("1", up=7))

    votes.up(comment_id=Comment.objects.get().pk)

    assert Comment.objects.get().up_count == 8
    assert counts.check_counts() == []


def test_a_second_import_adds_nothing_and_changes_nothing() -> None:
    thread = a_thread()
    bring(thread, one("1"), one("2", "1"))

    report = bring(thread, one("1", name="Somebody else"), one("2", "1"), one("3", "2"))

    assert (report.taken, report.known) == (1, 2)
    assert set(Comment.objects.values_list("name", flat=True)) == {"Old Reader"}
    assert Comment.objects.get(source_id="3").depth == 2


def test_what_has_lost_its_parent_or_answers_itself_becomes_a_comment_of_its_own() -> None:
    thread = a_thread()

    report = bring(thread, one("1", "gone"), one("2", "3"), one("3", "2"), one("4", "4"))

    assert report.taken == 4
    assert {source_id for source_id, _why in report.mended} >= {"1", "4"}
    assert Comment.objects.filter(parent=None).count() == 3
    assert counts.check_counts() == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"body": "  "}, "no text"),
        ({"body": "<script>x</script>"}, "no text"),
        ({"state": "spam"}, "state"),
        ({"body_format": "rtf"}, "format"),
        ({"written_at": datetime(2019, 3, 4)}, "time zone"),  # noqa: DTZ001 - that is what is wrong with it
        ({"body": "x" * 200_000}, "longer"),
    ],
)
def test_what_cannot_be_taken_is_left_out_with_the_reason(wrong: dict[str, Any], why: str) -> None:
    thread = a_thread()

    report = bring(thread, one("1"), one("2", **wrong))

    assert report.taken == 1
    assert why in report.left_out[0][1]


def test_an_id_that_comes_twice_is_taken_once() -> None:
    report = bring(a_thread(), one("1"), one("1"))

    assert (report.taken, len(report.left_out)) == (1, 1)


def test_held_and_rejected_comments_stay_so() -> None:
    thread = a_thread()

    bring(thread, one("1", state="held"), one("2", state="rejected", reason="spam"), one("3", "1"))

    page = threads.page_of(thread.key)
    assert (page.count, page.comments[0].is_gap, len(page.comments[0].replies)) == (1, True, 1)
    assert comments.why(Comment.objects.get(source_id="2")) == "spam"
    assert comments.why(Comment.objects.get(source_id="1")).startswith("It was waiting")
    assert counts.check_counts() == []


def test_a_name_that_is_empty_or_hostile_is_made_fit() -> None:
    thread = a_thread()

    bring(thread, one("1", name="  "), one("2", name="<b>x</b>" + "y" * 100), one("3", name="a\u202eb\nc"))

    names = list(Comment.objects.order_by("source_id").values_list("name", flat=True))
    assert names[0] == "Guest"
    assert len(names[1]) == 60
    assert names[2] == "ab c"


def test_thousands_of_comments_in_deep_conversations_come_in() -> None:
    thread = a_thread()
    brought = [
        one(str(n), str(n - 1) if n % 500 else None, written_at=THEN + timedelta(seconds=n)) for n in range(2_000)
    ]

    report = bring(thread, *brought)

    assert report.taken == 2_000
    assert Comment.objects.order_by("-depth")[0].depth == 499
    assert threads.page_of(thread.key).count == 2_000


def test_new_comments_answer_old_ones() -> None:
    thread = a_thread()
    bring(thread, one("1"))

    a_comment(thread, parent=Comment.objects.get())

    assert len(threads.page_of(thread.key).comments[0].replies) == 1


def test_a_thread_that_does_not_exist_takes_nothing() -> None:
    with pytest.raises(refusals.NoSuchThread):
        comments.bring_in(thread_key="story:404", source="wordpress", comments=[one("1")])


def test_the_wording_is_kept_as_it_came() -> None:
    bring(a_thread(), one("1", body='<p onclick="x">Hello</p>'))

    revision = Revision.objects.get()
    assert (revision.format, revision.verdict, revision.text) == ("html", "brought_in", '<p onclick="x">Hello</p>')
    assert revision.html == "<p>Hello</p>"
    assert Comment.objects.get().state == State.PUBLISHED
