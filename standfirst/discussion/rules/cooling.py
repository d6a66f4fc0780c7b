"""Cool-downs: a thread in which comments or reports suddenly pile up is slowed down for an hour, by itself or by hand.

While it lasts, a person writes once a minute, and what people without a published comment write is held.
It ends by itself; a moderator may end or prolong it. Which speed is too much is said by the policies
(``cool_comments``, ``cool_reports`` within ten minutes); without, nothing is slowed down by itself.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import threads
from standfirst.discussion.models import REASON_LENGTH_MAX, CoolDown, State, Thread
from standfirst.discussion.refusals import NoSuchThread, NotAModerator
from standfirst.discussion.rules import book, edition
from standfirst.discussion.rules.policies import MODERATE, Terms
from standfirst.discussion.rules.refusals import CoolDownUnusable
from standfirst.kit import clock
from standfirst.kit.text import clean_line

WINDOW = timedelta(minutes=10)  # in which comments and reports are counted
BEFORE = timedelta(hours=1)  # with whose usual speed that is compared
JUMP = 2  # times as many as usual: a thread that was always busy is not in a state
COOL_MINUTES = 60
MINUTES_MAX = 24 * 60
LEFT_ALONE = timedelta(hours=1)  # after a person has ended it: they know better
EVENTS_MAX = 5_000  # the latest events of a thread that are looked through
THREADS_MAX = 200  # looked at in one run, the liveliest moment of a large site

type ReportCounts = Callable[[datetime], Mapping[int, int]]

_reports: list[ReportCounts] = []


def count_reports_with(provider: ReportCounts) -> ReportCounts:
    """Register a reader that says how many reports came since a moment, by the id of the thread."""
    if provider not in _reports:
        _reports.append(provider)
    return provider


@verb
def begin(*, thread_key: str, reason: str, minutes: int = COOL_MINUTES, by: Account | None = None) -> CoolDown:
    """Slow a thread down for some minutes. One that runs already stays as it is. ``by`` is None if it began by itself.

    Refusals: NotAModerator, NoSuchThread, CoolDownUnusable. Locks the thread's row. Touches it.
    """
    _may(by)
    why = clean_line(reason)[:REASON_LENGTH_MAX]
    if not why or not 0 < minutes <= MINUTES_MAX:
        raise CoolDownUnusable(most=MINUTES_MAX)
    thread = _locked(thread_key)
    now = clock.now()
    _lapse(thread, now)
    running = thread.cool_downs.filter(ended_at__isnull=True).first()
    if running is not None:
        return running
    ends_at = now + timedelta(minutes=minutes)
    made = CoolDown.objects.create(thread=thread, begun_at=now, begun_by=by, reason=why, ends_at=ends_at)
    _until(thread, ends_at)
    return made


@verb
def end(*, thread_key: str, by: Account) -> None:
    """End a thread's cool-down now. One that has ended is no fault. Refusals and locks: as ``begin``."""
    _may(by)
    thread = _locked(thread_key)
    now = clock.now()
    _lapse(thread, now)
    if thread.cool_downs.filter(ended_at__isnull=True).update(ended_at=now, ended_by=by):
        _until(thread, None)


@verb
def prolong(*, thread_key: str, by: Account, minutes: int = COOL_MINUTES) -> None:
    """Let a thread's running cool-down last longer, at most MINUTES_MAX from now. Refusals and locks: as ``begin``."""
    _may(by)
    if not 0 < minutes <= MINUTES_MAX:
        raise CoolDownUnusable(most=MINUTES_MAX)
    thread = _locked(thread_key)
    now = clock.now()
    running = thread.cool_downs.filter(ended_at__isnull=True, ends_at__gt=now).first()
    if running is not None:
        running.ends_at = min(running.ends_at + timedelta(minutes=minutes), now + timedelta(minutes=MINUTES_MAX))
        running.save(update_fields=["ends_at"])
        _until(thread, running.ends_at)


def running() -> list[CoolDown]:
    """Return the cool-downs that run, the newest first."""
    found = CoolDown.objects.filter(ended_at__isnull=True, ends_at__gt=clock.now())
    return list(found.select_related("thread", "begun_by").order_by("-begun_at")[:THREADS_MAX])


def latest(thread: Thread, *, limit: int = 10) -> list[CoolDown]:
    """Return the cool-downs of ``thread``, the newest first."""
    return list(thread.cool_downs.select_related("begun_by", "ended_by").order_by("-begun_at")[:limit])


def watch() -> int:
    """Slow down the threads in which comments or reports have jumped; return how many. Scheduled once a minute.

    Without a policy that says how much is too much, it reads one row.
    """
    stances = book.of_edition(edition.now()).stances.values()
    if not any(each.cool_comments or each.cool_reports for each in stances):
        return 0
    since = clock.now() - WINDOW
    reports = _reports_since(since)
    talked_in = Thread.objects.filter(last_comment_at__gte=since, withdrawn_at__isnull=True)
    busy = set(talked_in.order_by("-last_comment_at").values_list("key", flat=True)[:THREADS_MAX])
    busy |= set(Thread.objects.filter(pk__in=list(reports)[:THREADS_MAX]).values_list("key", flat=True))
    return sum(_cooled(threads.thread_of(key), reports) for key in sorted(busy))


def _cooled(thread: Thread, reports: Mapping[int, int]) -> bool:
    terms = book.terms_of(thread)
    if not terms.is_open or terms.cools_until is not None or _left_alone(thread):
        return False
    why = _why(thread, terms, reports.get(thread.pk, 0))
    if why:
        begin(thread_key=thread.key, reason=why)
    return bool(why)


def _why(thread: Thread, terms: Terms, reported: int) -> str:
    if terms.cool_reports and reported >= terms.cool_reports:
        return _("%(n)d reports within ten minutes") % {"n": reported}
    if not terms.cool_comments:
        return ""
    now = clock.now()
    newest = thread.comments.filter(event__gt=max(0, thread.event - EVENTS_MAX), state=State.PUBLISHED)
    moments = newest.filter(created_at__gte=now - WINDOW - BEFORE).values_list("created_at", flat=True)
    lately = sum(moment >= now - WINDOW for moment in moments)
    usual = (len(moments) - lately) * WINDOW / BEFORE
    jumped = lately >= terms.cool_comments and lately >= JUMP * usual
    return _("%(n)d comments within ten minutes") % {"n": lately} if jumped else ""


def _left_alone(thread: Thread) -> bool:
    since = clock.now() - LEFT_ALONE
    return thread.cool_downs.filter(ended_by__isnull=False, ended_at__gte=since).exists()


def _reports_since(moment: datetime) -> dict[int, int]:
    found: dict[int, int] = {}
    for provider in _reports:
        for thread_id, count in provider(moment).items():
            found[thread_id] = found.get(thread_id, 0) + count
    return found


def _may(by: Account | None) -> None:
    if by is not None and not by.has_perm(MODERATE):
        raise NotAModerator


def _locked(key: str) -> Thread:
    thread = Thread.objects.select_for_update().filter(key=key, withdrawn_at__isnull=True).first()
    if thread is None:
        raise NoSuchThread
    return thread


def _lapse(thread: Thread, now: datetime) -> None:
    """Write down that an earlier one has ended by itself."""
    for row in thread.cool_downs.filter(ended_at__isnull=True, ends_at__lte=now):
        row.ended_at = row.ends_at
        row.save(update_fields=["ended_at"])


def _until(thread: Thread, moment: datetime | None) -> None:
    Thread.objects.filter(pk=thread.pk).update(cools_until=moment)
    touch(thread.change_key)
