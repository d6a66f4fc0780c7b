"""Who is erased is gone from everywhere: every table is read through for what they wrote and were known by."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from standfirst.accounts import addresses, guests
from standfirst.accounts.models import Guest
from standfirst.discussion import counts, threads
from standfirst.discussion.models import Comment, Follow
from standfirst.discussion.moderating import bans, picks
from standfirst.mail import postman
from standfirst.testing.accounts import a_client, a_reader
from standfirst.testing.discussion import a_comment, a_moderator, a_thread
from standfirst.testing.following import a_follower, hear, links_in, tell
from standfirst.testing.mail import MailServer, a_mail_server
from standfirst.testing.pictures import a_picture
from standfirst.testing.questions import a_question

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.77"
EMAIL, ACCOUNT_EMAIL = "ingeborg@readers.test", "zwickel@readers.test"
SECRETS = ["Ingeborg", "Zwickel", "Quaxel", "Flimmer", "Altwort", "Meldewort", "Widerwort", EMAIL, ACCOUNT_EMAIL]

COUNTED = ["discussion_asking"]  # how many letters a household asked for within the hour, forgotten after a month


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as running:
        yield running


def holding(words: list[str]) -> list[str]:
    """Every table and file that holds one of the words, whatever it is called."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            whole = "\n".join(map(repr, cursor.fetchall())).lower()
            found += [f"{table}: {word}" for word in words if word.lower() in whole]
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return found + [str(path) for path in files]


def post(client: Client, address: str, **data: Any) -> Any:
    answer = client.post(address, data, REMOTE_ADDR=ADDRESS)
    assert answer.status_code in {200, 302, 303}, (address, answer.status_code, answer.headers.get("X-Refusal"))
    return answer


def lives(client: Client, server: MailServer) -> Comment:
    """Do as a guest whatever leaves a trace; return what was said first."""
    thread = a_thread()
    theirs, key = a_comment(thread), thread.key
    question = a_question(thread)
    said = f"/discussion/threads/{key}/comments/"
    file = SimpleUploadedFile("quaxel.jpg", a_picture(), "image/jpeg")
    described = {"picture-file-1": file, "picture-alt-1": "Flimmer on the wall", "email": EMAIL, "tell": "yes"}
    post(client, said, name="Ingeborg", text="Altwort I said first.", **described)
    mine = Comment.objects.latest("pk")
    post(client, f"/discussion/comments/{mine.pk}/edits/", text="Quaxel I said then.")
    postman.deliver()
    (confirm,) = links_in(server.letters[-1])
    post(client, confirm, follow=str(mine.guest.follows.get().pk), delivery="instant")
    post(client, said, name="Ingeborg", text="Quaxel is the answer.", question=str(question.mark))
    held = "Quaxel, I answer: https://a.test https://b.test https://c.test"
    post(client, said, name="Ingeborg", text=held, parent=str(theirs.pk))
    held = Comment.objects.latest("pk")
    post(client, f"/discussion/comments/{held.pk}/appeal/", words="Widerwort, it is no advertising.")
    post(client, f"/discussion/comments/{theirs.pk}/votes/", vote="up")
    post(client, f"/discussion/comments/{theirs.pk}/reports/", reason="other", words="Meldewort about it.")
    a_comment(thread, parent=mine, text="An answer of another.")
    return mine


def test_after_erasing_no_table_no_file_and_no_letter_holds_anything_of_the_person(
    server: MailServer, django_capture_on_commit_callbacks: Any
) -> None:
    client, moderator = a_client(a_reader("Zwickel", email=ACCOUNT_EMAIL)), a_moderator()
    guest_alone = a_client()
    mine = lives(guest_alone, server)
    client.cookies[guests.COOKIE] = guest_alone.cookies[guests.COOKIE].value
    thread, key = mine.thread, str(mine.guest_id)
    picks.pick(comment_id=mine.pk, by=moderator, kind="pinned")
    a_follower(thread, "ada@readers.test")
    hear()
    post(client, "/discussion/mine/claims/")
    post(client, f"/discussion/threads/{thread.key}/comments/", text="Quaxel, says the account.")
    tell()
    hash_of = addresses.hash_of(ADDRESS)
    there = {each.partition(": ")[2] for each in holding([*SECRETS, hash_of])}
    assert set(SECRETS) - {EMAIL, ACCOUNT_EMAIL} <= there

    with django_capture_on_commit_callbacks(execute=True):
        post(client, "/discussion/mine/erasure/", sure="yes")
    sent = len(server.letters)
    postman.deliver()

    assert holding([*SECRETS, hash_of]) == [f"{table}: {hash_of}" for table in COUNTED]
    assert [letter for letter in server.letters[sent:] if "Quaxel" in str(letter)] == []
    assert Guest.objects.get(pk=key).revoked_at is not None
    page = a_client().get(f"/discussion/threads/{thread.key}/").content.decode()
    assert "An answer of another." in page
    assert threads.page_of(thread.key).count == 2
    assert counts.check_counts() == []


def test_erasing_oneself_takes_no_letter_from_somebody_whose_address_one_typed(server: MailServer) -> None:
    victim, client = a_reader(email=EMAIL), a_client()
    thread = a_thread()
    a_follower(thread, EMAIL)
    signing_in = a_client()
    signing_in.post("/account/sign-in/", {"email": victim.email})
    post(client, f"/discussion/threads/{thread.key}/comments/", name="Ole", text="Words.", email=EMAIL, tell="yes")

    post(client, "/discussion/mine/erasure/", sure="yes")
    postman.deliver()

    assert Follow.objects.get().follower.address == EMAIL
    assert any("code" in str(letter["Subject"]).lower() for letter in server.letters)


def test_a_ban_outlives_the_person_but_knows_no_name(
    server: MailServer, django_capture_on_commit_callbacks: Any
) -> None:
    client = a_client()
    mine = lives(client, server)
    bans.ban_author(comment_id=mine.pk, by=a_moderator(), target="household", reason="Be kind.", days=1)

    with django_capture_on_commit_callbacks(execute=True):
        post(client, "/discussion/mine/erasure/", sure="yes")

    assert {each.partition(":")[0] for each in holding([*SECRETS, mine.address_hash])} == {"discussion_ban", *COUNTED}
