"""From a comment to its letters, beside the requests: whoever posts waits for none of it.

Posting only touches its thread. A follower of the change log notes which comments are new to a
followed thread; then they are told, a hundred followers in a transaction: their notices,
the letters of those who want them at once, and how far it has got stand or fall together. So
each comment is told to each follower once, whoever is killed when.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.db.models import Count, F, Q, QuerySet
from django.utils import translation

from standfirst.delivery.changes import verb
from standfirst.delivery.followers import follower
from standfirst.discussion.following import due, letters
from standfirst.discussion.models import Comment, Follow, Follower, Notice, State, Telling, Watch
from standfirst.kit import clock, rows
from standfirst.mail import outbox, suppression
from standfirst.mail.placeholders import is_placeholder

NAME = "following"  # of the change log's follower
BATCH = 100  # followers in a transaction: some hundredths of a second in which nobody else writes on SQLite
REST = 1  # times as long as a transaction took: so that whoever posts meanwhile mostly finds nobody writing
TURN_SECONDS = 4.0  # then whatever else is due by the clock has its turn
INSTANT_AN_HOUR_MAX = 6  # letters at once to one person; what is more comes together with the next full hour
TOGETHER_BATCH = 100  # people in a transaction who get several comments in one letter

_PREFIX = "thread:"


@follower(NAME)
def hear(changes: Sequence[tuple[int, str]]) -> None:
    """Note which comments have become public in threads that somebody follows. In the transaction of the log's cursor.

    A comment is noted once: what is taken back and published again is not told again, and what was brought in from
    elsewhere is no news.
    """
    keys = {key.removeprefix(_PREFIX) for _id, key in changes if key.startswith(_PREFIX)}
    moved = Watch.objects.filter(thread__key__in=keys, thread__event__gt=F("event")).select_related("thread")
    for watch in moved:
        new = Comment.objects.filter(
            thread=watch.thread, event__gt=watch.event, event__lte=watch.thread.event, state=State.PUBLISHED, source=""
        )
        tellings = [Telling(comment_id=pk) for pk in new.order_by("event").values_list("pk", flat=True)]
        Telling.objects.bulk_create(tellings, batch_size=BATCH, ignore_conflicts=True)
        Watch.objects.filter(pk=watch.pk).update(event=watch.thread.event)


def tell() -> int:
    """Tell what is to be told, for TURN_SECONDS at the most; return to how many. Scheduled."""
    until = time.monotonic() + TURN_SECONDS
    done = 0
    for comment_id in Telling.objects.filter(done_at__isnull=True).order_by("pk").values_list("pk", flat=True):
        more = True
        while more and time.monotonic() < until:
            step = prepared(comment_id)
            began = time.monotonic()
            told, more = tell_some(step=step)
            done += told
            # SQLite has one writer at a time, and whoever waits for it only looks now and then.
            time.sleep(REST * (time.monotonic() - began) if more else 0)
    return done


@dataclass(frozen=True, slots=True)
class Step:
    """Which notices come next for a comment, from which follower on, up to which one; ``more``: others come after."""

    comment: Comment
    begins: int
    reached: int
    notices: Sequence[Notice] = ()
    more: bool = False


def prepared(comment_id: int) -> Step:
    """Return the next step of telling a comment. It takes the time that it takes; nothing is locked. Reads only."""
    comment = Comment.objects.select_related("thread", "parent", "account", "telling").get(pk=comment_id)
    begins = comment.telling.reached
    found = list(_followed_by(comment).filter(follower_id__gt=begins)[:BATCH])
    reached = found[-1].follower_id if found else begins
    return Step(comment, begins, reached, _notices(comment, _wanting(comment, found)), more=len(found) == BATCH)


@verb
def tell_some(*, step: Step) -> tuple[int, bool]:
    """Write down a prepared step: notices and letters; return to how many, and whether there are more.

    Locks the telling's row, so that two processes never tell the same, and those of the followers, so that none
    ends meanwhile.
    """
    telling = Telling.objects.select_for_update().filter(pk=step.comment.pk, done_at__isnull=True).first()
    if telling is None:
        return 0, False
    if telling.reached != step.begins:  # another process was quicker
        return 0, True
    if not _is_public(step.comment):
        _stop(telling)
        return 0, False
    people = Follower.objects.filter(pk__in=[notice.follower_id for notice in step.notices]).order_by("pk")
    list(people.select_for_update().values_list("pk"))  # before their follows, as whoever ends one does
    there = Follow.objects.filter(pk__in=[notice.follow_id for notice in step.notices])
    still = set(there.values_list("pk", flat=True))
    notices = [notice for notice in step.notices if notice.follow_id in still]
    rows.add_all(notices)
    outbox.put_many(drafts=_drafts(step.comment, notices))
    telling.reached = step.reached
    telling.done_at = None if step.more else clock.now()
    telling.save(update_fields=["reached", "done_at"])
    return len(notices), step.more


def send_together() -> int:
    """Queue the letters that hold several comments and are due; return how many. Scheduled."""
    done = 0
    while count := put_together():
        done += count
    return done


@verb
def put_together() -> int:
    """Queue one letter each for the next people for whom comments are due; return how many. Locks their rows."""
    waiting = Notice.objects.filter(letter_key="", due_at__lte=clock.now())
    ids = list(waiting.order_by("follower_id").values_list("follower_id", flat=True).distinct()[:TOGETHER_BATCH])
    people = list(Follower.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    drafts = []
    for person in people:
        theirs = list(waiting.filter(follower=person).order_by("pk").values_list("pk", flat=True))
        if theirs:  # unless somebody else was quicker
            key = f"follow_together:{person.pk}:{theirs[-1]}"
            Notice.objects.filter(pk__in=theirs).update(letter_key=key)
            drafts.append(letters.together(key, person))
    outbox.put_many(drafts=drafts)
    return len(drafts)


def _is_public(comment: Comment) -> bool:
    return Comment.objects.filter(
        pk=comment.pk, state=State.PUBLISHED, thread__withdrawn_at__isnull=True, published_at__isnull=False
    ).exists()


def _followed_by(comment: Comment) -> QuerySet[Follow]:
    """Return who follows what ``comment`` is, in the order in which they are told; one may be there twice."""
    meant = Q(what=Follow.What.THREAD)
    parent = comment.parent
    if parent is not None:
        meant |= Q(what=Follow.What.COMMENT, comment=parent)
        if parent.guest_id is not None:
            meant |= Q(what=Follow.What.MINE, guest=parent.guest_id)
        if parent.account_id is not None:
            meant |= Q(what=Follow.What.MINE, account=parent.account_id)
    # "comment" sorts before "mine" before "thread": the closest reason is the one that is given.
    by_now = comment.published_at or clock.now()
    follows = Follow.objects.filter(meant, thread=comment.thread_id, confirmed_at__lte=by_now)
    return follows.select_related("follower").order_by("follower_id", "what")


def _wanting(comment: Comment, found: Iterable[Follow]) -> list[Follow]:
    """Return one follow each of those in ``found`` who are to be told: not the author, nobody who gets no mail."""
    first: dict[int, Follow] = {}
    for follow in found:
        first.setdefault(follow.follower_id, follow)
    left_out = _authors(comment, first) | suppression.among([each.follower.address for each in first.values()])
    return [
        follow
        for follow in first.values()
        if follow.follower.address not in left_out and not is_placeholder(follow.follower.address)
    ]


def _authors(comment: Comment, followers: Iterable[int]) -> set[str]:
    """Return the addresses among ``followers`` that are, as far as we can know, those of whoever wrote ``comment``."""
    authors = {comment.account.email.lower()} if comment.account is not None else set()
    mine = Q()
    if comment.guest_id is not None:
        mine |= Q(guest=comment.guest_id)
    if comment.account_id is not None:
        mine |= Q(account=comment.account_id)
    if mine:
        theirs = Follow.objects.filter(mine, confirmed_at__isnull=False, follower__in=list(followers))
        authors |= set(theirs.values_list("follower__address", flat=True))
    return authors


def _notices(comment: Comment, wanting: Sequence[Follow]) -> list[Notice]:
    instant = Follower.Delivery.INSTANT
    lately = Notice.objects.filter(
        follower__in=[follow.follower_id for follow in wanting],
        due_at__gt=clock.now() - timedelta(hours=1),
        letter_key__startswith="follow_told:",
    )
    had = dict(lately.order_by().values_list("follower").annotate(Count("pk")))
    notices = []
    for follow in wanting:
        delivery = follow.follower.delivery
        if delivery == instant and had.get(follow.follower_id, 0) >= INSTANT_AN_HOUR_MAX:
            delivery = Follower.Delivery.HOURLY
        key = f"follow_told:{comment.pk}:{follow.follower_id}" if delivery == instant else ""
        notice = Notice(comment=comment, follower=follow.follower, follow=follow, due_at=due.at(delivery))
        notice.letter_key = key
        notices.append(notice)
    return notices


def _drafts(comment: Comment, notices: Iterable[Notice]) -> list[outbox.Draft]:
    @cache
    def subject(language: str, what: str) -> str:
        with translation.override(language or None):
            return letters.subject_of(comment, what)

    return [
        letters.told(notice, notice.follower, subject(notice.follower.language, notice.follow.what))
        for notice in notices
        if notice.letter_key
    ]


def _stop(telling: Telling) -> None:
    """Tell no further. What nobody was told of begins anew if it is published again."""
    if telling.reached:
        Telling.objects.filter(pk=telling.pk).update(done_at=clock.now())
    else:
        telling.delete()
