import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from standfirst.accounts import guests
from standfirst.accounts.models import Guest
from standfirst.delivery.models import Change
from standfirst.discussion import comments, threads
from standfirst.discussion.models import Comment, Revision, State, Thread, Vote
from standfirst.kit import clock
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread, many_comments

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]


def send(client: Client, thread: Thread, **fields: Any) -> HttpResponse:
    typed = {"name": "Ines", "text": "The harbour wall needs repair."} | fields
    return client.post(f"/discussion/threads/{thread.key}/comments/", typed)  # type: ignore[return-value]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def known(client: Client) -> Guest:
    guest = guests.of_key(client.cookies[guests.COOKIE].value)
    assert guest is not None
    return guest


def test_a_posted_comment_is_seen_at_its_permalink(browser: Browser) -> None:
    thread, reader = a_thread(), browser()

    response = send(reader, thread)

    comment = Comment.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"{thread.url}?comment={comment.pk}#comment-{comment.pk}"
    assert known(reader) == comment.guest


def test_the_guest_key_stays_the_same_for_the_next_comment(browser: Browser) -> None:
    thread, reader = a_thread(), browser()
    send(reader, thread)

    send(reader, thread, text="And the lighthouse needs paint.")

    assert Comment.objects.values("guest").distinct().count() == 1


def test_a_held_comment_leads_to_a_page_that_says_why(browser: Browser) -> None:
    thread, reader = a_thread(), browser()

    response = send(reader, thread, topic="filled in")
    own = reader.get(response["Location"])

    assert response["Location"] == f"/discussion/comments/{Comment.objects.get().pk}/"
    assert "The harbour wall needs repair." in text_of(own)
    assert "a person looks at it first" in text_of(own)


def test_a_held_comment_is_seen_by_its_author_only(browser: Browser) -> None:
    thread, author = a_thread(), browser()
    send(author, thread, topic="filled in")
    comment = Comment.objects.get()

    stranger = browser().get(f"/discussion/comments/{comment.pk}/")
    page = browser().get(f"/discussion/threads/{thread.key}/")
    waiting = browser().get(f"/discussion/threads/{thread.key}/mine/")
    own = author.get(f"/discussion/threads/{thread.key}/mine/")

    assert stranger.status_code == 404
    assert "harbour wall" not in text_of(page) + text_of(waiting) + text_of(stranger)
    assert "harbour wall" in text_of(own)


@pytest.mark.parametrize(
    ("typed", "code", "status"),
    [
        ({"text": ""}, "discussion.text_missing", 422),
        ({"text": "x" * 10_001}, "discussion.text_too_long", 422),
        ({"name": ""}, "discussion.name_missing", 422),
        ({"name": "y" * 61}, "discussion.name_too_long", 422),
        ({"name": "Мoderator"}, "discussion.name_reserved", 422),
        ({"name": "Ines ✔"}, "discussion.name_with_badge", 422),
        ({"parent": "999999"}, "discussion.parent_not_here", 409),
        ({"parent": "1 or 1"}, "discussion.parent_not_here", 409),
    ],
)
def test_a_refused_form_comes_back_with_all_that_was_typed(
    browser: Browser, typed: dict[str, str], code: str, status: int
) -> None:
    thread = a_thread()

    response = send(browser(), thread, **typed)

    page = text_of(response)
    assert (response.status_code, response["X-Refusal"]) == (status, code)
    assert typed.get("name", "Ines") in page
    assert typed.get("text", "The harbour wall needs repair.") in page
    assert 'role="alert"' in page
    assert Comment.objects.count() == 0


def test_a_script_is_told_of_a_refusal_in_json(browser: Browser) -> None:
    thread = a_thread()

    response = send(browser(Accept="application/json"), thread, text=" ")

    assert (response.status_code, response.json()["code"], response.json()["field"]) == (  # type: ignore[attr-defined]
        422,
        "discussion.text_missing",
        "text",
    )


def test_a_script_gets_the_new_comment_as_html(browser: Browser) -> None:
    thread = a_thread()

    response = send(browser(Accept="application/json"), thread).json()  # type: ignore[attr-defined]

    assert response["state"] == "published"
    assert f'id="comment-{response["id"]}"' in response["html"]


def test_a_second_press_of_the_button_posts_nothing_new(browser: Browser) -> None:
    thread, reader = a_thread(), browser()

    first, second = send(reader, thread), send(reader, thread)

    assert first["Location"] == second["Location"]
    assert Comment.objects.count() == 1


def test_whoever_repeats_another_guests_words_is_never_handed_that_guests_key(browser: Browser) -> None:
    thread, author, copycat = a_thread(), browser(), browser()
    send(author, thread)

    response = send(copycat, thread)

    assert guests.COOKIE not in response.cookies
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_what_is_not_published_cannot_be_answered(browser: Browser, state: str) -> None:
    thread = a_thread()
    parent = a_held_comment(thread)
    if state == "rejected":
        comments.reject(comment_id=parent.pk, by=a_moderator(), reason="Rule 2")

    response = send(browser(), thread, parent=str(parent.pk))

    assert response.status_code == 409


def test_a_comment_of_another_thread_cannot_be_answered_here(browser: Browser) -> None:
    elsewhere = a_comment(a_thread())

    response = send(browser(), a_thread(), parent=str(elsewhere.pk))

    assert response.status_code == 409


def test_a_closed_thread_takes_no_comment(browser: Browser) -> None:
    thread = a_thread()
    threads.close_thread(key=thread.key)

    response = send(browser(), thread)

    assert (response.status_code, response["X-Refusal"]) == (403, "discussion.thread_closed")


def test_a_thread_that_does_not_exist_takes_no_comment(browser: Browser) -> None:
    response = browser().post("/discussion/threads/story:404/comments/", {"name": "Ines", "text": "Hello"})

    assert (response.status_code, response["X-Refusal"]) == (404, "discussion.no_such_thread")


def test_a_forged_guest_key_is_no_key(browser: Browser) -> None:
    thread, guest = a_thread(), a_guest()
    comment = a_held_comment(thread, guest=guest)
    forger = browser()
    forger.cookies[guests.COOKIE] = f"{guest.pk.hex}:forged"

    response = forger.get(f"/discussion/comments/{comment.pk}/")
    send(forger, thread)

    assert response.status_code == 404
    assert Comment.objects.latest("id").guest != guest


def test_a_revoked_guest_key_is_no_key(browser: Browser) -> None:
    thread, guest = a_thread(), a_guest()
    comment = a_held_comment(thread, guest=guest)
    reader = browser()
    reader.cookies[guests.COOKIE] = guests.key_of(guest)
    guests.revoke(guest)

    assert reader.get(f"/discussion/comments/{comment.pk}/").status_code == 404


def test_a_page_of_another_site_posts_nothing() -> None:
    thread = a_thread()

    response = Client(headers={"Sec-Fetch-Site": "cross-site"}).post(
        f"/discussion/threads/{thread.key}/comments/", {"name": "Ines", "text": "Hello"}
    )

    assert response.status_code == 403
    assert Comment.objects.count() == 0


def test_own_words_are_changed_by_their_author_only(browser: Browser) -> None:
    thread, author = a_thread(), browser()
    send(author, thread)
    comment = Comment.objects.get()

    refused = browser().post(f"/discussion/comments/{comment.pk}/edits/", {"text": "Hijacked"})
    changed = author.post(f"/discussion/comments/{comment.pk}/edits/", {"text": "The harbour wall is new."})

    comment.refresh_from_db()
    assert (refused.status_code, changed.status_code) == (403, 303)
    assert comment.html == "<p>The harbour wall is new.</p>"
    assert comment.edited_at is not None


def rows() -> list[int]:
    return [model.objects.count() for model in (Thread, Comment, Revision, Vote, Guest, Change)]


def test_following_every_link_of_a_page_writes_nothing(browser: Browser) -> None:
    thread = a_thread()
    many_comments(thread, roots=23, replies=5)
    reader = browser()
    to_visit, seen = [f"/discussion/threads/{thread.key}/"], set()
    before = rows()

    while to_visit:
        address = to_visit.pop()
        if address in seen or not address.startswith("/discussion/"):
            continue
        seen.add(address)
        response = reader.get(address)
        assert response.status_code in {200, 404, 405}, address
        found = re.findall(r'(?:href|action|data-more)="([^"#]+)', text_of(response))
        to_visit += [link.replace("&amp;", "&") for link in found]

    assert len(seen) > 150
    assert rows() == before


def test_no_address_of_a_reader_stands_in_what_others_get(browser: Browser) -> None:
    thread = a_thread()
    browser().post(
        f"/discussion/threads/{thread.key}/comments/",
        {"name": "Ines", "text": "Hello there", "email": "ines@example.org"},
        REMOTE_ADDR="203.0.113.7",
    )
    comment = Comment.objects.get()

    page = text_of(browser().get(f"/discussion/threads/{thread.key}/"))

    assert "Hello there" in page
    assert comment.address_hash
    assert "203.0.113.7" not in page
    assert comment.address_hash not in page
    assert str(comment.guest_id) not in page
    assert comment.guest.pk.hex not in page  # type: ignore[union-attr]
    assert "example.org" not in page


def test_a_vote_without_script_leads_back_to_the_comment(browser: Browser) -> None:
    thread = a_thread()
    comment = a_comment(thread)

    response = browser().post(f"/discussion/comments/{comment.pk}/votes/", {"vote": "up"})

    comment.refresh_from_db()
    assert (response.status_code, comment.score) == (303, 1)
    assert f"comment-{comment.pk}" in response["Location"]


def test_without_script_the_same_button_takes_a_vote_back_but_a_double_click_does_not(browser: Browser) -> None:
    comment, reader, scores = a_comment(a_thread()), browser(), []

    with time_machine.travel(clock.now(), tick=False) as traveller:
        for seconds, button in ((0, "down"), (0, "down"), (9, "down"), (9, "up"), (9, "down"), (9, "down")):
            traveller.shift(seconds)
            reader.post(f"/discussion/comments/{comment.pk}/votes/", {"vote": button})
            comment.refresh_from_db()
            scores.append(comment.score)

    assert scores == [-1, -1, 0, 1, -1, 0]


@pytest.mark.parametrize("address", ["?order=fair", "?after=%00", "?after=bzEuMQ", "?comment=x", "?after=" + "A" * 500])
def test_a_damaged_address_is_refused_in_words(browser: Browser, address: str) -> None:
    thread = a_thread()

    response = browser().get(f"/discussion/threads/{thread.key}/{address}")

    assert response.status_code in {400, 404}
    assert response["X-Refusal"].startswith("discussion.")


@pytest.mark.parametrize(
    "address",
    [
        "/discussion/threads/%00/",
        "/discussion/threads/story:404/",
        f"/discussion/comments/{10**30}/replies/",
        f"/discussion/comments/{10**30}/reply/",
        f"/discussion/comments/{10**30}/",
        "/discussion/threads/%F0%9F%98%80/mine/",
    ],
)
def test_an_address_that_names_nothing_is_not_found(browser: Browser, address: str) -> None:
    assert browser().get(address).status_code == 404


def test_a_page_that_claims_to_know_the_future_is_told_nothing(browser: Browser) -> None:
    thread = a_thread()

    response = browser().get(f"/discussion/threads/{thread.key}/since/{10**30}/")

    assert response.status_code == 200
    assert "<article" not in text_of(response)


def test_a_robot_that_only_asks_for_headers_is_answered(browser: Browser) -> None:
    thread = a_thread()

    assert browser().head(f"/discussion/threads/{thread.key}/").status_code == 200


def test_a_permalink_shows_a_comment_beyond_the_first_page_and_the_first_answers(browser: Browser) -> None:
    thread = a_thread()
    many_comments(thread, roots=45, replies=6)
    comment = Comment.objects.get(source_id=f"{thread.key}-41-6")

    page = text_of(browser().get(f"/discussion/threads/{thread.key}/?comment={comment.pk}"))

    assert f'id="comment-{comment.pk}"' in page
    assert "Remark 39.0" not in page


def test_a_deep_conversation_is_continued_on_a_page_of_its_own(browser: Browser) -> None:
    thread = a_thread()
    comment = None
    for _ in range(12):
        comment = a_comment(thread, parent=comment)
    page = text_of(browser().get(f"/discussion/threads/{thread.key}/"))
    depths: list[int] = []

    while found := re.search(r'href="[^"]*\?comment=(\d+)[^"]*" rel="nofollow">Continue', page):
        depths.append(Comment.objects.get(pk=found[1]).depth)
        page = text_of(browser().get(f"/discussion/threads/{thread.key}/?comment={found[1]}"))

    assert comment is not None
    assert f'id="comment-{comment.pk}"' in page
    assert depths == sorted(set(depths))


def test_every_state_of_a_comment_has_words_for_its_author(browser: Browser) -> None:
    thread, author = a_thread(), browser()
    send(author, thread, topic="filled in")
    comment = Comment.objects.get()

    comments.reject(comment_id=comment.pk, by=a_moderator(), reason="It insults the harbour master.")

    page = text_of(author.get(f"/discussion/comments/{comment.pk}/"))
    assert State.REJECTED in page
    assert "It insults the harbour master." in page
