"""Comments read by statements of our own."""

import pytest
from django.db import IntegrityError, connection, transaction

from standfirst.accounts.models import Guest
from standfirst.discussion.listing import SHOWN
from standfirst.discussion.models import Comment, Decision
from standfirst.kit import clock, rows
from standfirst.testing.discussion import a_comment, a_guest, a_thread

pytestmark = pytest.mark.django_db


def test_every_attribute_is_what_django_reads() -> None:
    comment = a_comment(a_thread(), guest=a_guest())
    names = [field.attname for field in Comment._meta.concrete_fields]
    statement = f"SELECT {', '.join(names)} FROM discussion_comment WHERE id = %s"
    (found,) = rows.read(Comment, statement, [comment.pk], names)
    read = Comment.objects.get(pk=comment.pk)
    assert {name: getattr(found, name) for name in names} == {name: getattr(read, name) for name in names}
    assert {name: type(getattr(found, name)) for name in names} == {name: type(getattr(read, name)) for name in names}


def test_what_was_not_read_is_read_when_it_is_asked_for() -> None:
    comment = a_comment(a_thread(), guest=a_guest())
    (found,) = rows.read(Comment, "SELECT id FROM discussion_comment WHERE id = %s", [comment.pk], ["id"])
    assert (found.name, found.thread) == (comment.name, comment.thread)
    assert not found._state.adding
    assert found._state.db == connection.alias


def test_a_thread_reads_whatever_can_be_shown_with_the_row() -> None:
    assert {"id", "html", "state"} < set(SHOWN) <= {field.attname for field in Comment._meta.concrete_fields}


def test_a_row_that_is_added_is_what_django_would_have_saved() -> None:
    guest = rows.add(Guest(created_at=clock.now()))
    read = Guest.objects.get(pk=guest.pk)
    assert (read.created_at, read.revoked_at) == (guest.created_at, None)
    assert not guest._state.adding
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.add(Guest(id=guest.pk, created_at=clock.now()))


def test_a_row_that_is_added_learns_its_number() -> None:
    comment = a_comment(a_thread(), guest=a_guest())
    decision = Decision(comment=comment, decided_at=clock.now(), was="held", state="published")
    assert rows.add(decision) is decision
    assert Decision.objects.get(comment=comment).pk == decision.pk
