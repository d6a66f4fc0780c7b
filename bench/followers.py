"""Followers in bulk, and what is queued for them: ``python -m bench.followers fill PATH COUNT | queued PATH | drop``.

Works on the site folder that ``STANDFIRST_SITE`` names; prints one line of JSON. ``queued`` waits until the newest
comment of the story at PATH is told to the last of its followers, and prints how many letters there are, to how many
people, and the moment. ``drop`` has nothing sent of what waits.
"""

import json
import sys
import time
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402 - Django is set up first

from standfirst.discussion.models import Comment, Follow, Follower, Notice, Telling, Thread, Watch  # noqa: E402
from standfirst.kit import clock  # noqa: E402
from standfirst.mail.models import Letter  # noqa: E402

ROWS_AT_ONCE = 2_000
WAIT_SECONDS_MAX = 120
LOOK_SECONDS = 0.05


def fill(path: str, count: str) -> dict[str, Any]:
    """Give the thread of the story at ``path`` so many followers who want to be told at once, as confirmed rows."""
    thread, now = Thread.objects.get(url=path), clock.now()
    with transaction.atomic():
        rows = [
            Follower(address=f"f{number}@readers.test", language="en", created_at=now) for number in range(int(count))
        ]
        people = Follower.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
        follow = {"what": Follow.What.THREAD, "thread": thread, "asked_at": now, "confirmed_at": now}
        follows = [Follow(follower=person, **follow) for person in people]
        Follow.objects.bulk_create(follows, batch_size=ROWS_AT_ONCE)
        Watch.objects.get_or_create(thread=thread, defaults={"event": thread.event})
    return {"key": thread.key, "followers": len(people)}


def queued(path: str) -> dict[str, Any]:
    """Wait until the newest comment of the story at ``path`` is told."""
    newest = Comment.objects.filter(thread__url=path).order_by("-id").values_list("id", flat=True)[0]
    until = time.monotonic() + WAIT_SECONDS_MAX
    while not Telling.objects.filter(comment=newest, done_at__isnull=False).exists():
        if time.monotonic() > until:
            raise SystemExit(f"comment {newest} was not told within {WAIT_SECONDS_MAX} s")
        time.sleep(LOOK_SECONDS)
    done_at = Telling.objects.get(comment=newest).done_at
    letters = Letter.objects.filter(key__startswith=f"follow_told:{newest}:")
    return {
        "at": done_at.timestamp() if done_at else 0,
        "letters": letters.count(),
        "notices": Notice.objects.filter(comment=newest).values("follower").distinct().count(),
    }


def drop() -> dict[str, Any]:
    """Have nothing sent of what waits, so that the next round begins in peace, and count nobody as told."""
    waiting = Letter.objects.filter(state=Letter.State.WAITING)
    Notice.objects.all().delete()
    return {"dropped": waiting.update(state=Letter.State.DROPPED, next_try_at=None)}


if __name__ == "__main__":
    print(json.dumps({"fill": fill, "queued": queued, "drop": drop}[sys.argv[1]](*sys.argv[2:])))
