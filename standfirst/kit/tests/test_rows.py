"""Rows are added once, and whoever adds them hears which were new."""

import pytest
from django.db import IntegrityError, transaction

from standfirst.kit import clock
from standfirst.kit.rows import ROWS_AT_ONCE, add_all, add_new
from standfirst.mail.models import Letter


def letter(key: str, **wishes: object) -> Letter:
    return Letter(key=key, **{"to": "a@example.org", "made_at": clock.now(), "next_try_at": clock.now()} | wishes)


@pytest.mark.django_db
def test_what_stands_already_is_left_as_it_is_and_not_told() -> None:
    add_new([letter("one", subject="first")], told=("id",))

    told = add_new([letter("one", subject="second"), letter("two")], told=("id", "key"))

    assert [key for _id, key in told] == ["two"]
    assert list(Letter.objects.order_by("key").values_list("key", "subject")) == [("one", "first"), ("two", "")]
    assert told[0][0] == Letter.objects.get(key="two").pk


@pytest.mark.django_db
def test_more_rows_than_fit_into_a_statement_are_added_all_the_same() -> None:
    told = add_new([letter(f"n{number}") for number in range(ROWS_AT_ONCE + 1)], told=("key",))

    assert len({key for (key,) in told}) == ROWS_AT_ONCE + 1 == Letter.objects.count()


@pytest.mark.django_db
def test_any_other_constraint_still_refuses() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        add_new([letter("", subject="of nothing")], told=("id",))


@pytest.mark.django_db
def test_rows_are_added_all_or_none() -> None:
    add_all([letter(f"n{number}", tries=number, headers={"X-A": "b"}) for number in range(ROWS_AT_ONCE + 1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        add_all([letter("new"), letter("n0")])

    kept = Letter.objects.order_by("-tries")[0]
    assert (kept.key, kept.headers, kept.sent_at) == (f"n{ROWS_AT_ONCE}", {"X-A": "b"}, None)
    assert Letter.objects.count() == ROWS_AT_ONCE + 1
