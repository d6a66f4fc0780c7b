"""Where only people with an account comment, everybody else finds the way to sign in, and back."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from standfirst.discussion.models import Comment, Thread
from standfirst.testing.accounts import a_client, a_reader, code_for
from standfirst.testing.discussion import a_comment, a_thread
from standfirst.testing.rules import a_policy

pytestmark = pytest.mark.django_db

DOOR = re.compile(r'<a class="button" href="([^"]+)" rel="nofollow"[^>]*>Sign in to comment</a>')


def door_of(html: str) -> str:
    found = DOOR.search(html)
    return unescape(found[1]) if found else ""


def a_thread_for_accounts() -> Thread:
    thread = a_thread()
    a_comment(thread)
    a_policy(thread.key, takes="accounts")
    return thread


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_thread_and_its_forms_to_answer_lead_to_the_sign_in_and_back() -> None:
    thread = a_thread_for_accounts()
    number = Comment.objects.get().pk

    for address in (f"/discussion/threads/{thread.key}/", f"/discussion/comments/{number}/reply/"):
        html = read(a_client(), address)
        where = urlsplit(door_of(html))
        assert where.path == "/account/sign-in/"
        assert parse_qs(where.query) == {"next": [f"{thread.url}#comments"]}
        assert "No account needed" not in html


def test_where_guests_write_nothing_of_it_is_seen() -> None:
    thread = a_thread()

    html = read(a_client(), f"/discussion/threads/{thread.key}/")

    assert door_of(html) == ""
    assert "No account needed" in html


def test_a_refused_guest_finds_the_way_to_sign_in_beside_what_they_typed() -> None:
    thread = a_thread_for_accounts()

    answer = a_client().post(f"/discussion/threads/{thread.key}/comments/", {"name": "Ines", "text": "My own words."})

    html = answer.content.decode()
    assert (answer.status_code, answer.headers["X-Refusal"]) == (403, "discussion.account_needed")
    assert parse_qs(urlsplit(door_of(html)).query) == {"next": [f"{thread.url}#comments"]}
    assert 'target="_blank"' in html
    assert "My own words." in html


def test_a_preview_keeps_the_way_to_sign_in() -> None:
    thread = a_thread_for_accounts()

    answer = a_client().post(f"/discussion/threads/{thread.key}/preview/", {"name": "Ines", "text": "My own words."})

    assert door_of(answer.content.decode())


def test_whoever_signs_in_there_is_led_back_to_the_discussion() -> None:
    thread, client = a_thread_for_accounts(), a_client()
    a_reader("Ines Ferry", email="ines@mail.test")
    door = door_of(read(client, f"/discussion/threads/{thread.key}/"))

    client.post("/account/sign-in/", {"email": "ines@mail.test", "next": parse_qs(urlsplit(door).query)["next"][0]})
    answer = client.post("/account/code/", {"code": code_for("ines@mail.test")})

    assert answer.headers["Location"] == f"{thread.url}#comments"


def test_a_thread_that_stands_on_another_site_leads_nowhere_else() -> None:
    thread = a_thread(url="https://elsewhere.example/story/")
    a_policy(thread.key, takes="accounts")
    client = a_client()

    html = read(client, door_of(read(client, f"/discussion/threads/{thread.key}/")))

    assert "elsewhere.example" not in html
