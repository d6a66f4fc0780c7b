"""Pictures from their choice to their end: posted with a comment, seen by whom they may be, gone with it."""

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from standfirst.accounts import addresses, guests
from standfirst.discussion import comments, retention, threads
from standfirst.discussion.models import Comment, CommentPicture, CommentWriting, State
from standfirst.discussion.pictures import refused, shelf, taking_in
from standfirst.discussion.pictures.belonging import Chosen, forget_pictures, sweep
from standfirst.kit import clock
from standfirst.testing import pictures as made
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread

pytestmark = pytest.mark.django_db


def a_file(name: str = "a.jpg", **picture: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, made.a_picture(**picture), "image/jpeg")


def a_pending_picture(alt: str = "A boat") -> CommentPicture:
    return taking_in.take_in(file=a_file(), address_hash="", alt=alt)


def a_comment_with_pictures(count: int = 1, *, guest: Any = None, thread: Any = None, trap: str = "") -> Comment:
    pictures = [Chosen(a_pending_picture().name, f"Boat {number}") for number in range(count)]
    return comments.post(
        thread_key=(thread or a_thread()).key,
        name="Ines",
        text=f"See the wall, {clock.now()}",
        guest=guest,
        trap=trap,
        pictures=pictures,
    ).comment


def url_of(comment: Comment) -> str:
    return f"/discussion/pictures/{comment.pictures.earliest('position').name}-small.webp"


def files(settings: Any) -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*.webp*"))


@pytest.fixture
def send(browser: Callable[[], Client]) -> Callable[..., Any]:
    """Post the form as a browser without scripts does."""

    def sent(key: str, *, client: Client | None = None, to: str = "comments", **typed: Any) -> Any:
        fields = {"name": "Ines", "text": f"Look at this, {time.time()}", **typed}
        return (client or browser()).post(f"/discussion/threads/{key}/{to}/", fields)

    return sent


def test_four_pictures_come_with_a_plain_form_and_stand_in_the_thread(send: Any, browser: Any) -> None:
    thread = a_thread()
    chosen = {f"picture-file-{n}": a_file(size=(300 + n, 200)) for n in range(1, 5)}

    answer = send(thread.key, **chosen, **{"picture-alt-1": "The <wall>", "picture-alt-2": ""})

    assert answer.status_code == 303
    (comment,) = Comment.objects.all()
    assert [(each.position, each.alt, each.width) for each in comment.pictures.order_by("position")] == [
        (0, "The <wall>", 301),
        (1, "", 302),
        (2, "", 303),
        (3, "", 304),
    ]
    page = browser().get(f"/discussion/threads/{thread.key}/").content.decode()
    assert 'alt="The &lt;wall&gt;"' in page
    assert 'alt="Picture without a description"' in page
    assert page.count('loading="lazy"') == 4
    assert 'width="301"' in page


def test_a_fifth_picture_is_refused_and_the_text_is_kept(send: Any) -> None:
    chosen = {f"picture-file-{n}": a_file() for n in range(1, 6)}

    answer = send(a_thread().key, text="My long text", **chosen)

    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "discussion.too_many_pictures")
    assert "My long text" in answer.content.decode()
    assert not Comment.objects.exists()


def test_pictures_of_a_refused_form_come_back_with_it_and_need_not_be_chosen_again(send: Any) -> None:
    thread = a_thread()

    refused_form = send(thread.key, text="", **{"picture-file-1": a_file(), "picture-alt-1": "The wall"})
    (pending,) = CommentPicture.objects.all()
    page = refused_form.content.decode()
    again = send(thread.key, picture=pending.name, **{f"picture-alt-{pending.name}": "The wall"})

    assert refused_form.headers["X-Refusal"] == "discussion.text_missing"
    assert f'name="picture" value="{pending.name}"' in page
    assert f'name="picture-alt-{pending.name}" maxlength="300" value="The wall"' in page
    assert page.count('type="file"') == 3
    assert again.status_code == 303
    assert Comment.objects.get().pictures.get().alt == "The wall"


def test_a_pending_picture_can_be_left_out_again_without_a_script(send: Any, settings: Any) -> None:
    pending = a_pending_picture()

    with TransactionsEnd():
        answer = send(a_thread().key, picture=pending.name, **{"picture-drop": pending.name})

    assert answer.status_code == 303
    assert not CommentPicture.objects.exists()
    assert files(settings) == []


class TransactionsEnd:
    """Have what waits for the end of a transaction happen, as the test's own never ends."""

    def __enter__(self) -> None:
        self.before = len(connection.run_on_commit)

    def __exit__(self, *_: object) -> None:
        waiting = connection.run_on_commit[self.before :]
        del connection.run_on_commit[self.before :]
        for _sids, function, _robust in waiting:
            function()


def test_a_script_sends_a_picture_at_once_and_can_take_it_back(browser: Any, settings: Any) -> None:
    thread, client = a_thread(), browser()

    taken = client.post(f"/discussion/threads/{thread.key}/pictures/", {"file": a_file()})
    name = taken.json()["name"]
    shown = client.get(taken.json()["url"])
    with TransactionsEnd():
        back = client.post(f"/discussion/pictures/{name}/removal/")

    assert (taken.status_code, shown.status_code, back.status_code) == (201, 200, 200)
    assert shown.headers["Cache-Control"] == "no-store, private"
    assert client.get(taken.json()["url"]).status_code == 404
    assert files(settings) == []


def test_a_picture_of_a_comment_cannot_be_taken_back_by_its_name(browser: Any) -> None:
    comment = a_comment_with_pictures()

    browser().post(f"/discussion/pictures/{comment.pictures.get().name}/removal/")

    assert comment.pictures.count() == 1


@pytest.mark.parametrize("key", ["closed", "nowhere", "withdrawn"])
def test_a_thread_that_takes_no_comments_takes_no_pictures(browser: Any, key: str) -> None:
    a_thread("closed", open=False)
    a_thread("withdrawn")
    threads.withdraw_thread(key="withdrawn")

    answer = browser().post(f"/discussion/threads/{key}/pictures/", {"file": a_file()})

    assert answer.status_code == (403 if key == "closed" else 404)
    assert not CommentPicture.objects.exists()


@pytest.mark.parametrize("name", ["of another comment", "f" * 32, "../x", "", "\0"])
def test_a_picture_that_is_not_pending_goes_with_no_comment(send: Any, name: str) -> None:
    if name == "of another comment":
        name = a_comment_with_pictures().pictures.get().name
    before = Comment.objects.count()

    answer = send(a_thread().key, text="Mine now", picture=name)

    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "discussion.picture_gone")
    assert "Mine now" in answer.content.decode()
    assert Comment.objects.count() == before


def test_the_form_sent_twice_is_one_comment_with_its_pictures(send: Any, browser: Any) -> None:
    thread, client = a_thread(), browser()
    client.cookies[guests.COOKIE] = guests.key_of(a_guest())
    typed = {"text": "Once is enough.", "picture": a_pending_picture().name}

    first, second = (send(thread.key, client=client, **typed) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert Comment.objects.get().pictures.count() == 1


def test_a_published_picture_is_for_everybody_of_one_type_in_a_sandbox_and_kept_by_browsers(browser: Any) -> None:
    comment = a_comment_with_pictures()

    answer = browser().get(url_of(comment))

    assert answer.status_code == 200
    assert dict(answer.headers) | {
        "Content-Type": "image/webp",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "public, max-age=31536000, s-maxage=300, immutable",
    } == dict(answer.headers)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("state", [State.HELD, State.REJECTED])
def test_what_is_not_published_shows_its_pictures_to_its_author_and_moderators_only(
    browser: Any, client: Client, state: State
) -> None:
    guest, moderator = a_guest(), a_moderator()
    comment = a_comment_with_pictures(guest=guest)
    decide = comments.hold if state == State.HELD else comments.reject
    decide(comment_id=comment.pk, by=moderator, reason="Rule 2")
    author, other = browser(), browser()
    author.cookies[guests.COOKIE] = guests.key_of(guest)
    other.cookies[guests.COOKIE] = guests.key_of(a_guest())
    client.force_login(moderator)

    seen = [each.get(url_of(comment)) for each in (browser(), other, author)]
    at_the_desk = client.get("/desk" + url_of(comment))

    assert [each.status_code for each in seen] == [404, 404, 200]
    assert seen[2].headers["Cache-Control"] == "no-store, private"
    assert at_the_desk.status_code == 200
    assert browser().get("/desk" + url_of(comment)).status_code == 302
    assert url_of(comment) in author.get(f"/discussion/comments/{comment.pk}/").content.decode()


def test_pictures_of_a_withdrawn_story_are_not_to_be_seen(browser: Any) -> None:
    comment = a_comment_with_pictures()
    threads.withdraw_thread(key=comment.thread.key)

    assert browser().get(url_of(comment)).status_code == 404


def test_forgetting_the_pictures_of_a_comment_removes_rows_files_and_what_the_thread_shows(
    browser: Any, settings: Any
) -> None:
    comment = a_comment_with_pictures(3)
    url = url_of(comment)
    assert len(files(settings)) == 6

    with TransactionsEnd():
        forgotten = forget_pictures(comment_id=comment.pk)

    assert forgotten == 3
    assert (files(settings), CommentPicture.objects.count()) == ([], 0)
    assert browser().get(url).status_code == 404
    assert "/discussion/pictures/" not in threads.page_of(comment.thread.key).comments[0].pictures
    assert forget_pictures(comment_id=comment.pk) == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_keeps_its_pictures(settings: Any) -> None:
    comment = a_comment_with_pictures()

    class Broken(Exception):
        pass

    with suppress(Broken), transaction.atomic():
        forget_pictures(comment_id=comment.pk)
        raise Broken

    assert len(files(settings)) == 2
    assert comment.pictures.count() == 1


def test_a_full_disk_refuses_the_picture_leaves_nothing_and_the_text_comes_back(
    send: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shelf.os, "fsync", full)

    answer = send(a_thread().key, text="My long text", **{"picture-file-1": a_file()})

    assert (answer.status_code, answer.headers["X-Refusal"]) == (503, "discussion.no_room_for_pictures")
    assert "My long text" in answer.content.decode()
    assert (files(settings), CommentPicture.objects.count()) == ([], 0)


def test_a_row_that_cannot_be_written_leaves_no_file(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(taking_in, "keep_pending", broken)

    with pytest.raises(RuntimeError):
        a_pending_picture()

    assert files(settings) == []


def test_the_second_file_that_does_not_fit_takes_the_first_with_it(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def full_at_the_second(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(shelf.os, "fsync", full_at_the_second)

    with pytest.raises(refused.NoRoom):
        a_pending_picture()

    assert files(settings) == []


def test_the_sweep_removes_what_was_never_posted_and_files_that_no_row_knows(settings: Any) -> None:
    comment, old = a_comment_with_pictures(), a_pending_picture()
    CommentPicture.objects.filter(pk=old.pk).update(uploaded_at=clock.now() - timedelta(hours=25))
    new = a_pending_picture()
    lost, arriving = "0" * 32, "1" * 32
    shelf.put(lost, [b"x", b"y"])
    shelf.put(arriving, [b"x", b"y"])
    half = shelf.path("2" * 32).with_name("2" * 32 + ".webp.new")
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"half")
    for path in (shelf.path(lost), shelf.path(lost, "-small"), half, shelf.path(comment.pictures.get().name)):
        os.utime(path, (time.time() - 7_200,) * 2)

    with TransactionsEnd():
        swept = sweep()

    assert swept == {"pending": 1, "orphans": 2}
    left = {name[:32] for name in files(settings)}
    assert left == {comment.pictures.get().name, new.name, arriving}


def test_an_address_that_sends_picture_after_picture_is_told_to_wait(
    browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "ADDRESS_AN_HOUR_MAX", 2)
    thread = a_thread()
    sent = [
        browser().post(f"/discussion/threads/{thread.key}/pictures/", {"file": a_file()}, REMOTE_ADDR=address)
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]

    assert [each.status_code for each in sent] == [201, 201, 429, 201]


def test_the_site_keeps_so_many_pending_pictures_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_in, "PENDING_MAX", 1)
    a_pending_picture()

    with pytest.raises(refused.PicturesBusy):
        a_pending_picture()


def test_the_address_of_a_picture_is_forgotten_like_that_of_a_comment() -> None:
    with time_machine.travel(clock.now() - timedelta(days=addresses.KEPT_DAYS_MAX + 1), tick=False):
        taken = taking_in.take_in(file=a_file(), address_hash="a" * 32)

    assert retention.forget()["picture_addresses"] == 1

    taken.refresh_from_db()
    assert taken.address_hash == ""


def test_comments_with_pictures_wait_where_the_desk_says_so() -> None:
    CommentWriting.objects.create(site=Site.objects.get(is_default_site=True), hold_pictures=True)

    with_pictures, without = a_comment_with_pictures(), a_comment(a_thread())

    assert (with_pictures.state, without.state) == (State.HELD, State.PUBLISHED)
    assert "pictures" in comments.why(with_pictures)


def test_a_page_asks_as_often_with_many_pictures_as_with_none() -> None:
    plain, full = a_thread(), a_thread()
    for _ in range(3):
        a_comment(plain)
        a_comment_with_pictures(2, thread=full)

    def queries(thread: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            threads.page_of(thread.key)
        return len(captured)

    assert queries(plain) == queries(full)


def test_posting_without_pictures_asks_for_none() -> None:
    thread, guest = a_thread(), a_guest()

    with CaptureQueriesContext(connection) as captured:
        a_comment(thread, guest=guest)

    assert [each for each in captured if "picture" in each["sql"].replace("pictures_shown", "")] == []
