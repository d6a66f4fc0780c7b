"""Changing one's words: for how long the desk says, how often, and what moderators see of it."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some
from wagtail.models import Site

from standfirst.accounts import guests
from standfirst.discussion import comments, mine, refusals, wordings
from standfirst.discussion.models import EDIT_MINUTES_MAX, CommentWriting, Revision
from standfirst.kit import clock
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread

pytestmark = pytest.mark.django_db


def the_desk_says(minutes: int) -> None:
    CommentWriting.objects.create(site=Site.objects.get(is_default_site=True), edit_minutes=minutes)


def written_ago(minutes: float) -> tuple[Any, Any]:
    guest = a_guest()
    with time_machine.travel(clock.now() - timedelta(minutes=minutes), tick=False):
        return a_comment(a_thread(), guest=guest), guest


@pytest.mark.parametrize(("minutes", "age"), [(1, 0.9), (60, 59), (EDIT_MINUTES_MAX, EDIT_MINUTES_MAX - 1)])
def test_a_comment_can_be_changed_for_as_long_as_the_desk_says(minutes: int, age: float) -> None:
    the_desk_says(minutes)
    comment, guest = written_ago(age)

    assert mine.own(comment).may_be_edited
    assert comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Better so").edited_at is not None


@pytest.mark.parametrize(("minutes", "age"), [(1, 1.1), (EDIT_MINUTES_MAX, EDIT_MINUTES_MAX + 1)])
def test_and_no_longer(minutes: int, age: float) -> None:
    the_desk_says(minutes)
    comment, guest = written_ago(age)

    assert not mine.own(comment).may_be_edited
    with pytest.raises(refusals.TooLateToEdit, match=r".*") as refused:
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Better so")
    assert f"{minutes} minutes" in str(refused.value)


def test_where_the_desk_says_never_nothing_is_changed() -> None:
    the_desk_says(0)
    comment, guest = written_ago(0)

    assert not mine.own(comment).may_be_edited
    with pytest.raises(refusals.NotEditable):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Better so")


def test_more_than_a_day_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        the_desk_says(EDIT_MINUTES_MAX + 1)


def test_a_comment_is_changed_so_often_and_no_more() -> None:
    comment, guest = written_ago(0)
    for number in range(comments.REVISIONS_MAX - 1):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text=f"Wording {number}")

    with pytest.raises(refusals.EditedTooOften):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="And once more")

    assert Revision.objects.filter(comment=comment).count() == comments.REVISIONS_MAX


def test_a_moderator_sets_it_on_the_desk(client: Client) -> None:
    client.force_login(a_moderator())
    site = Site.objects.get(is_default_site=True)
    url = f"/desk/settings/discussion/commentwriting/{site.pk}/"

    shown = client.get(url, headers={"host": "127.0.0.1"})
    saved = client.post(url, {"edit_minutes": "5"}, headers={"host": "127.0.0.1", "sec-fetch-site": "same-origin"})
    too_long = client.post(
        url, {"edit_minutes": "1441"}, headers={"host": "127.0.0.1", "sec-fetch-site": "same-origin"}
    )

    assert (shown.status_code, saved.status_code, too_long.status_code) == (200, 302, 200)
    assert CommentWriting.objects.get().edit_minutes == 5


def test_readers_see_that_it_was_changed_and_moderators_what(client: Client, browser: Any) -> None:
    comment, guest = written_ago(0)
    first = Revision.objects.get(comment=comment).text
    comments.edit_by_guest(comment_id=comment.pk, guest=guest, text=f"{first} Except <b>mine</b>.")
    client.force_login(a_moderator())

    thread = browser().get(f"/discussion/threads/{comment.thread.key}/").content.decode()
    case = client.get(f"/desk/discussion/comments/{comment.pk}/").content.decode()

    assert '<span class="comment-edited">changed</span>' in thread
    assert f"{first}<ins> Except &lt;b&gt;mine&lt;/b&gt;.</ins>" in case


def test_the_author_without_scripts_changes_it_on_its_own_page(browser: Any) -> None:
    comment, guest = written_ago(0)
    client = browser()
    client.cookies[guests.COOKIE] = guests.key_of(guest)

    page = client.get(f"/discussion/comments/{comment.pk}/").content.decode()
    answer = client.post(f"/discussion/comments/{comment.pk}/edits/", {"text": "Better so"})

    assert ">The harbour wall" in page  # the field begins with the text, not with the template's spaces
    assert answer.status_code == 303
    comment.refresh_from_db()
    assert comment.html == "<p>Better so</p>"


WORDS = ["the", "wall", "of", " ", "\n", "harbour", "must", "<b>"]
words = some.lists(some.sampled_from(WORDS), max_size=40).map(" ".join)


@given(before=words, after=words)
def test_a_difference_holds_both_wordings(before: str, after: str) -> None:
    pieces = wordings.difference(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_the_longest_texts_are_compared_in_no_time() -> None:
    before, after = ("a b " * 2_500)[:10_000], ("b c a " * 1_700)[:10_000]
    began = time.process_time()

    pieces = wordings.difference(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert time.process_time() - began < 2
