"""Decisions, one or many, taken back, and never by two at once; objections of authors and their answers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from standfirst.accounts.models import Account
from standfirst.discussion import comments, counts
from standfirst.discussion.models import Appeal, Claim, Comment, Decision, RemovalCount, State
from standfirst.discussion.moderating import appeals, claims, deciding
from standfirst.discussion.moderating.deciding import Wanted
from standfirst.discussion.refusals import DecidedAlready, NoSuchComment, NotAModerator, ReasonMissing
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


def decide(comment: Comment, action: str, by: Account, **more: object) -> Decision:
    return deciding.decide(comment_id=comment.pk, by=by, wanted=Wanted(action, **more))  # type: ignore[arg-type]


def state_of(comment: Comment) -> str:
    comment.refresh_from_db()
    return comment.state


def signed_in(browser: Browser, account: Account, **headers: str) -> Client:
    client = browser(**headers)
    client.force_login(account)
    return client


def test_a_decision_says_who_why_and_by_which_rule() -> None:
    comment, moderator = a_comment(a_thread()), a_moderator()

    decide(comment, "reject", moderator, reason="It attacks a person.", rule=2)

    decision = Decision.objects.get()
    assert (decision.decided_by, decision.reason, decision.rule, decision.kind) == (
        moderator,
        "It attacks a person.",
        2,
        "decided",
    )


def test_spam_needs_no_words_and_takes_what_else_its_author_has_along() -> None:
    thread, guest, moderator = a_thread(), a_guest(), a_moderator()
    said = [a_comment(thread, guest=guest), a_held_comment(a_thread(), guest=guest), a_comment(thread, guest=guest)]
    other = a_comment(thread)
    decide(said[0], "spam", moderator)

    many = deciding.spam_of_author(comment_id=said[0].pk, by=moderator)

    assert (many.done, many.left, state_of(other)) == (2, 0, State.PUBLISHED)
    assert {state_of(each) for each in said} == {State.REJECTED}
    assert set(Decision.objects.values_list("kind", flat=True)) == {"spam"}
    assert counts.check_counts() == []


def test_a_decision_about_what_looks_otherwise_by_now_is_refused() -> None:
    comment, first, second = a_held_comment(a_thread()), a_moderator(), a_moderator()
    decide(comment, "publish", first, seen="held")

    with pytest.raises(DecidedAlready):
        decide(comment, "reject", second, reason="Rule 2", seen="held")
    with pytest.raises(DecidedAlready):
        decide(comment, "publish", second)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("action", "reason", "refusal"),
    [("reject", " ", ReasonMissing), ("explode", "x", deciding.NoSuchAction), ("", "", deciding.NoSuchAction)],
)
def test_what_is_no_decision_changes_nothing(action: str, reason: str, refusal: type[Exception]) -> None:
    comment = a_comment(a_thread())

    with pytest.raises(refusal):
        decide(comment, action, a_moderator(), reason=reason)

    assert state_of(comment) == State.PUBLISHED


def test_nobody_but_a_moderator_decides_claims_or_takes_back() -> None:
    comment, somebody = a_comment(a_thread()), a_moderator()
    somebody.groups.clear()

    for call in (
        lambda: decide(comment, "spam", somebody),
        lambda: deciding.undo(by=somebody),
        lambda: claims.claim(comment_id=comment.pk, by=somebody),
    ):
        with pytest.raises(NotAModerator):
            call()


def test_several_are_decided_and_those_that_cannot_be_are_said() -> None:
    thread, moderator = a_thread(), a_moderator()
    held = [a_held_comment(thread) for _ in range(3)]
    numbers = [each.pk for each in held] + [10**9, a_comment(thread).pk, held[0].pk]

    many = deciding.decide_many(comment_ids=numbers, by=moderator, wanted=Wanted("publish"))

    assert (many.done, len(many.refused)) == (3, 2)
    assert len(deciding.undo(by=moderator)) == 3
    assert {state_of(each) for each in held} == {State.HELD}
    assert counts.check_counts() == []


def test_undo_goes_back_step_by_step_but_not_over_what_others_decided() -> None:
    thread, first, second = a_thread(), a_moderator(), a_moderator()
    one, other = a_held_comment(thread), a_held_comment(thread)
    decide(one, "publish", first)
    decide(other, "reject", first, reason="Rule 2")

    deciding.undo(by=first)
    after_one = (state_of(one), state_of(other))
    decide(one, "reject", second, reason="Rule 3")
    with pytest.raises(deciding.NothingToUndo):
        deciding.undo(by=first)

    assert after_one == (State.PUBLISHED, State.HELD)
    assert state_of(one) == State.REJECTED
    assert "a person looks at it first" in comments.why(other)


def test_what_was_decided_long_ago_is_not_taken_back() -> None:
    comment, moderator = a_held_comment(a_thread()), a_moderator()
    with time_machine.travel(NOON, tick=False):
        decide(comment, "publish", moderator)

    with (
        time_machine.travel(NOON + timedelta(minutes=deciding.UNDO_MINUTES, seconds=1), tick=False),
        pytest.raises(deciding.NothingToUndo),
    ):
        deciding.undo(by=moderator)


def test_a_removal_counts_under_its_rule_until_it_is_taken_back() -> None:
    thread, moderator = a_thread(), a_moderator()
    said = [a_comment(thread) for _ in range(3)]
    for comment in said:
        decide(comment, "reject", moderator, reason="Rule 2", rule=2)
    counted = RemovalCount.objects.get().count

    deciding.undo(by=moderator)
    decide(said[0], "publish", moderator)

    assert (counted, RemovalCount.objects.get().count) == (3, 1)


def test_two_moderators_do_not_work_on_the_same_comment() -> None:
    comment, first, second = a_held_comment(a_thread()), a_moderator(), a_moderator()
    with time_machine.travel(NOON, tick=False):
        claims.claim(comment_id=comment.pk, by=first)
        with pytest.raises(claims.ClaimedByAnother):
            claims.claim(comment_id=comment.pk, by=second)
        with pytest.raises(claims.ClaimedByAnother):
            decide(comment, "publish", second)
        claims.claim(comment_id=comment.pk, by=second, take_over=True)
        with pytest.raises(claims.ClaimedByAnother):
            decide(comment, "publish", first)

    with time_machine.travel(NOON + timedelta(minutes=claims.CLAIM_MINUTES, seconds=1), tick=False):
        decide(comment, "publish", first)
    assert Claim.objects.count() == 0


def test_whoever_goes_on_to_the_next_comment_gives_the_first_one_up() -> None:
    thread, moderator = a_thread(), a_moderator()
    one, other = a_held_comment(thread), a_held_comment(thread)
    claims.claim(comment_id=one.pk, by=moderator)

    claims.claim(comment_id=other.pk, by=moderator)

    assert Claim.objects.get().comment == other


@pytest.mark.parametrize(("action", "granted"), [("publish", True), ("reject", False)])
def test_an_author_objects_once_and_reads_the_answer(browser: Browser, action: str, granted: bool) -> None:
    thread, author = a_thread(), browser()
    author.post(f"/discussion/threads/{thread.key}/comments/", {"name": "Ines", "text": "Not an insult."})
    comment = Comment.objects.get()
    decide(comment, "reject", a_moderator(), reason="Rule 2")
    page = f"/discussion/comments/{comment.pk}/"

    sent = author.post(f"{page}appeal/", {"words": "It was <i>irony</i>."})
    waiting = author.get(page).content.decode()
    again = author.post(f"{page}appeal/", {"words": "Once more."})
    decide(comment, action, a_moderator(), reason="We have read it twice.")
    answered = author.get(page).content.decode()

    assert sent.status_code == 303
    assert "&lt;i&gt;irony" in waiting
    assert "the answer will stand here" in waiting
    assert (again.status_code, again["X-Refusal"]) == (409, "discussion.appealed_already")
    assert "We have read it twice." in answered
    assert Appeal.objects.get().granted is granted
    assert state_of(comment) == (State.PUBLISHED if granted else State.REJECTED)


@pytest.mark.parametrize("who", ["a stranger", "nobody"])
def test_nobody_else_objects(who: str) -> None:
    comment = a_held_comment(a_thread(), guest=a_guest())

    with pytest.raises(NoSuchComment):
        appeals.appeal(comment_id=comment.pk, guest=a_guest() if who == "a stranger" else None, words="Let me.")


@pytest.mark.parametrize("words", ["", " \n ", "x" * 2_001])
def test_an_objection_says_something_and_not_too_much(words: str) -> None:
    guest = a_guest()
    comment = a_held_comment(a_thread(), guest=guest)

    with pytest.raises(appeals.AppealEmpty):
        appeals.appeal(comment_id=comment.pk, guest=guest, words=words)


def test_there_is_nothing_to_object_to_about_a_published_comment() -> None:
    guest = a_guest()
    comment = a_comment(a_thread(), guest=guest)

    with pytest.raises(appeals.NothingToAppeal):
        appeals.appeal(comment_id=comment.pk, guest=guest, words="Why not.")


def test_undo_opens_an_answered_objection_again() -> None:
    guest, moderator = a_guest(), a_moderator()
    comment = a_held_comment(a_thread(), guest=guest)
    appeals.appeal(comment_id=comment.pk, guest=guest, words="It is no advertising.")
    decide(comment, "publish", moderator)

    deciding.undo(by=moderator)

    appeal = Appeal.objects.get()
    assert (state_of(comment), appeal.granted, appeal.answer) == (State.HELD, None, "")


def test_the_script_is_told_what_was_done_and_what_comes_next(browser: Browser) -> None:
    thread, moderator = a_thread(), a_moderator()
    one, other = a_held_comment(thread), a_held_comment(thread)
    desk = signed_in(browser, moderator, Accept="application/json")

    told = desk.post(f"/desk/discussion/comments/{one.pk}/decisions/", {"action": "publish", "list": "held"}).json()
    refused = desk.post(f"/desk/discussion/comments/{one.pk}/decisions/", {"action": "publish", "list": "held"})
    part = desk.get(f"/desk/discussion/comments/{other.pk}/?list=held&part=1").content.decode()

    assert (told["next"], told["decided"], told["counts"]["held"]) == (other.pk, [one.pk], "1")
    assert (refused.status_code, refused.json()["code"]) == (409, "discussion.decided_already")
    assert part.lstrip().startswith('<div class="moderation-both"')
    assert "<html" not in part


def test_a_ready_reason_is_one_press_of_a_button(browser: Browser) -> None:
    comment = a_comment(a_thread())

    signed_in(browser, a_moderator()).post(f"/desk/discussion/comments/{comment.pk}/decisions/", {"saved": "2"})

    decision = Decision.objects.get()
    assert (state_of(comment), decision.rule) == (State.REJECTED, 2)
    assert decision.reason == "It attacks a person instead of what they said."


def test_only_spam_takes_along_what_else_its_author_has(browser: Browser) -> None:
    guest, thread = a_guest(), a_thread()
    held, shown = a_held_comment(thread, guest=guest), a_comment(thread, guest=guest)
    desk = signed_in(browser, a_moderator())

    desk.post(f"/desk/discussion/comments/{held.pk}/decisions/", {"action": "publish", "sweep": "1"})
    published = (state_of(held), state_of(shown))
    desk.post(f"/desk/discussion/comments/{held.pk}/decisions/", {"action": "spam", "sweep": "1"})

    assert published == ("published", "published")
    assert (state_of(held), state_of(shown)) == ("rejected", "rejected")


def test_a_desk_form_that_another_site_sends_is_refused() -> None:
    comment, moderator = a_held_comment(a_thread()), a_moderator()
    desk = Client(headers={"Sec-Fetch-Site": "cross-site"})
    desk.force_login(moderator)

    for path in (f"comments/{comment.pk}/decisions/", "decisions/", f"comments/{comment.pk}/bans/", "house/"):
        assert desk.post(f"/desk/discussion/{path}", {"action": "publish", "comment": comment.pk}).status_code == 403

    assert state_of(comment) == State.HELD
