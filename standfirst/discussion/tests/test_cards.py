"""Cards: the frame in which a picture of another site is shown after a click."""

from pathlib import Path
from typing import Any

import pytest

import standfirst.discussion
from standfirst.discussion import comments, markup, threads
from standfirst.discussion.cards import addresses
from standfirst.discussion.cards.addresses import pictures_in
from standfirst.testing.discussion import a_comment, a_held_comment, a_moderator, a_thread

BOAT = "https://pictures.example.org/boat.jpg"


@pytest.mark.one_database
@pytest.mark.parametrize(
    "address",
    [
        BOAT,
        "https://e.example/a.PNG",
        "https://e.example:8443/a/b/c.webp?width=300",
        "https://e.example/a.gif#x",
        "https://127.0.0.1/a.jpeg",
    ],
)
def test_an_address_that_ends_as_a_picture_does_is_one(address: str) -> None:
    assert [each.address for each in pictures_in(markup.from_markdown(f"see\n\n{address}"))] == [address]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "address",
    [
        "http://e.example/a.png",
        "https://e.example/",
        "https://e.example/a.svg",
        "https://e.example/a.png.html",
        "https://e.example/?a.png",
        "https://e.example/#a.png",
        "https://user:word@e.example/a.png",
        "https://e.example;script-src/a.png",
        "https://e.example'/a.png",
        "https://*.example/a.png",
        "https://e.example\\@evil.example/a.png",
        "https://.png",
        "mailto:a.png",
    ],
)
def test_any_other_address_is_none(address: str) -> None:
    assert pictures_in(markup.from_markdown(f"<{address}> and {address}")) == []


@pytest.mark.one_database
def test_the_script_counts_by_the_same_expression() -> None:
    script = Path(standfirst.discussion.__file__).parent / "static" / "discussion" / "cards.js"

    assert addresses._PICTURE.pattern.replace("/", r"\/") in script.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_frame_allows_that_one_server_and_tells_it_nothing(browser: Any) -> None:
    comment = a_comment(a_thread(), text=f"https://e.example/page and\n\n{BOAT}")

    answer = browser().get(f"/discussion/comments/{comment.pk}/cards/0/")

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert "default-src 'none'; img-src https://pictures.example.org;" in policy
    assert policy.endswith("sandbox")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert f'<img src="{BOAT}"' in answer.content.decode()
    assert "<script" not in answer.content.decode()


@pytest.mark.django_db
def test_no_address_is_shown_that_stands_in_no_published_comment(browser: Any) -> None:
    thread = a_thread()
    without, held, gone = a_comment(thread), a_held_comment(thread), a_comment(thread, text=BOAT)
    comments.reject(comment_id=gone.pk, by=a_moderator(), reason="Rule 2")
    elsewhere = a_comment(a_thread("withdrawn"), text=f"{BOAT}?2")
    threads.withdraw_thread(key="withdrawn")

    cards = [f"/discussion/comments/{each.pk}/cards/0/" for each in (without, held, gone, elsewhere)]

    assert [browser().get(each).status_code for each in [*cards, cards[0].replace("/0/", "/99/")]] == [404] * 5


@pytest.mark.django_db
def test_without_scripts_an_address_is_a_plain_link_that_names_nobody(browser: Any) -> None:
    thread = a_thread()
    a_comment(thread, text=BOAT)

    page = browser().get(f"/discussion/threads/{thread.key}/").content.decode()

    assert f'<a href="{BOAT}" rel="nofollow ugc noopener noreferrer">{BOAT}</a>' in page
    assert f'src="{BOAT}"' not in page
