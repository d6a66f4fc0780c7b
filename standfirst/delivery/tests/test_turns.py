"""Those who write take turns: nobody waits for themselves, and a turn ends whatever happens in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction

from standfirst.delivery import changes
from standfirst.delivery.models import Change
from standfirst.kit import clock
from standfirst.testing.delivery import touched

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 20


def keys() -> list[str]:
    written = Change.objects.filter(key__startswith="turn:")
    return list(written.order_by("id").values_list("key", flat=True))


def apart(work: Callable[[], object]) -> Callable[[], object]:
    """Have ``work`` close its thread's connection in the end."""

    def run() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return run


def test_a_statement_has_no_transaction_of_its_own_and_touches_nothing() -> None:
    @changes.statement
    def alone(*, key: str) -> bool:
        Change.objects.create(key=key, at=clock.machine_now())
        return connection.in_atomic_block

    @changes.statement
    def touching() -> None:
        changes.touch("turn:touched")

    with pytest.raises(changes.TouchOutsideVerb):
        touching()
    with pytest.raises(TypeError, match="keyword"):
        changes.statement(apart)

    assert (alone(key="turn:alone"), keys()) == (False, ["turn:alone"])


def test_whoever_is_told_of_a_commit_may_write() -> None:
    written = Event()

    def listener() -> None:
        changes.listen_no_more(listener)
        touched("turn:after")
        written.set()

    changes.listen(listener)
    try:
        touched("turn:first")
    finally:
        changes.listen_no_more(listener)

    assert written.is_set()
    assert keys() == ["turn:first", "turn:after"]


def test_a_turn_ends_with_an_error() -> None:
    with pytest.raises(ValueError, match="a key has"):
        touched("turn:lost", "")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(apart(lambda: touched("turn:kept"))).result(PATIENCE_SECONDS)
    assert keys() == ["turn:kept"]


def test_whoever_holds_the_database_already_does_not_wait_for_a_turn() -> None:
    with transaction.atomic():
        touched("turn:inside")  # the transaction is older than the verb
        if connection.vendor == "sqlite":
            assert changes._one_writer.acquire(blocking=False)
            changes._one_writer.release()
    assert keys() == ["turn:inside"]


def test_many_who_write_at_once_all_come_to_their_turn() -> None:
    names = [f"turn:{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(apart(lambda name=name: touched(name))) for name in names]:
            done.result(PATIENCE_SECONDS)
    assert sorted(keys()) == sorted(names)
