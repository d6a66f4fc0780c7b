"""Whatever is sent where it does not belong is refused, and not a row of any table changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from standfirst.accounts import guests
from standfirst.discussion import comments, threads
from standfirst.discussion.mine import removing
from standfirst.discussion.models import Comment, Thread
from standfirst.kit import clock
from standfirst.testing import rows
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread
from standfirst.testing.pictures import a_picture

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]

TO_A_COMMENT: dict[str, dict[str, str]] = {
    "votes": {"vote": "up"},
    "reports": {"reason": "spam"},
    "follows": {"email": "ada@readers.test"},
    "edits": {"text": "Something else altogether."},
    "removal": {},
    "appeal": {"words": "It is no advertising."},
}
OF_ITS_AUTHOR = ["edits", "removal", "appeal"]


def with_key(client: Client, key: str) -> Client:
    client.cookies[guests.COOKIE] = key
    return client


def let_through(client: Client, sent: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Send all of it; return what was not refused, or changed something."""
    before = rows.digests()
    answers = {f"{address} {data}": client.post(address, data) for address, data in sent}
    wrong = [said for said, answer in answers.items() if not 400 <= answer.status_code < 500]
    return wrong + sorted(rows.changed(before, rows.digests()))


def to(comment_id: int, names: Any = TO_A_COMMENT) -> list[tuple[str, dict[str, Any]]]:
    return [(f"/discussion/comments/{comment_id}/{name}/", TO_A_COMMENT[name]) for name in names]


def in_thread(key: str) -> list[tuple[str, dict[str, Any]]]:
    words = {"name": "Ole", "text": "A word about the harbour wall."}
    return [
        (f"/discussion/threads/{key}/comments/", words),
        (f"/discussion/threads/{key}/preview/", words),
        (f"/discussion/threads/{key}/pictures/", {"file": SimpleUploadedFile("a.jpg", a_picture(), "image/jpeg")}),
        (f"/discussion/threads/{key}/follows/", {"email": "ada@readers.test", "what": "thread"}),
    ]


def unseen(state: str) -> Comment:
    """A comment that readers do not see, for the reason that is named."""
    author = a_guest()
    if state == "held":
        return a_held_comment(a_thread(), guest=author)
    comment = a_comment(a_thread(), guest=author)
    if state == "rejected":
        comments.reject(comment_id=comment.pk, by=a_moderator(), reason="Off the subject")
    elif state == "taken back":
        removing.remove_own(comment_id=comment.pk, guest=author, account=None)
    else:
        threads.withdraw_thread(key=comment.thread.key)
    return comment


UNSEEN = ["held", "rejected", "taken back", "of a story that nobody can read"]


@pytest.mark.parametrize("state", UNSEEN)
def test_nothing_is_done_about_a_comment_that_readers_do_not_see(browser: Browser, state: str) -> None:
    comment = unseen(state)
    reader = with_key(browser(), guests.key_of(a_guest()))
    answers_it = {"name": "Ole", "text": "I see what you mean.", "parent": str(comment.pk)}

    sent = [*to(comment.pk), (f"/discussion/threads/{comment.thread.key}/comments/", answers_it)]

    assert let_through(reader, sent) == []


@pytest.mark.parametrize("state", UNSEEN[:3])
def test_a_comment_that_readers_do_not_see_is_not_answered_in_another_thread_either(
    browser: Browser, state: str
) -> None:
    answers_it = {"name": "Ole", "text": "I see what you mean.", "parent": str(unseen(state).pk)}

    assert let_through(browser(), [(f"/discussion/threads/{a_thread().key}/comments/", answers_it)]) == []


@pytest.mark.parametrize("number", ["next", "far", "0"])
def test_a_guessed_number_of_a_comment_does_nothing(browser: Browser, number: str) -> None:
    last = a_comment(a_thread()).pk
    guessed = {"next": last + 1, "far": 2**62, "0": 0}[number]

    assert let_through(with_key(browser(), guests.key_of(a_guest())), to(guessed)) == []


def withdrawn() -> Thread:
    thread = a_thread()
    threads.withdraw_thread(key=thread.key)
    return thread


def closed() -> Thread:
    thread = a_thread()
    threads.close_thread(key=thread.key, by=a_moderator(), reason="Enough for today")
    return thread


@pytest.mark.parametrize("make", [withdrawn, lambda: Thread(key="story:404"), lambda: Thread(key="page:1")])
def test_where_there_is_nothing_to_talk_about_nothing_is_taken(browser: Browser, make: Callable[[], Thread]) -> None:
    assert let_through(browser(), in_thread(make().key)) == []


def test_a_closed_thread_takes_neither_comments_nor_answers_nor_pictures(browser: Browser) -> None:
    thread = closed()
    root = a_comment(a_thread())
    Comment.objects.filter(pk=root.pk).update(thread=thread)
    answer = {"name": "Ole", "text": "One more thing, though.", "parent": str(root.pk)}
    comment, _preview, picture, _follow = in_thread(thread.key)

    assert let_through(browser(), [comment, picture, (comment[0], answer)]) == []


@pytest.mark.parametrize("by", ["nobody", "another guest", "a forged key", "a key cut short", "a revoked key"])
def test_only_the_key_of_its_author_does_what_authors_may(browser: Browser, by: str) -> None:
    author = a_guest()
    comment, waiting = a_comment(a_thread(), guest=author), a_held_comment(a_thread(), guest=author)
    key = guests.key_of(author)
    keys = {
        "another guest": guests.key_of(a_guest()),
        "a forged key": f"{author.pk.hex}:{key.partition(':')[2][::-1]}",
        "a key cut short": key[:-1],
        "a revoked key": key,
    }
    client = with_key(browser(), keys[by]) if by in keys else browser()
    if by == "a revoked key":
        guests.revoke(author)

    assert let_through(client, [*to(comment.pk, OF_ITS_AUTHOR), *to(waiting.pk, OF_ITS_AUTHOR)]) == []


def test_the_name_of_another_guest_opens_nothing_of_theirs(browser: Browser) -> None:
    theirs = a_comment(a_thread(), name="Ines", guest=a_guest())
    posing = browser()
    words = {"name": "Ines", "text": "I am Ines, too, and I have my own words."}
    posing.post(f"/discussion/threads/{theirs.thread.key}/comments/", words)

    assert guests.COOKIE in posing.cookies
    assert let_through(posing, to(theirs.pk, OF_ITS_AUTHOR)) == []


def test_authors_neither_vote_on_nor_report_their_own_and_object_to_nothing_that_is_published(
    browser: Browser,
) -> None:
    author = a_guest()
    comment = a_comment(a_thread(), guest=author)

    assert let_through(with_key(browser(), guests.key_of(author)), to(comment.pk, ["votes", "reports", "appeal"])) == []


@pytest.mark.parametrize("too_late", ["an hour after", "once answered"])
def test_what_is_too_late_to_change_is_not_taken_back_either(browser: Browser, too_late: str) -> None:
    author = a_guest()
    comment = a_comment(a_thread(), guest=author)
    if too_late == "once answered":
        a_comment(comment.thread, parent=comment)
    client = with_key(browser(), guests.key_of(author))

    with time_machine.travel(clock.now() + timedelta(hours=too_late == "an hour after"), tick=False):
        assert let_through(client, to(comment.pk, ["edits", "removal"])) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Referer": "https://evil.test/?http://testserver/"},
        {},
    ],
)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_no_page_of_another_site_writes_for_a_reader(headers: dict[str, str], kind: str) -> None:
    author = a_guest()
    mine, theirs = a_comment(a_thread(), guest=author), a_comment(a_thread())
    client = with_key(Client(headers=headers), guests.key_of(author))
    wanted = [*in_thread(mine.thread.key), *to(mine.pk, OF_ITS_AUTHOR), *to(theirs.pk, ["votes", "reports"])]
    before = rows.digests()

    answers = [client.post(address, b"name=Ole&text=Words&vote=up&reason=spam", kind) for address, _data in wanted]

    assert {answer.status_code for answer in answers} == {403}
    assert rows.changed(before, rows.digests()) == set()


def test_a_form_kept_for_a_week_still_posts(browser: Browser) -> None:
    thread = a_thread()
    reader = browser()
    with time_machine.travel(clock.now() - timedelta(days=7), tick=False):
        kept = reader.get(f"/discussion/threads/{thread.key}/").content.decode()
    assert "csrf" not in kept.lower()

    answer = browser().post(f"/discussion/threads/{thread.key}/comments/", {"name": "Ole", "text": "Better late."})

    assert answer.status_code == 303
    assert thread.comments.get().state == "published"
