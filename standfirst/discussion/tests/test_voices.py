"""The token by which a browser mutes a person says who is the same within a thread, and nothing else."""

import re
from typing import Any

import pytest

from standfirst.discussion import threads, voices
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread

pytestmark = pytest.mark.django_db


def test_the_same_guest_under_the_same_name_has_one_token_in_a_thread() -> None:
    thread, guest = a_thread(), a_guest()

    assert voices.of(a_comment(thread, guest=guest)) == voices.of(a_comment(thread, guest=guest))


def test_another_thread_another_name_or_another_guest_has_another_token() -> None:
    thread, guest = a_thread(), a_guest()

    tokens = {
        voices.of(each)
        for each in (
            a_comment(thread, guest=guest),
            a_comment(a_thread(), guest=guest),
            a_comment(thread, guest=guest, name="Ole"),
            a_comment(thread, guest=a_guest()),
        )
    }

    assert len(tokens) == 4


def test_an_account_has_one_token_everywhere() -> None:
    account = a_moderator()
    written = [a_comment(a_thread()) for _ in range(2)]
    for comment in written:
        comment.guest, comment.account = None, account

    assert voices.of(written[0]) == voices.of(written[1])


def test_the_page_shows_the_token_and_not_the_guest(browser: Any) -> None:
    thread, guest = a_thread(), a_guest()
    comment = a_comment(thread, guest=guest)

    page = browser().get(f"/discussion/threads/{thread.key}/").content.decode()

    assert re.findall(r'data-author="([^"]*)"', page) == [voices.of(comment)]
    assert guest.id.hex not in page
    assert str(guest.id) not in page


def test_a_gap_has_no_voice() -> None:
    thread = a_thread()
    root = a_comment(thread)
    a_comment(thread, parent=root)
    type(root).objects.filter(pk=root.pk).update(state="rejected")

    assert threads.page_of(thread.key).comments[0].author == ""
