"""The outbox: one letter for a fact, in the fact's own transaction; nothing that forges; nothing kept for long."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from standfirst.delivery.changes import verb
from standfirst.kit import clock
from standfirst.mail import outbox
from standfirst.mail.models import Letter
from standfirst.testing.funding import together

pytestmark = pytest.mark.django_db


def a_letter(key: str = "fact:1", **wishes) -> Letter:
    return outbox.put(**{"key": key, "to": "ada@example.org", "subject": "Thank you", "text": "Hello."} | wishes)


def test_the_same_key_is_the_same_letter_whatever_it_says() -> None:
    first = a_letter()

    again = a_letter(subject="Another subject", to="bob@example.org")

    assert (again.pk, again.subject) == (first.pk, "Thank you")
    assert Letter.objects.count() == 1


def test_a_letter_vanishes_with_the_fact_that_it_tells_of() -> None:
    @verb
    def something() -> None:
        a_letter()
        raise DatabaseError("the plug was pulled")

    with pytest.raises(DatabaseError):
        something()

    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@c.org",
        "ada@example.org\nBcc: all@example.org",
        "ada@example.org, bob@example.org",
        "<ada@example.org>",
        "ädä@example.org",
        "a" * 250 + "@example.org",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(outbox.AddressRefused):
        a_letter(to=address)


@pytest.mark.parametrize(
    "subject", ["Hello\nBcc: all@example.org", "Hello\r\n\r\n<b>", "a\x00b", "a\u2028b", "x" * 201]
)
def test_a_subject_that_could_forge_a_header_is_refused(subject: str) -> None:
    with pytest.raises(outbox.HeaderRefused):
        a_letter(subject=subject)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("List-Unsubscribe", "<https://example.org/>\r\nBcc: all@example.org"),
        ("X-Any: 1\nBcc", "all@example.org"),
        ("Bcc", "all@example.org"),
        ("FROM", "bank@example.org"),
        ("Content-Type", "text/html"),
        ("Message-ID", "<1@x>"),
    ],
)
def test_a_header_that_is_not_ours_to_set_is_refused(name: str, value: str) -> None:
    with pytest.raises(outbox.HeaderRefused):
        a_letter(headers={name: value})


def test_a_letter_is_claimed_by_one_and_free_again_when_that_one_dies() -> None:
    letter = a_letter()

    first, second = outbox.claim(letter_id=letter.pk), outbox.claim(letter_id=letter.pk)
    with time_machine.travel(clock.now() + outbox.CLAIM_AGE_MAX + timedelta(seconds=1)):
        third = outbox.claim(letter_id=letter.pk)

    assert first is not None
    assert second is None
    assert third is not None
    assert third.tries == 2


def test_who_was_slow_does_not_undo_what_another_did() -> None:
    letter = a_letter()
    slow = outbox.claim(letter_id=letter.pk)
    with time_machine.travel(clock.now() + outbox.CLAIM_AGE_MAX + timedelta(seconds=1)):
        quick = outbox.claim(letter_id=letter.pk)
        outbox.sent(letter=quick)
        outbox.failed(letter=slow, why="too late")

    letter.refresh_from_db()
    assert (letter.state, letter.error) == ("sent", "")


def test_pauses_double_up_to_two_hours_and_end_after_two_days() -> None:
    pauses = [outbox.pause(tries).total_seconds() for tries in (1, 2, 3, 9, 30)]
    letter = a_letter()
    with time_machine.travel(letter.made_at + timedelta(hours=47, minutes=59)) as now:
        outbox.failed(letter=outbox.claim(letter_id=letter.pk), why="away")
        letter.refresh_from_db()
        before = letter.state
        now.shift(timedelta(minutes=10))
        outbox.failed(letter=outbox.claim(letter_id=letter.pk), why="away")

    letter.refresh_from_db()
    assert pauses == [30, 60, 120, 7200, 7200]
    assert (before, letter.state, letter.next_try_at) == ("waiting", "given_up", None)


def test_what_was_given_up_can_be_tried_again_until_it_is_erased() -> None:
    letter = a_letter()
    outbox.failed(letter=outbox.claim(letter_id=letter.pk), why="no", for_good=True)
    outbox.try_again(letter_id=letter.pk)
    back = outbox.due(10)
    outbox.failed(letter=outbox.claim(letter_id=letter.pk), why="no", for_good=True)
    outbox.forget_person(address="ADA@example.org")

    outbox.try_again(letter_id=letter.pk)

    letter.refresh_from_db()
    assert back == [letter.pk]
    assert (letter.state, letter.to, letter.text) == ("given_up", "", "")


def test_addresses_and_texts_are_erased_days_after_sending_and_a_replay_still_sends_nothing() -> None:
    letter = a_letter(html="<p>Hello.</p>", headers={"List-Id": "x"}, reference="7")
    outbox.sent(letter=outbox.claim(letter_id=letter.pk))

    with time_machine.travel(clock.now() + outbox.SENT_KEPT + timedelta(minutes=1)):
        erased = outbox.forget()
        a_letter()

    letter.refresh_from_db()
    assert erased == 1
    assert (letter.to, letter.subject, letter.text, letter.html, letter.headers, letter.reference) == (
        ("", "", "", "", {}, "")
    )
    assert outbox.due(10) == []


def test_what_waits_is_never_forgotten_by_age() -> None:
    letter = a_letter()

    with time_machine.travel(clock.now() + timedelta(days=500)):
        outbox.forget()

    assert Letter.objects.get().to == letter.to


def test_a_person_who_is_forgotten_gets_nothing_any_more() -> None:
    a_letter()
    a_letter("fact:2", to="bob@example.org")

    outbox.forget_person(address="ada@example.org")

    assert [Letter.objects.get(pk=pk).to for pk in outbox.due(10)] == ["bob@example.org"]
    assert not Letter.objects.filter(to__icontains="ada").exists()


@pytest.mark.django_db(transaction=True)
def test_sixteen_who_write_about_the_same_fact_write_one_letter() -> None:
    written = together([a_letter] * 16)

    assert len({letter.pk for letter in written}) == 1
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    "values", [{"state": "lost"}, {"next_try_at": None}, {"to": ""}, {"state": "sent"}, {"key": ""}]
)
def test_the_database_refuses_letters_that_make_no_sense(values: dict[str, object]) -> None:
    letter = a_letter()

    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**values)
