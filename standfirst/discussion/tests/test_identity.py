"""Who writes and votes: guests and accounts, names that are theirs, marks beside them, and claims."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.accounts import guests, naming
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.models import Change
from standfirst.discussion import comments, counts, marks, names, refusals, threads, votes
from standfirst.discussion.mine import claims
from standfirst.discussion.models import Comment, State, Vote
from standfirst.testing import discussion as talk
from standfirst.testing import stories as paper
from standfirst.testing.accounts import a_client, a_reader

pytestmark = pytest.mark.django_db


def posted_by(account: Account, thread_key: str, text: str = "The tide tables say otherwise.") -> Comment:
    return comments.post(thread_key=thread_key, name=account.display_name, text=text, account=account).comment


def votes_of(comment: Comment) -> tuple[int, int, int]:
    comment.refresh_from_db()
    return comment.up_count, comment.down_count, comment.score


# Writing and voting as an account


def test_a_comment_of_somebody_who_is_signed_in_is_the_accounts_and_stands_under_its_name() -> None:
    thread, reader = talk.a_thread(), a_reader("Ines Ferry")
    client = a_client(reader)

    client.post(f"/discussion/threads/{thread.key}/comments/", {"name": "Somebody else", "text": "I was there."})

    written = Comment.objects.get()
    assert (written.account, written.guest, written.name) == (reader, None, "Ines Ferry")
    assert guests.COOKIE not in client.cookies


def test_an_account_without_a_name_takes_the_one_that_it_writes_its_first_comment_under() -> None:
    thread, reader = talk.a_thread(), a_reader()
    Account.objects.filter(pk=reader.pk).update(display_name="", name_skeleton="")
    client, address = a_client(reader), f"/discussion/threads/{thread.key}/comments/"

    refused = client.post(address, {"name": "Editor", "text": "I was there."})
    client.post(address, {"name": "Ines", "text": "I was there."})

    reader.refresh_from_db()
    assert refused.status_code == 422
    assert (reader.display_name, Comment.objects.get().name) == ("Ines", "Ines")


def test_limits_of_pace_count_what_an_account_writes() -> None:
    thread, reader = talk.a_thread(), a_reader()
    for number in range(4):
        posted_by(reader, thread.key, f"This is remark number {number} of mine.")

    with pytest.raises(refusals.TooFast):
        posted_by(reader, thread.key, "And one remark too many.")


def test_an_account_has_one_vote_on_a_comment_from_however_many_browsers() -> None:
    thread, reader = talk.a_thread(), a_reader()
    comment = talk.a_comment(thread)

    for client in (a_client(reader), a_client(reader)):
        client.post(f"/discussion/comments/{comment.pk}/votes/", {"vote": "up"})
    assert votes_of(comment) == (1, 0, 1)
    a_client(reader).post(f"/discussion/comments/{comment.pk}/votes/", {"vote": "down"})
    assert votes_of(comment) == (0, 1, -1)
    a_client(reader).post(f"/discussion/comments/{comment.pk}/votes/", {"vote": "none"})
    assert votes_of(comment) == (0, 0, 0)


def test_who_voted_as_a_guest_and_signs_in_has_one_vote_still() -> None:
    comment, reader = talk.a_comment(talk.a_thread()), a_reader()
    guest = votes.up(comment_id=comment.pk)

    votes.up(comment_id=comment.pk, guest=guest, account=reader)

    assert votes_of(comment) == (1, 0, 1)
    assert Vote.objects.get().account == reader


def test_nobody_votes_on_what_they_wrote_themselves_signed_in_or_not() -> None:
    thread, reader, guest = talk.a_thread(), a_reader(), talk.a_guest()
    as_account, as_guest = posted_by(reader, thread.key), talk.a_comment(thread, guest=guest)

    with pytest.raises(refusals.VoteRefused):
        votes.up(comment_id=as_account.pk, account=reader)
    with pytest.raises(refusals.VoteRefused):
        votes.up(comment_id=as_guest.pk, guest=guest, account=reader)
    claims.claim_comments(guest=guest, account=reader)
    for who in ({"guest": guest}, {"account": reader}):
        with pytest.raises(refusals.VoteRefused):
            votes.up(comment_id=as_guest.pk, **who)


def test_a_comment_of_an_account_is_changed_by_it_alone() -> None:
    thread, reader, other, guest = talk.a_thread(), a_reader(), a_reader(), talk.a_guest()
    comment = posted_by(reader, thread.key)

    for who in ({"account": other}, {"account": None}):
        with pytest.raises(refusals.NotYours):
            comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Something else.", **who)
    comments.edit_by_guest(comment_id=comment.pk, guest=None, account=reader, text="Something else.")

    comment.refresh_from_db()
    assert "Something else." in comment.html


def test_what_an_account_claimed_is_not_changed_with_the_guests_key_any_more() -> None:
    reader, guest = a_reader(), talk.a_guest()
    comment = talk.a_comment(talk.a_thread(), guest=guest)
    claims.claim_comments(guest=guest, account=reader)

    with pytest.raises(refusals.NotYours):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Something else.")


@pytest.mark.parametrize(
    "spoil", [lambda key: key + "x", lambda key: key.split(":")[0], lambda _key: "", lambda _key: "é:x"]
)
def test_a_forged_key_of_a_guest_shows_and_changes_nothing(spoil: Callable[[str], str]) -> None:
    guest = talk.a_guest()
    held = talk.a_held_comment(talk.a_thread(), guest=guest)
    thief = a_client()
    thief.cookies[guests.COOKIE] = spoil(guests.key_of(guest))

    assert thief.get(f"/discussion/comments/{held.pk}/").status_code == 404
    assert thief.post(f"/discussion/comments/{held.pk}/edits/", {"text": "Mine now."}).status_code == 403
    assert thief.post(f"/discussion/comments/{held.pk}/removal/").status_code == 403
    assert b"remark" not in thief.get("/discussion/mine/").content


def test_a_revoked_key_of_a_guest_shows_and_changes_nothing() -> None:
    guest = talk.a_guest()
    held = talk.a_held_comment(talk.a_thread(), guest=guest)
    client = a_client()
    client.cookies[guests.COOKIE] = guests.key_of(guest)
    assert client.get(f"/discussion/comments/{held.pk}/").status_code == 200

    guests.revoke(guest)

    assert client.get(f"/discussion/comments/{held.pk}/").status_code == 404


def test_the_key_of_another_browsers_guest_shows_and_changes_nothing() -> None:
    held = talk.a_held_comment(talk.a_thread(), guest=talk.a_guest())
    other = a_client()
    other.cookies[guests.COOKIE] = guests.key_of(talk.a_guest())

    assert other.get(f"/discussion/comments/{held.pk}/").status_code == 404
    assert other.post(f"/discussion/comments/{held.pk}/removal/").status_code == 403


# Names


def test_a_guest_cannot_write_under_the_name_of_an_account_and_is_told_of_another() -> None:
    a_reader("Ines Ferry")
    a_reader("Ines Ferry 2")

    with pytest.raises(names.NameOfAnAccount) as refused:
        talk.a_comment(talk.a_thread(), name="Іnes  Feггy".replace("гг", "rr"))

    assert "“Іnes Ferry 3”" in str(refused.value)
    assert talk.a_comment(talk.a_thread(), name="Ines Ferry 3").name == "Ines Ferry 3"


@pytest.mark.parametrize(
    "name", ["Editor", "ЕDІТОR", "The Newsroom", "Nora Lindqvist", "✔ Ines", "", "x" * 61, "\u202eInes✓"]
)
def test_an_account_cannot_take_a_name_that_poses_as_the_newsroom(name: str) -> None:
    moderator = talk.a_moderator()
    Account.objects.filter(pk=moderator.pk).update(display_name="Nora Lindqvist")
    reader = a_reader("Ines")

    answer = a_client(reader).post("/account/name/", {"name": name})

    reader.refresh_from_db()
    assert answer.status_code == 422
    assert reader.display_name == "Ines"


def test_no_two_accounts_have_names_that_look_the_same() -> None:
    a_reader("Ines Ferry")
    second = a_reader("Ole")

    for name in ("ines ferry", "Іnes Ferry", "Ines\u200b Ferry", "INES FERRY"):
        with pytest.raises(naming.NameInUse):
            naming.rename(account=second, name=name)


def test_somebody_of_the_house_writes_under_a_name_that_guests_cannot_have() -> None:
    moderator = talk.a_moderator()
    Account.objects.filter(pk=moderator.pk).update(display_name="Nora Lindqvist")
    moderator.refresh_from_db()

    written = posted_by(moderator, talk.a_thread().key)

    assert written.name == "Nora Lindqvist"
    assert written.state == State.PUBLISHED


# Marks


def page_of(key: str) -> str:
    return a_client().get(f"/discussion/threads/{key}/").content.decode()


def test_marks_say_who_of_the_house_wrote_and_nobody_else_has_one() -> None:
    thread = talk.a_thread()
    moderator, editor, treasurer = talk.a_moderator(), a_reader(), a_reader()
    editor.groups.add(Group.objects.get(name="Editors"))
    treasurer.groups.add(Group.objects.get_or_create(name="Treasurers")[0])
    Account.objects.filter(pk=moderator.pk).update(display_name="Nora")
    moderator.refresh_from_db()
    expected = {moderator: "Moderator", editor: "Editor", treasurer: "Newsroom", a_reader(): ""}

    written = {posted_by(account, thread.key, f"Says {account.pk} here."): mark for account, mark in expected.items()}

    page = threads.page_of(thread.key)
    shown = {comment.id: re.sub(r"<[^>]*>", "", comment.marks) for comment in page.comments}
    assert shown == {comment.pk: mark for comment, mark in written.items()}
    assert '<span class="mark mark-editor">Editor</span>' in page_of(thread.key)


def test_whoever_wrote_the_story_is_marked_as_its_author_below_it_and_nowhere_else() -> None:
    account, author = a_reader(), paper.make_author()
    account.groups.add(Group.objects.get(name="Authors"))
    story, other = paper.published_story(by=author), paper.published_story()
    for each in (story, other):
        posted_by(account, each.key, f"More about {each.key} tomorrow.")
    assert "mark-author" not in page_of(story.key)

    author.account = account
    author.save()

    assert 'mark-author">Author' in page_of(story.key)
    assert "mark-newsroom" not in page_of(story.key)
    assert 'mark-newsroom">Newsroom' in page_of(other.key)


def test_joining_and_leaving_the_house_is_told_to_every_thread_in_which_one_wrote() -> None:
    thread, reader = talk.a_thread(), a_reader()
    posted_by(reader, thread.key)
    editors = Group.objects.get(name="Editors")
    Change.objects.all().delete()

    reader.groups.add(editors)
    assert "mark-editor" in page_of(thread.key)
    reader.groups.remove(editors)

    assert "mark-editor" not in page_of(thread.key)
    assert Change.objects.filter(key=thread.change_key).count() == 2


def test_a_comment_that_was_claimed_carries_no_mark_as_its_name_was_a_guests() -> None:
    thread, guest, editor = talk.a_thread(), talk.a_guest(), a_reader()
    editor.groups.add(Group.objects.get(name="Editors"))
    talk.a_comment(thread, guest=guest, name="Night owl")

    claims.claim_comments(guest=guest, account=editor)

    assert "mark-editor" not in page_of(thread.key)


def test_marks_cost_the_same_queries_for_one_comment_of_an_account_and_for_twenty_and_none_without() -> None:
    few, many, none = talk.a_thread(), talk.a_thread(), talk.a_thread()
    posted_by(a_reader(), few.key)
    for number in range(20):
        posted_by(a_reader(), many.key, f"Remark number {number} about it.")
        talk.a_comment(none)

    def queries_of(key: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            threads.page_of(key)
        return len(captured)

    assert queries_of(few.key) == queries_of(many.key)
    assert queries_of(none.key) < queries_of(many.key)


def test_a_further_kind_of_mark_stands_beside_that_of_the_house() -> None:
    thread, reader = talk.a_thread(), a_reader()
    reader.groups.add(Group.objects.get(name="Editors"))
    posted_by(reader, thread.key)

    @marks.provide
    def supporters(_key: str, accounts: frozenset[int]) -> dict[int, marks.Mark]:
        return dict.fromkeys(accounts, marks.Mark("supporter", "<Supporter>", rank="support"))

    try:
        shown = threads.page_of(thread.key).comments[0].marks
    finally:
        marks._providers.remove(supporters)
    assert re.sub(r"<[^>]*>", "", shown).split() == ["&lt;Supporter&gt;", "Editor"]


# Claims


def test_what_a_browser_wrote_and_voted_becomes_the_accounts_when_its_owner_says_so() -> None:
    thread, guest, reader = talk.a_thread(), talk.a_guest(), a_reader()
    mine, others = talk.a_comment(thread, guest=guest, name="Night owl"), talk.a_comment(thread)
    votes.up(comment_id=others.pk, guest=guest)
    client = a_client(reader)
    client.cookies[guests.COOKIE] = guests.key_of(guest)
    assert b"Was that you?" in client.get("/discussion/mine/").content

    client.post("/discussion/mine/claims/")

    mine.refresh_from_db()
    assert (mine.account, mine.name) == (reader, "Night owl")
    assert Vote.objects.get().account == reader
    assert votes_of(others) == (1, 0, 1)
    assert b"Was that you?" not in client.get("/discussion/mine/").content


def test_signing_in_alone_claims_nothing_as_others_may_use_the_browser() -> None:
    guest = talk.a_guest()
    talk.a_comment(talk.a_thread(), guest=guest)
    client = a_client(a_reader())
    client.cookies[guests.COOKIE] = guests.key_of(guest)

    client.get("/discussion/mine/")

    assert Comment.objects.get().account is None


def test_nobody_claims_without_being_signed_in_or_with_a_forged_key() -> None:
    guest, reader = talk.a_guest(), a_reader()
    talk.a_comment(talk.a_thread(), guest=guest)
    nobody, forger = a_client(), a_client(reader)
    nobody.cookies[guests.COOKIE] = guests.key_of(guest)
    forger.cookies[guests.COOKIE] = guests.key_of(guest)[:-1] + "_"

    assert nobody.post("/discussion/mine/claims/").status_code == 403
    assert forger.post("/discussion/mine/claims/").status_code == 303
    assert Comment.objects.get().account is None


def test_what_one_account_has_claimed_no_other_claims() -> None:
    guest, first, second = talk.a_guest(), a_reader(), a_reader()
    comment = talk.a_comment(talk.a_thread(), guest=guest)

    claims.claim_comments(guest=guest, account=first)
    claims.claim_comments(guest=guest, account=second)

    comment.refresh_from_db()
    assert comment.account == first


def test_a_deleted_account_leaves_no_vote_and_no_wrong_count() -> None:
    comment, reader = talk.a_comment(talk.a_thread()), a_reader()
    votes.up(comment_id=comment.pk, account=reader)

    reader.delete()

    assert votes_of(comment) == (0, 0, 0)
    assert counts.check_counts() == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["guest", "other guest", "account", "both", "other both"]),
        st.sampled_from(["up", "down", "none", "write", "claim", "claim other"]),
        st.integers(0, 5),
    ),
    max_size=30,
)


class WhoeverClaimsAndVotes(TestCase):
    @settings(max_examples=40)
    @given(STEPS)
    def test_after_any_votes_and_claims_the_counts_are_true_and_nobody_has_two_votes(self, steps: list) -> None:
        thread, reader = talk.a_thread(), a_reader()
        keys = {"guest": talk.a_guest(), "other guest": talk.a_guest()}
        people: dict[str, tuple[Guest | None, Account | None]] = {
            "guest": (keys["guest"], None),
            "other guest": (keys["other guest"], None),
            "account": (None, reader),
            "both": (keys["guest"], reader),
            "other both": (keys["other guest"], reader),
        }
        written = [talk.a_comment(thread) for _number in range(2)]
        casts: dict[str, Callable] = {"up": votes.up, "down": votes.down, "none": votes.withdraw}
        for who, what, number in steps:
            guest, account = people[who]
            if what.startswith("claim"):
                claims.claim_comments(guest=keys["other guest" if "other" in what else "guest"], account=reader)
            elif what == "write" and account is None:
                try:
                    written.append(talk.a_comment(thread, guest=guest))
                except refusals.TooFast:
                    continue
            elif what in casts:
                try:
                    casts[what](comment_id=written[number % len(written)].pk, guest=guest, account=account)
                except refusals.VoteRefused:
                    continue
        claims.claim_comments(guest=keys["guest"], account=reader)
        claims.claim_comments(guest=keys["other guest"], account=reader)

        assert counts.check_counts() == []
        assert not Vote.objects.filter(guest__in=keys.values()).exists()
        assert not Vote.objects.filter(account=reader, comment__account=reader).exists()
        assert not Comment.objects.filter(guest__in=keys.values(), account__isnull=True).exists()
