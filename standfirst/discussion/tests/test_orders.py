from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.discussion import comments, cursors, news, refusals, threads, votes
from standfirst.discussion.cursors import BEST, MOST_VOTED, NEWEST, OLDEST, Order, Place
from standfirst.discussion.models import Comment, Thread
from standfirst.discussion.shown import ShownComment
from standfirst.discussion.threads import ThreadPage
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread, many_comments

MOMENTS = st.datetimes(timezones=st.just(UTC))


def all_pages(key: str, order: str) -> list[int]:
    seen, after = [], ""
    while True:
        page = threads.page_of(key, order=order, after=after)
        seen += [comment.id for comment in page.comments]
        after = page.more_after
        if not after:
            return seen


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["oldest", "newest", "voted", "best"])
def test_every_order_shows_every_root_once(order: str) -> None:
    thread = a_thread()
    many_comments(thread, roots=67, replies=1)
    roots = Comment.objects.filter(thread=thread, parent=None)
    for number, comment in enumerate(roots[:30]):
        for _ in range(number % 4):
            votes.up(comment_id=comment.pk)
        if number % 3:
            votes.down(comment_id=comment.pk)

    seen = all_pages(thread.key, order)

    expected = {
        "oldest": roots.order_by("created_at", "id"),
        "newest": roots.order_by("-created_at", "-id"),
        "voted": roots.order_by("-score", "-id"),
        "best": roots.order_by("-merit", "-id"),
    }[order]
    assert seen == list(expected.values_list("id", flat=True))


class PagingAmongOthers(TestCase):
    """Whatever happens between two clicks, what stood there at the first is shown once."""

    @settings(max_examples=15, deadline=None)
    @given(
        order=st.sampled_from(["oldest", "newest", "voted", "best"]),
        before=st.lists(st.integers(0, 44), max_size=40),
        between=st.lists(
            st.lists(st.tuples(st.sampled_from(["up", "down", "post", "answer"]), st.integers(0, 44)), max_size=8),
            min_size=3,
            max_size=3,
        ),
    )
    def test_posts_and_votes_between_pages_neither_repeat_nor_lose_a_comment(
        self, order: str, before: list[int], between: list[list[tuple[str, int]]]
    ) -> None:
        thread = a_thread()
        many_comments(thread, roots=45)
        standing = list(Comment.objects.filter(thread=thread).order_by("id"))
        for number in before:
            votes.up(comment_id=standing[number].pk)
        in_order = all_pages(thread.key, order)

        seen, after = [], ""
        for happenings in between:
            page = threads.page_of(thread.key, order=order, after=after)
            seen += [comment.id for comment in page.comments]
            after = page.more_after
            if not after:
                break
            for what, number in happenings:
                self.happen(thread, what, standing[number])

        known = {comment.pk for comment in standing}
        assert [number for number in seen if number in known] == in_order
        assert len(seen) == len(set(seen))

    def happen(self, thread: Thread, what: str, comment: Comment) -> None:
        if what == "post":
            a_comment(thread)
        elif what == "answer":
            a_comment(thread, parent=comment)
        elif what == "up":
            votes.up(comment_id=comment.pk)
        else:
            votes.down(comment_id=comment.pk)


@pytest.mark.django_db
def test_answers_stand_in_time_under_what_they_answer_and_go_on_at_a_click() -> None:
    thread = a_thread()
    many_comments(thread, roots=1, replies=50)
    root = threads.page_of(thread.key).comments[0]
    seen = [reply.id for reply in root.replies]
    assert (len(seen), root.replies_more) == (3, 47)

    after = root.replies_after
    while after:
        _key, further = threads.replies_of(root.id, after=after)
        seen += [reply.id for reply in further.replies]
        assert further.replies_more == 50 - len(seen)
        after = further.replies_after if further.replies_more else ""

    answers = Comment.objects.filter(parent=root.id).order_by("created_at", "id").values_list("id", flat=True)
    assert seen == list(answers)


@pytest.mark.django_db
@pytest.mark.parametrize("position", [0, 19, 20, 44])
def test_a_permalink_opens_the_page_on_which_the_comment_stands(position: int) -> None:
    thread = a_thread()
    many_comments(thread, roots=45)
    comment = Comment.objects.filter(thread=thread).order_by("created_at", "id")[position]

    page = threads.page_holding(comment.pk, key=thread.key)

    first = position - position % 20
    assert [shown.id for shown in page.comments].index(comment.pk) == position - first
    assert page.highlighted == comment.pk
    assert page.is_first is (first == 0)


def ids_of(comments_shown: tuple[ShownComment, ...]) -> list[int]:
    return [number for shown in comments_shown for number in [shown.id, *ids_of(shown.replies)]]


@pytest.mark.django_db
def test_a_permalink_to_a_late_answer_leaves_the_answers_between_to_a_click() -> None:
    thread = a_thread()
    many_comments(thread, roots=1, replies=9)
    answers = list(Comment.objects.filter(thread=thread, parent__isnull=False).order_by("created_at"))

    page: ThreadPage = threads.page_holding(answers[7].pk, key=thread.key)

    root = page.comments[0]
    assert [reply.id for reply in root.replies] == [answers[n].pk for n in (0, 1, 2, 7)]
    assert root.replies_more == 5
    _key, further = threads.replies_of(root.id, after=root.replies_after)
    assert further.replies[0].id == answers[3].pk


@pytest.mark.django_db
def test_a_permalink_to_what_is_not_published_leads_nowhere() -> None:
    thread = a_thread()
    held = a_held_comment(thread)

    with pytest.raises(refusals.NoSuchComment):
        threads.page_holding(held.pk, key=thread.key)


@pytest.mark.django_db
def test_a_permalink_of_another_thread_leads_nowhere() -> None:
    comment = a_comment(a_thread())

    with pytest.raises(refusals.NoSuchComment):
        threads.page_holding(comment.pk, key=a_thread().key)


@pytest.mark.django_db
def test_an_open_page_is_told_what_was_published_since_even_if_it_had_waited() -> None:
    thread = a_thread()
    guest = a_guest()
    a_held_comment(thread, guest=guest)
    held = Comment.objects.get()
    shown = a_comment(thread)
    known = threads.page_of(thread.key).event

    Comment.objects.filter(pk=held.pk).update(html="<p>Waited</p>")
    _publish(held)
    answer = a_comment(thread, parent=shown)
    nested = a_comment(thread, parent=answer)

    found = news.new_since(thread.key, known)
    assert ids_of(found.comments) == [held.pk, answer.pk, nested.pk]
    assert found.comments[1].parent_id == shown.pk
    assert (found.count, news.new_since(thread.key, found.event).comments) == (4, ())


def _publish(comment: Comment) -> None:
    comments.publish(comment_id=comment.pk, by=a_moderator())


@given(
    st.sampled_from([OLDEST, NEWEST]),
    MOMENTS,
    st.integers(1, 10**17),
)
def test_a_cursor_comes_back_as_it_left(order: Order, moment: datetime, comment_id: int) -> None:
    place = Place(moment, comment_id)

    assert cursors.read(order, cursors.write(order, place)) == place


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(1, 10**17), st.integers(0, 10**17))
def test_a_cursor_of_votes_comes_back_as_it_left(score: int, comment_id: int, votes_number: int) -> None:
    place = Place(score, comment_id, votes_number)

    assert cursors.read(MOST_VOTED, cursors.write(MOST_VOTED, place)) == place


@given(st.text(max_size=120))
def test_what_is_no_cursor_of_ours_is_refused(text: str) -> None:
    for order in (OLDEST, NEWEST, MOST_VOTED, BEST):
        try:
            place = cursors.read(order, text)
        except refusals.BadCursor:
            continue
        assert place is None or cursors.read(order, cursors.write(order, place)) == place


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + ("QUERY PLAN " if connection.vendor == "sqlite" else "") + sql)
        return " ".join(str(column) for row in cursor.fetchall() for column in row)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("order", "index"),
    [
        ("oldest", "comment_roots_by_time"),
        ("newest", "comment_roots_by_time"),
        ("voted", "comment_roots_by_score"),
        ("best", "comment_roots_by_merit"),
    ],
)
def test_every_list_goes_through_its_index(order: str, index: str) -> None:
    for _ in range(3):
        thread = a_thread()
        many_comments(thread, roots=400, replies=2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    after = threads.page_of(thread.key, order=order).more_after

    with CaptureQueriesContext(connection) as queries:
        threads.page_of(thread.key, order=order, after=after)

    sorts = f"ORDER BY {cursors.ORDERS[order].column} "
    plan = plan_of(next(query["sql"] for query in queries if sorts in query["sql"] and "LIMIT 21" in query["sql"]))
    assert index in plan
    assert "comment_replies_by_time" in plan
    assert "TEMP B-TREE" not in plan
