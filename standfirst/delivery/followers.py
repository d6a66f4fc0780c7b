"""Durable followers: what has to be done for each change, once, whatever dies in between.

A follower here works in the database. It has a cursor there, moves it in the transaction in
which it does its work, and so resumes exactly where it stopped. A follower that fails keeps
its place and is tried again at the next run; the others go on.

What calls another server must not do so in a transaction: that kind is in ``outside.py``.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Min

from standfirst.delivery import changes
from standfirst.delivery.models import ERROR_LENGTH_MAX, Change, Cursor
from standfirst.delivery.outside import outside_followers
from standfirst.kit import clock

BATCH = 500  # changes handed over at once, in one transaction
KEPT_AT_LEAST = timedelta(days=7)  # an open page that was away for longer fetches everything anew
TRIM_BATCH = 50_000  # at a time, so that the transaction stays short

type Follow = Callable[[Sequence[tuple[int, str]]], None]

log = logging.getLogger(__name__)
_followers: dict[str, Follow] = {}


def follower(name: str) -> Callable[[Follow], Follow]:
    """Register a function that is given every change once, in order, inside a transaction."""

    def register(follow: Follow) -> Follow:
        _followers[name] = follow
        return follow

    return register


def all_followers() -> Mapping[str, Follow]:
    """Return the registered followers by name."""
    return dict(_followers)


def run() -> int:
    """Bring every follower up to the end of the log; return how many changes were handed over."""
    return sum(_run_one(name, follow) for name, follow in _followers.items())


def _run_one(name: str, follow: Follow) -> int:
    done = 0
    try:
        while moved := _step(name, follow):
            done += moved
    except Exception as error:
        log.exception("follower %s", name)
        Cursor.objects.update_or_create(
            follower=name,
            defaults={
                "tries": _tries(name) + 1,
                "error": repr(error)[:ERROR_LENGTH_MAX],
                "moved_at": clock.machine_now(),
            },
        )
    return done


def _step(name: str, follow: Follow) -> int:
    """Hand over one batch. Locks the follower's cursor, so that two processes never both do it."""
    with transaction.atomic():
        cursor, _new = Cursor.objects.select_for_update().get_or_create(
            follower=name, defaults={"change_id": changes.head(), "moved_at": clock.machine_now()}
        )
        found = changes.since(cursor.change_id, limit=BATCH)
        if found:
            follow(found)
            cursor.change_id, cursor.tries, cursor.error = found[-1][0], 0, ""
            cursor.moved_at = clock.machine_now()
            cursor.save()
        return len(found)


def _tries(name: str) -> int:
    return Cursor.objects.filter(follower=name).values_list("tries", flat=True).first() or 0


def behind() -> dict[str, int]:
    """Return how many changes each follower has still to be given."""
    head = changes.head()
    reached = dict(Cursor.objects.values_list("follower", "change_id"))
    return {name: max(0, head - reached.get(name, head)) for name in names()}


def names() -> list[str]:
    """Return the names of all followers of both kinds. A cursor of any other is a relic and holds up nothing."""
    return [*_followers, *outside_followers()]


def trim() -> int:
    """Delete changes that every follower is past and that no process can still need; return how many."""
    passed = Cursor.objects.filter(follower__in=names()).aggregate(least=Min("change_id"))["least"]
    old = Change.objects.filter(at__lt=clock.machine_now() - KEPT_AT_LEAST)
    if passed is not None:
        old = old.filter(id__lte=passed)
    # The newest row stays, so that the head of the log never falls back.
    ids = old.exclude(id=changes.head()).order_by("id").values_list("id", flat=True)[:TRIM_BATCH]
    last = list(ids)[-1:]
    deleted = 0
    if last:
        deleted, _ = old.exclude(id=changes.head()).filter(id__lte=last[0]).delete()
    return deleted
