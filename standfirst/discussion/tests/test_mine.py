"""What is one's own: the list of it, taking a comment back, a file with everything, and being erased."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from standfirst.accounts import addresses, guests
from standfirst.accounts.models import Account, Guest
from standfirst.discussion import comments, counts, refusals, retention, threads, votes
from standfirst.discussion.mine import claims, erasing, everything, removing
from standfirst.discussion.models import Comment, Removal, Revision, State, Vote
from standfirst.kit import clock
from standfirst.testing import discussion as talk
from standfirst.testing.accounts import a_client, a_reader
from standfirst.testing.stories import published_story

pytestmark = pytest.mark.django_db
SECRET_ADDRESS, SECRET_EMAIL = "203.0.113.77", "very.secret@mail.test"


def browser_of(guest: Guest, account: Account | None = None) -> Client:
    client = a_client(account)
    client.cookies[guests.COOKIE] = guests.key_of(guest)
    return client


# The list


def test_one_sees_what_one_wrote_with_where_it_stands_and_why() -> None:
    thread, guest, moderator = talk.a_thread(title="The ferry"), talk.a_guest(), talk.a_moderator()
    talk.a_comment(thread, guest=guest, text="This one is published.")
    talk.a_held_comment(thread, guest=guest)
    rejected = talk.a_comment(thread, guest=guest, text="This one is not.")
    comments.reject(comment_id=rejected.pk, by=moderator, reason="It names a private person.")
    talk.a_comment(thread, text="Of somebody else.")

    page = browser_of(guest).get("/discussion/mine/").content.decode()

    assert "This one is published." in page
    assert "Waiting for a moderator" in page
    assert "It was filled in the way programs fill in forms" in page
    assert "It names a private person." in page
    assert "Of somebody else." not in page


def test_the_list_is_paged_by_place_and_repeats_and_loses_nothing() -> None:
    guest, thread = talk.a_guest(), talk.a_thread()
    for number in range(45):
        with time_machine.travel(clock.now() + timedelta(minutes=number * 2), tick=False):
            talk.a_comment(thread, guest=guest)
    client, seen, address = browser_of(guest), [], "/discussion/mine/"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r"this is remark (\d+)", page)
        after = re.search(r'\?after=([\w-]+)"', page)
        address = f"/discussion/mine/?after={after[1]}" if after else ""
    assert len(seen) == len(set(seen)) == 45
    assert client.get("/discussion/mine/?after=nonsense").status_code == 400


def test_a_browser_that_wrote_nothing_has_an_empty_list() -> None:
    talk.a_held_comment(talk.a_thread())

    assert b"There is nothing yet." in a_client().get("/discussion/mine/").content


def test_an_account_sees_what_it_wrote_on_another_device_and_what_it_claimed() -> None:
    guest, reader, thread = talk.a_guest(), a_reader(), talk.a_thread()
    comments.post(thread_key=thread.key, name=reader.display_name, text="From my telephone.", account=reader)
    talk.a_comment(thread, guest=guest, text="From the library.")
    claims.claim_comments(guest=guest, account=reader)

    page = a_client(reader).get("/discussion/mine/").content.decode()

    assert "From my telephone." in page
    assert "From the library." in page
    assert b"From the library." not in browser_of(guest).get("/discussion/mine/").content


# Taking back


def test_a_comment_that_was_taken_back_is_gone_for_everybody_and_counted_no_more() -> None:
    thread, guest = talk.a_thread(), talk.a_guest()
    comment = talk.a_comment(thread, guest=guest, text="Said too quickly.")

    answer = browser_of(guest).post(f"/discussion/comments/{comment.pk}/removal/")

    assert answer.status_code == 303
    assert threads.page_of(thread.key).count == 0
    assert "Said too quickly." not in a_client().get(f"/discussion/threads/{thread.key}/").content.decode()
    assert "Said too quickly." not in browser_of(guest).get("/discussion/mine/").content.decode()
    assert counts.check_counts() == []


def test_a_comment_can_be_taken_back_for_fifteen_minutes_and_until_somebody_answers() -> None:
    thread, guest = talk.a_thread(), talk.a_guest()
    answered, old = talk.a_comment(thread, guest=guest), talk.a_comment(thread, guest=guest)
    talk.a_comment(thread, parent=answered)

    with pytest.raises(removing.TooLateToRemove):
        removing.remove_own(comment_id=answered.pk, guest=guest)
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False), pytest.raises(removing.TooLateToRemove):
        removing.remove_own(comment_id=old.pk, guest=guest)


def test_a_comment_that_waits_can_be_taken_back_at_any_time_and_a_rejected_one_cannot() -> None:
    thread, guest = talk.a_thread(), talk.a_guest()
    held, rejected = talk.a_held_comment(thread, guest=guest), talk.a_held_comment(thread, guest=guest)
    comments.reject(comment_id=rejected.pk, by=talk.a_moderator(), reason="No")

    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        removing.remove_own(comment_id=held.pk, guest=guest)
        with pytest.raises(removing.TooLateToRemove):
            removing.remove_own(comment_id=rejected.pk, guest=guest)

    held.refresh_from_db()
    assert held.state == State.REMOVED


def test_nobody_takes_back_what_another_wrote() -> None:
    thread, reader = talk.a_thread(), a_reader()
    comment = talk.a_comment(thread)

    for client in (a_client(), a_client(reader), browser_of(talk.a_guest())):
        assert client.post(f"/discussion/comments/{comment.pk}/removal/").status_code == 403
    assert a_client().post("/discussion/comments/999999/removal/").status_code == 404
    assert Comment.objects.get().state == State.PUBLISHED


def test_pressing_twice_takes_back_once_and_a_link_takes_back_nothing() -> None:
    guest = talk.a_guest()
    comment, client = talk.a_comment(talk.a_thread(), guest=guest), browser_of(guest)

    assert client.get(f"/discussion/comments/{comment.pk}/removal/").status_code == 405
    for _press in range(2):
        assert client.post(f"/discussion/comments/{comment.pk}/removal/").status_code == 303
    assert Removal.objects.count() == 1


def test_no_moderator_publishes_what_its_author_took_back() -> None:
    guest, moderator = talk.a_guest(), talk.a_moderator()
    comment = talk.a_comment(talk.a_thread(), guest=guest)
    removing.remove_own(comment_id=comment.pk, guest=guest)

    with pytest.raises(comments.TakenBack):
        comments.publish(comment_id=comment.pk, by=moderator)
    with pytest.raises(refusals.NoSuchComment):
        comments.own_comment(comment_id=comment.pk, guest=guest)


def test_the_words_of_what_was_taken_back_are_deleted_after_a_month() -> None:
    guest = talk.a_guest()
    comment = talk.a_comment(talk.a_thread(), guest=guest, text="Said too quickly.")
    removing.remove_own(comment_id=comment.pk, guest=guest)
    assert Revision.objects.exists()

    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        retention.forget()

    comment.refresh_from_db()
    assert (comment.html, comment.name, Revision.objects.count()) == ("", "–", 0)


# Everything as a file


def test_a_person_gets_everything_that_is_held_about_them_and_nothing_of_others() -> None:
    thread, guest, reader = talk.a_thread(title="The ferry"), talk.a_guest(), a_reader()
    first = talk.a_comment(thread, guest=guest, text="The first wording.")
    comments.edit_by_guest(comment_id=first.pk, guest=guest, text="The second wording.")
    other = talk.a_comment(thread, text="Of somebody else.")
    votes.up(comment_id=other.pk, account=reader)
    comments.reject(comment_id=first.pk, by=talk.a_moderator("secret-moderator"), reason="Off the subject")

    answer = browser_of(guest, reader).get("/discussion/mine/export/")
    found = json.loads(answer.content)

    assert "attachment" in answer["Content-Disposition"]
    assert [each["text"] for each in found["comments"][0]["wordings"]] == ["The first wording.", "The second wording."]
    assert found["comments"][0]["decisions"][0]["why"] == "Off the subject"
    assert found["votes"] == [
        {"comment": other.pk, "vote": 1, "cast_at": found["votes"][0]["cast_at"], "address_kept": False}
    ]
    assert b"Of somebody else." not in answer.content
    assert b"secret-moderator" not in answer.content


def test_others_add_what_they_hold_to_the_file() -> None:
    everything.export_with(lambda _reader: ("follows", ["story:1"]))
    try:
        assert json.loads(a_client().get("/discussion/mine/export/").content)["follows"] == ["story:1"]
    finally:
        everything._exports.clear()


# Erasing


def test_erasing_deletes_words_names_hashes_and_wordings_and_keeps_the_shape_of_the_thread() -> None:
    thread, guest = talk.a_thread(), talk.a_guest()
    root = comments.post(
        thread_key=thread.key, name="Ingeborg", text="My secret words.", guest=guest, address_hash="a" * 32
    ).comment
    answer = talk.a_comment(thread, parent=root, text="An answer of another.")
    mine = talk.a_comment(thread, parent=answer, guest=guest, text="More secret words.")

    client = browser_of(guest)
    assert client.post("/discussion/mine/erasure/").status_code == 422
    client.post("/discussion/mine/erasure/", {"sure": "yes"})

    page = a_client().get(f"/discussion/threads/{thread.key}/").content.decode()
    assert "secret words" not in page
    assert "Ingeborg" not in page
    assert "This comment is not shown." in page
    assert "An answer of another." in page
    for row in Comment.objects.filter(pk__in=[root.pk, mine.pk]):
        kept = (row.html, row.address_hash, row.guest, row.account, row.state)
        assert kept == ("", "", None, None, State.REMOVED)
        assert not row.revisions.exists()
    assert threads.page_of(thread.key).count == 1
    assert counts.check_counts() == []


def test_erasing_withdraws_votes_revokes_the_guest_and_deletes_the_account() -> None:
    thread, guest, reader = talk.a_thread(), talk.a_guest(), a_reader(email=SECRET_EMAIL)
    first, second = talk.a_comment(thread), talk.a_comment(thread)
    votes.up(comment_id=first.pk, guest=guest)
    votes.down(comment_id=second.pk, account=reader)
    client = browser_of(guest, reader)

    client.post("/discussion/mine/erasure/", {"sure": "yes"})

    assert not Vote.objects.exists()
    assert counts.check_counts() == []
    assert guests.of_key(guests.key_of(guest)) is None
    assert not Account.objects.filter(pk=reader.pk).exists()
    assert not EmailAddress.objects.exists()
    assert not client.session.get("_auth_user_id")
    assert client.get("/account/").status_code == 302


def test_erasing_one_person_leaves_the_other_alone() -> None:
    thread, guest, other = talk.a_thread(), talk.a_guest(), talk.a_guest()
    talk.a_comment(thread, guest=guest)
    stays = talk.a_comment(thread, guest=other, text="I stay.")

    erasing.erase_person(guest=guest)

    stays.refresh_from_db()
    assert (stays.state, stays.guest) == (State.PUBLISHED, other)


def test_a_guests_key_erases_nothing_that_an_account_has_claimed() -> None:
    guest, reader = talk.a_guest(), a_reader()
    comment = talk.a_comment(talk.a_thread(), guest=guest)
    claims.claim_comments(guest=guest, account=reader)

    erasing.erase_person(guest=guest)

    comment.refresh_from_db()
    assert (comment.state, comment.account) == (State.PUBLISHED, reader)


def test_somebody_of_the_house_has_their_comments_erased_and_keeps_the_account() -> None:
    moderator = talk.a_moderator()
    written = comments.post(thread_key=talk.a_thread().key, name="Nora", text="Please be kind.", account=moderator)

    erasing.erase_person(guest=None, account=moderator)

    assert Account.objects.filter(pk=moderator.pk).exists()
    assert Comment.objects.get(pk=written.comment.pk).html == ""


def test_what_others_keep_about_a_person_goes_in_the_same_transaction() -> None:
    guest, told = talk.a_guest(), []
    comment = talk.a_comment(talk.a_thread(), guest=guest)
    hook = erasing.when_erased(lambda who, account, ids: told.append((who, account, list(ids))))
    try:
        erasing.erase_person(guest=guest)
    finally:
        erasing._hooks.remove(hook)

    assert told == [(guest, None, [comment.pk])]


def test_a_link_or_another_site_erases_nothing() -> None:
    guest = talk.a_guest()
    talk.a_comment(talk.a_thread(), guest=guest)
    client = browser_of(guest)

    client.get("/discussion/mine/erasure/?sure=yes")
    foreign = client.post("/discussion/mine/erasure/", {"sure": "yes"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert foreign.status_code == 403
    assert Comment.objects.get().state == State.PUBLISHED


def test_an_account_that_was_left_signed_in_is_not_erased_without_a_code() -> None:
    reader = a_reader()
    client = a_client(reader)
    session = client.session
    session["sure_at"] = 0
    session.save()

    for answer in (client.get("/discussion/mine/erasure/"), client.post("/discussion/mine/erasure/", {"sure": "yes"})):
        assert answer["Location"] == "/account/sure/?next=%2Fdiscussion%2Fmine%2Ferasure%2F"
    assert Account.objects.filter(pk=reader.pk).exists()


# Privacy


def test_no_public_byte_holds_an_address_a_hash_a_key_or_the_name_of_an_account() -> None:
    story = published_story()
    reader, guest = a_reader("Ines Ferry", email=SECRET_EMAIL), talk.a_guest()
    hashed = addresses.hash_of(SECRET_ADDRESS)
    for who in ({"account": reader}, {"guest": guest}):
        name = reader.display_name if "account" in who else "Ole"
        comments.post(thread_key=story.key, name=name, text=f"Hello from {name}.", address_hash=hashed, **who)
    held = talk.a_held_comment(threads.thread_of(story.key), guest=guest)
    first = Comment.objects.order_by("pk").first()
    assert first
    secrets = (SECRET_EMAIL, "very.secret", hashed, SECRET_ADDRESS, str(guest.pk), guest.pk.hex, reader.username)
    addresses_of_pages = (
        "/",
        f"/{story.address}/",
        "/feed/",
        f"/fragments/thread:{story.key}",
        f"/discussion/threads/{story.key}/",
        f"/discussion/threads/{story.key}/page/",
        f"/discussion/threads/{story.key}/since/0/",
        f"/discussion/comments/{first.pk}/replies/",
        f"/discussion/comments/{first.pk}/reply/",
        f"/discussion/comments/{held.pk}/",
        f"/discussion/threads/{story.key}/mine/",
        "/discussion/mine/",
        "/discussion/mine/export/",
        "/account/sign-in/",
        "/account/me/",
    )
    reading = a_client()

    for address in addresses_of_pages:
        answer = reading.get(address)
        head = " ".join(f"{name}: {value}" for name, value in answer.items())
        found = [secret for secret in secrets if secret in answer.content.decode() + head]
        assert found == [], address


def test_a_public_page_is_the_same_bytes_for_whoever_is_signed_in() -> None:
    story, reader = published_story(), a_reader("Ines Ferry")
    comments.post(thread_key=story.key, name="Ole", text="Hello.", guest=talk.a_guest())
    pages = (f"/{story.address}/", f"/discussion/threads/{story.key}/", f"/fragments/thread:{story.key}")

    for page in pages:
        signed_in, nobody = a_client(reader).get(page), a_client().get(page)
        assert signed_in.content == nobody.content
        assert not signed_in.cookies
