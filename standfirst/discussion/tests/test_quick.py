"""Comments read by statements of our own."""

import pytest
from django.db import connection

from standfirst.discussion import quick
from standfirst.discussion.listing import SHOWN
from standfirst.discussion.models import Comment
from standfirst.testing.discussion import a_comment, a_guest, a_thread

pytestmark = pytest.mark.django_db


def test_every_attribute_is_what_django_reads() -> None:
    comment = a_comment(a_thread(), guest=a_guest())
    names = [field.attname for field in Comment._meta.concrete_fields]
    statement = f"SELECT {', '.join(names)} FROM discussion_comment WHERE id = %s"  # noqa: S608 - of our own columns
    (found,) = quick.comments(statement, [comment.pk], names)
    read = Comment.objects.get(pk=comment.pk)
    assert {name: getattr(found, name) for name in names} == {name: getattr(read, name) for name in names}
    assert {name: type(getattr(found, name)) for name in names} == {name: type(getattr(read, name)) for name in names}


def test_what_was_not_read_is_read_when_it_is_asked_for() -> None:
    comment = a_comment(a_thread(), guest=a_guest())
    (found,) = quick.comments("SELECT id FROM discussion_comment WHERE id = %s", [comment.pk], ["id"])
    assert (found.name, found.thread) == (comment.name, comment.thread)
    assert not found._state.adding
    assert found._state.db == connection.alias


def test_a_thread_reads_whatever_can_be_shown_with_the_row() -> None:
    assert {"id", "html", "state"} < set(SHOWN) <= {field.attname for field in Comment._meta.concrete_fields}
