"""Asking to be told by mail, confirming it, choosing how often, ending it. A real mail server on loopback."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from standfirst.discussion.following import asking, follows, links
from standfirst.discussion.models import Asking, Follow, Follower, Notice, State, Watch
from standfirst.discussion.refusals import NoSuchComment, NoSuchThread
from standfirst.kit import clock
from standfirst.mail import outbox, postman, suppression
from standfirst.mail.models import Letter
from standfirst.testing.discussion import a_comment, a_held_comment, a_thread
from standfirst.testing.following import a_follower, an_asker, hear, links_in, tell
from standfirst.testing.funding import together
from standfirst.testing.mail import MailServer, a_mail_server

pytestmark = pytest.mark.django_db
ADA = "ada@readers.test"
What = Follow.What


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as running:
        yield running


def mailed(server: MailServer) -> list[str]:
    """Send what waits; return the paths that the newest letter leads to."""
    postman.deliver()
    return links_in(server.letters[-1])


def everything() -> list[Any]:
    """All that a reader's click could have changed."""
    models = (Follower, Follow, Watch, Notice, Asking, Letter, suppression.Suppression)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_reader_follows_a_story_by_an_address_alone_and_confirms_on_a_page(
    server: MailServer, browser: Callable[..., Client]
) -> None:
    thread, reader = a_thread(), browser()
    asked = reader.post(f"/discussion/threads/{thread.key}/follows/", {"email": " Ada@Readers.test", "what": "thread"})
    (path,) = mailed(server)

    page = reader.get(path)
    before = Follow.objects.get().confirmed_at
    number = re.search(r'name="follow" value="(\d+)"', page.content.decode())[1]
    done = reader.post(path, {"follow": number, "delivery": "daily"}, follow=True)

    assert (asked.status_code, asked["Location"]) == (303, "/discussion/following/asked/")
    assert reader.cookies.get("sf_guest") is None
    assert server.recipients == [ADA]
    assert (before, Follow.objects.get().confirmed_at is not None) == (None, True)
    assert Follower.objects.get().delivery == "daily"
    assert "all new comments on “The ferry returns”" in done.content.decode()


def test_whoever_follows_answers_to_their_own_comments_gets_a_key_that_later_comments_carry(
    server: MailServer, browser: Callable[..., Client]
) -> None:
    thread, reader = a_thread(), browser()
    reader.post(f"/discussion/threads/{thread.key}/follows/", {"email": ADA, "what": "mine"})
    (path,) = mailed(server)
    follow = Follow.objects.get()
    reader.post(path, {"follow": follow.pk})
    hear()
    reader.post(f"/discussion/threads/{thread.key}/comments/", {"name": "Ada", "text": "The wall needs repair."})
    mine = thread.comments.get()

    a_comment(thread, parent=mine)
    a_comment(thread)
    told = tell()

    assert (mine.guest, told) == (follow.guest, 1)


def test_a_box_in_the_comment_form_follows_the_answers_to_it(
    server: MailServer, browser: Callable[..., Client]
) -> None:
    thread, reader = a_thread(), browser()
    words = {"name": "Ada", "text": "The wall needs repair.", "email": ADA, "tell": "yes"}

    posted = reader.post(f"/discussion/threads/{thread.key}/comments/", words)
    (path,) = mailed(server)
    reader.post(path, {"follow": Follow.objects.get().pk})

    follow = Follow.objects.get()
    assert posted.status_code == 303
    assert (follow.what, follow.guest, follow.confirmed_at is not None) == ("mine", thread.comments.get().guest, True)


@pytest.mark.parametrize("email", ["", "nobody", "ada@example.org", "anonymized-0123@disqus.com", "a@b.test\r\nBcc: c"])
def test_a_wish_with_no_address_posts_nothing_and_brings_the_form_back(
    email: str, browser: Callable[..., Client]
) -> None:
    thread = a_thread()
    words = {"name": "Ada", "text": "The wall needs repair.", "email": email, "tell": "yes"}

    answer = browser().post(f"/discussion/threads/{thread.key}/comments/", words)

    assert (answer.status_code, answer["X-Refusal"]) == (422, "mail.address_refused")
    assert "The wall needs repair." in answer.content.decode()
    assert (thread.comments.count(), Letter.objects.count(), Follower.objects.count()) == (0, 0, 0)


def test_an_address_without_the_box_follows_nothing(browser: Callable[..., Client]) -> None:
    thread = a_thread()

    browser().post(f"/discussion/threads/{thread.key}/comments/", {"name": "A", "text": "Well said.", "email": ADA})

    assert (thread.comments.count(), Follower.objects.count()) == (1, 0)


def test_the_address_of_a_victim_subscribed_a_thousand_times_gets_one_letter(server: MailServer) -> None:
    threads = [a_thread() for _ in range(25)]
    for number in range(1_000):
        follows.ask(address=ADA, wanted=follows.wish(thread_key=threads[number % 25].key), household=f"{number % 90:x}")

    postman.deliver()

    assert server.recipients == [ADA]
    assert Follow.objects.count() == follows.WAITING_MAX


def test_who_answers_none_of_our_letters_gets_one_a_day_and_three_a_month() -> None:
    thread = a_thread()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _hour in range(24 * 29):
            follows.ask(address=ADA, wanted=follows.wish(thread_key=thread.key))
            traveller.shift(timedelta(hours=1))
            follows.forget()

    assert Letter.objects.filter(to=ADA).count() == asking.LETTERS_UNANSWERED_MAX


def test_whoever_confirms_may_ask_for_the_next_thing_at_once() -> None:
    a_follower(a_thread(), ADA)

    a_follower(a_thread(), ADA)

    assert Letter.objects.filter(to=ADA).count() == 2
    assert Follow.objects.filter(confirmed_at__isnull=False).count() == 2


def test_one_household_asks_for_twenty_letters_an_hour(browser: Callable[..., Client]) -> None:
    thread, reader = a_thread(), browser()
    path = f"/discussion/threads/{thread.key}/follows/"

    answers = [reader.post(path, {"email": f"victim{number}@readers.test"}) for number in range(25)]

    assert [answer.status_code for answer in answers] == [303] * 20 + [429] * 5
    assert Letter.objects.count() == asking.HOUSEHOLD_ASKS_AN_HOUR_MAX


@pytest.mark.django_db(transaction=True)
def test_many_at_once_for_one_address_are_one_letter() -> None:
    threads = [a_thread() for _ in range(6)]
    jobs = [
        lambda key=thread.key: follows.ask(address=ADA, wanted=follows.wish(thread_key=key), household="h")
        for thread in threads
    ]

    results = together(jobs)

    assert [each for each in results if isinstance(each, Exception)] == []
    assert (Letter.objects.count(), Follow.objects.count(), Follower.objects.count()) == (1, 6, 1)


def test_the_answer_tells_nothing_of_an_address(browser: Callable[..., Client]) -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    suppression.suppress(address="gone@readers.test")
    path = f"/discussion/threads/{thread.key}/follows/"

    answers = [browser().post(path, {"email": each}) for each in (ADA, "gone@readers.test", "new@readers.test")]

    assert {(answer.status_code, answer["Location"], answer.content) for answer in answers} == {
        (303, "/discussion/following/asked/", b"")
    }


def test_a_program_that_fills_in_every_field_is_answered_and_nothing_is_noted(browser: Callable[..., Client]) -> None:
    thread = a_thread()

    answer = browser().post(f"/discussion/threads/{thread.key}/follows/", {"email": ADA, "topic": "x"})

    assert (answer.status_code, Follower.objects.count()) == (303, 0)


def test_what_is_not_confirmed_is_forgotten_after_three_days_and_its_link_is_dead(
    server: MailServer, browser: Callable[..., Client]
) -> None:
    thread = a_thread()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        an_asker(thread, ADA)
        (path,) = mailed(server)
        number = Follow.objects.get().pk
        traveller.shift(timedelta(days=3, seconds=1))
        late = browser().post(path, {"follow": number})
        follows.forget()

    assert (late.status_code, late["X-Refusal"]) == (410, "discussion.follow_link_dead")
    assert (Follow.objects.count(), Follower.objects.count()) == (0, 0)


def test_scanners_that_open_every_link_twice_change_nothing(server: MailServer, browser: Callable[..., Client]) -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    an_asker(a_thread(), ADA)
    hear()
    a_comment(thread)
    tell()
    postman.deliver()
    found = {path for letter in server.letters for path in links_in(letter)}
    found |= {"/discussion/following/", f"/discussion/comments/{thread.comments.get().pk}/follow/"}
    before = everything()

    answers = [getattr(browser(), method)(path) for path in found for _ in (1, 2) for method in ("get", "head")]

    assert len(found) == 5
    assert {answer.status_code for answer in answers} == {200}
    assert everything() == before


def test_one_press_in_the_mail_program_unfollows_without_cookies_and_from_another_site(server: MailServer) -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    other = a_follower(thread, "bo@readers.test")
    hear()
    a_comment(thread)
    tell()
    postman.deliver()
    letter = next(each for each in server.letters if each["To"] == ADA and each["List-Unsubscribe"])
    path = re.fullmatch(r"<https?://[^/]+(/\S+)>", letter["List-Unsubscribe"])[1]
    machine = Client(headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.test"})

    answers = [machine.post(path, {"List-Unsubscribe": "One-Click"}) for _ in (1, 2)]

    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [answer.status_code for answer in answers] == [200, 200]
    assert not machine.cookies
    assert [follow.follower for follow in Follow.objects.all()] == [other]
    assert not Follower.objects.filter(address=ADA).exists()


def test_every_other_write_of_following_is_refused_from_another_site() -> None:
    thread = a_thread()
    follower = a_follower(thread, ADA)
    machine = Client(headers={"Sec-Fetch-Site": "cross-site"})
    token = links.manage_token(follower)
    paths = (
        f"/discussion/threads/{thread.key}/follows/",
        f"/discussion/comments/{a_comment(thread).pk}/follows/",
        "/discussion/following/links/",
        f"/discussion/following/{token}/ends/",
        f"/discussion/following/{token}/delivery/",
    )

    answers = [machine.post(path, {"email": ADA, "all": "yes", "delivery": "daily"}) for path in paths]

    assert [answer["X-Refusal"] for answer in answers] == ["web.foreign_write"] * 5
    assert Follower.objects.get().delivery == "instant"


def damaged(token: str) -> list[str]:
    value, signature = token.split(".")
    upper = f"{value.upper()}.{signature}"
    return [
        token[:-1],
        token[1:],
        upper if upper != token else f"x{token}",
        f"{value}.{signature.swapcase()}",
        f"{value}.%25",
        "%25",
        "____",
        f"{value[:-1]}_.{signature}",
        f"{value}-1.{signature}",
        value,
        f"{token}%00",
        f"%20{token}",
        "x" * 5_000,
    ]


def test_a_link_is_compared_whole_and_exactly_and_serves_one_purpose() -> None:
    follower = a_follower(a_thread(), ADA)
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    confirm, stop = (link(follower).rstrip("/").rpartition("/")[2] for link in (links.confirm, links.stop))
    manage = links.manage_token(follower)
    tried = [("confirmations/", each) for each in (*damaged(confirm), stop, manage)]
    tried += [("stops/", each) for each in (*damaged(stop), confirm, manage)]
    tried += [("", each) for each in (*damaged(manage), confirm, stop)]

    answers = {(kind, each): client.get(f"/discussion/following/{kind}{each}/").status_code for kind, each in tried}
    posted = [
        client.post(f"/discussion/following/stops/{each}/").status_code for kind, each in tried if kind == "stops/"
    ]

    assert set(answers.values()) <= {410, 404, 301}
    assert set(posted) <= {410, 404}
    assert Follow.objects.count() == 1


def test_no_link_can_be_made_from_what_lies_in_the_database(server: MailServer) -> None:
    follower = a_follower(a_thread(), ADA)
    an_asker(a_thread(), ADA)
    postman.deliver()

    hear()
    a_comment(follower.follows.get(confirmed_at__isnull=False).thread)
    tell()
    postman.deliver()

    tokens = [path.rstrip("/").rpartition("/")[2] for letter in server.letters for path in links_in(letter)]
    kept = str(everything())
    assert len(tokens) == 4
    assert not any(token.rpartition(".")[2] in kept for token in tokens)
    assert links.manage_token(follower).rpartition(".")[2] not in kept


def test_a_reader_sees_everything_changes_how_often_and_ends_one_then_all(browser: Callable[..., Client]) -> None:
    first, second = a_thread(title="The ferry returns"), a_thread(title="The school")
    follower = a_follower(first, ADA)
    a_follower(second, ADA)
    reader, path = browser(), f"/discussion/following/{links.manage_token(follower)}/"

    page = reader.get(path).content.decode()
    reader.post(f"{path}delivery/", {"delivery": "hourly"})
    follower.refresh_from_db()
    one = reader.post(f"{path}ends/", {"follow": Follow.objects.get(thread=first).pk}, follow=True)
    rest = [follow.thread for follow in Follow.objects.all()]
    reader.post(f"{path}ends/", {"all": "yes"})

    assert "The ferry returns" in page
    assert "The school" in page
    assert follower.delivery == "hourly"
    assert (one.status_code, rest) == (200, [second])
    assert Follower.objects.count() == 0


def test_nobody_ends_what_another_follows(browser: Callable[..., Client]) -> None:
    thread = a_thread()
    mine, other = a_follower(thread, ADA), a_follower(thread, "bo@readers.test")
    path = f"/discussion/following/{links.manage_token(mine)}/ends/"

    browser().post(path, {"follow": other.follows.get().pk})

    assert Follow.objects.count() == 2


def test_nobody_confirms_what_another_asked_for() -> None:
    thread = a_thread()
    mine, other = an_asker(thread, ADA), an_asker(thread, "bo@readers.test")

    follows.confirm(follower=mine, follow_ids=[other.follows.get().pk])

    assert Follow.objects.filter(confirmed_at__isnull=False).count() == 0


def test_a_lost_link_is_sent_again_to_whoever_follows_and_to_nobody_else(
    server: MailServer, browser: Callable[..., Client]
) -> None:
    a_follower(a_thread(), ADA)
    Letter.objects.all().delete()
    answers = [
        browser().post("/discussion/following/links/", {"email": each}) for each in (ADA, ADA, "stranger@readers.test")
    ]

    postman.deliver()

    assert [answer.status_code for answer in answers] == [303] * 3
    assert server.recipients == [ADA]
    assert browser().get(links_in(server.letters[0])[0]).status_code == 200
    assert set(Letter.objects.values_list("state", flat=True)) == {"sent", "dropped"}


def test_an_old_link_to_everything_is_dead(browser: Callable[..., Client]) -> None:
    follower = a_follower(a_thread(), ADA)
    path = f"/discussion/following/{links.manage_token(follower)}/"

    with time_machine.travel(clock.now() + links.MANAGE_AGE_MAX + timedelta(minutes=1)):
        answer = browser().get(path)

    assert answer.status_code == 410


def test_a_comment_that_is_not_published_cannot_be_followed() -> None:
    thread = a_thread()
    held = a_held_comment(thread)
    elsewhere = a_comment(a_thread())

    for number in (held.pk, elsewhere.pk, 0):
        with pytest.raises(NoSuchComment):
            follows.wish(thread_key=thread.key, what=What.COMMENT, comment_id=number)
    with pytest.raises(NoSuchThread):
        follows.wish(thread_key="story:0")


def test_a_suppressed_address_is_written_to_once_a_month_and_confirming_lifts_it(server: MailServer) -> None:
    thread = a_thread()
    suppression.suppress(address=ADA, reason=suppression.BOUNCED)
    for _ in range(3):
        follower = an_asker(thread, ADA)
    with time_machine.travel(clock.now() + timedelta(days=2)):
        an_asker(thread, ADA)
    postman.deliver()
    written = list(server.recipients)

    follows.confirm(follower=follower, follow_ids=[Follow.objects.get().pk])

    assert written == [ADA]
    assert suppression.blocks(ADA) == ""


def test_whoever_follows_and_bounced_asks_again_and_confirms_anew() -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    suppression.suppress(address=ADA, reason=suppression.BOUNCED)

    a_follower(thread, ADA)

    assert (suppression.blocks(ADA), Follow.objects.get().confirmed_at is not None) == ("", True)


def test_a_person_who_is_erased_leaves_no_address_behind(server: MailServer) -> None:
    thread = a_thread()
    a_follower(thread, ADA)
    hear()
    a_comment(thread)
    told = tell()

    follows.forget_follower(address=" ADA@readers.test ")
    postman.deliver()

    assert (told, server.recipients) == (1, [])
    assert "ada@" not in str(everything())


def test_the_form_says_what_it_does_and_a_closed_thread_has_none(client: Client) -> None:
    shown, closed = a_thread(), a_thread(open=False)

    pages = [client.get(f"/discussion/threads/{thread.key}/").content.decode() for thread in (shown, closed)]

    assert ['class="follow-form"' in page for page in pages] == [True, False]


def test_a_household_is_counted_exactly_and_forgotten_after_a_month() -> None:
    an_asker(a_thread(), ADA)
    with time_machine.travel(clock.now() + asking.REMEMBERED + timedelta(hours=1)):
        follows.forget()

    assert Asking.objects.count() == 0


def test_an_address_of_our_own_making_is_refused_by_the_database() -> None:
    with pytest.raises(outbox.AddressRefused):
        follows.checked_address("ada@sub.example.com")
    assert connection.vendor in {"sqlite", "postgresql"}


def test_held_words_are_not_on_the_form_to_follow_them(client: Client) -> None:
    held = a_held_comment(a_thread())

    answer = client.get(f"/discussion/comments/{held.pk}/follow/")

    assert (held.state, answer.status_code) == (State.HELD, 404)
