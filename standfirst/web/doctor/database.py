"""The doctor's checks that ask the database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min
from django.tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from standfirst.delivery import changes
from standfirst.delivery import followers as registered
from standfirst.delivery.models import Change, Cursor
from standfirst.kit import clock
from standfirst.mail import outbox
from standfirst.stories import publishing
from standfirst.web.doctor.findings import Finding, fail, ok, warn
from standfirst.web.processes.readiness import server_version, unready

SQLITE_VERSION_MIN = (3, 37, 0)
SYNCHRONOUS_FULL = 2
QUEUE_AGE_MAX = timedelta(minutes=5)
SCHEDULED_LATE_SECONDS_MAX = 120
FOLLOWER_LAG_MAX = timedelta(minutes=5)
LETTER_AGE_MAX = timedelta(minutes=15)  # by then the postman has tried it five times
FOLLOWER_TRIES_MAX = 5  # then it has failed for about half a minute
FAILED_TASKS_SINCE = timedelta(days=1)
MINUTES_SHOWN_MAX = 120
CLOCK_OFF_MAX = timedelta(seconds=30)
SERVE_ADVICE = "See that standfirst serve runs (the worker is one of its processes) and read its log."


def database() -> Iterator[Finding]:
    """Reachable, new enough, migrated, safe against a pulled plug."""
    wrong = unready()
    if wrong:
        yield fail("database", wrong, "Nothing that lies in the database was looked at.")
    elif connection.vendor == "sqlite":
        yield sqlite()
    else:
        yield ok("database", f"PostgreSQL {server_version() // 10_000}, every migration applied")


def sqlite() -> Finding:
    """The embedded database: version, safety, damage."""
    with connection.cursor() as cursor:
        version, journal, synchronous, damage = (
            cursor.execute(statement).fetchone()[0]
            for statement in (
                "SELECT sqlite_version()",
                "PRAGMA journal_mode",
                "PRAGMA synchronous",
                "PRAGMA quick_check(1)",
            )
        )
    seen = (
        f"SQLite {version}, journal {journal}, synchronous {'FULL' if synchronous == SYNCHRONOUS_FULL else 'not FULL'}"
    )
    if tuple(int(part) for part in version.split(".")) < SQLITE_VERSION_MIN:
        return fail("database", seen, "SQLite 3.37 or later is needed; use a newer Python.")
    if journal != "wal" or synchronous != SYNCHRONOUS_FULL:
        return fail("database", seen, "Not safe when the plug is pulled. Does the data folder lie on a network drive?")
    if damage != "ok":
        return fail("database", f"damaged: {damage}", "Stop the site and restore the last backup of the data folder.")
    return ok("database", f"{seen}, undamaged, every migration applied")


def queue() -> Iterator[Finding]:
    """Background tasks: how long the oldest waits, and which failed."""
    waiting = DBTaskResult.objects.ready()
    oldest = waiting.aggregate(at=Min("enqueued_at"))["at"]
    count = waiting.count()
    if oldest and clock.machine_now() - oldest > QUEUE_AGE_MAX:
        yield fail("tasks", f"{count} wait, the oldest since {_ago(clock.machine_now() - oldest)}", SERVE_ADVICE)
    else:
        yield ok("tasks", f"{count} wait")
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__gt=clock.machine_now() - FAILED_TASKS_SINCE
    )
    last = failed.order_by("-finished_at").first()
    if last:
        seen = f"{failed.count()} failed within a day, the last one {last.task_path} with {last.exception_class_path}"
        yield warn("failed tasks", seen, "The log of standfirst serve has the whole error.")


def scheduled_stories() -> Iterator[Finding]:
    """Stories that should be out, or gone, by now."""
    late = publishing.overdue(by_seconds=SCHEDULED_LATE_SECONDS_MAX)
    if late:
        seen = f"{late} should be published or withdrawn by now"
        yield fail("scheduled stories", seen, SERVE_ADVICE.replace("worker", "scheduler"))
    else:
        yield ok("scheduled stories", "none is late")


def followers() -> Iterator[Finding]:
    """What reads the log of changes: how far each has come."""
    head = changes.head()
    for cursor in Cursor.objects.filter(follower__in=registered.names()).order_by("follower"):
        first_unread = Change.objects.filter(id__gt=cursor.change_id).aggregate(at=Min("at"))["at"]
        if first_unread and clock.machine_now() - first_unread > FOLLOWER_LAG_MAX:
            seen = f"{head - cursor.change_id} changes behind since {_ago(clock.machine_now() - first_unread)}"
            yield warn(f"follower {cursor.follower}", f"{seen} {cursor.error}".strip(), SERVE_ADVICE)
        elif cursor.tries >= FOLLOWER_TRIES_MAX:
            seen = f"failed {cursor.tries} times in a row: {cursor.error}"
            yield warn(
                f"follower {cursor.follower}", seen, "It is tried again every minute. Nothing is lost meanwhile."
            )
        else:
            yield ok(f"follower {cursor.follower}", "up to date")


def letters() -> Iterator[Finding]:
    """Mail that waits, and mail that could not be delivered."""
    found = outbox.condition()
    if found.waiting_since and clock.now() - found.waiting_since > LETTER_AGE_MAX:
        seen = f"{found.waiting} wait, the oldest since {_ago(clock.now() - found.waiting_since)} {found.last_error}"
        yield warn("letters", seen.strip(), "Check STANDFIRST_MAIL_URL. They are tried again for two days.")
    elif found.given_up:
        seen = f"{found.given_up} could not be delivered {found.last_error}".strip()
        yield warn("letters", seen, "See Letters on the desk: mend the address or the server, then try again.")
    else:
        yield ok("letters", f"{found.waiting} wait")


def same_time() -> Iterator[Finding]:
    """The machine's clock beside the database server's, and beside the newest change."""
    newest = Change.objects.order_by("-id").values_list("at", flat=True).first()
    if newest and newest - clock.machine_now() > CLOCK_OFF_MAX:
        seen = f"the newest change was made {_ago(newest - clock.machine_now())} in the future"
        yield warn("clock", seen, "The clock was set back. Let the system keep it right (NTP).")
    elif connection.vendor == "postgresql" and abs(_server_now() - clock.machine_now()) > CLOCK_OFF_MAX:
        yield warn("clock", "differs from the database server's", "Let both machines keep theirs right (NTP).")
    else:
        yield ok("clock", clock.machine_now().strftime("%Y-%m-%d %H:%M:%S UTC"))


def _server_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return datetime.fromisoformat(str(cursor.fetchone()[0]))


def _ago(delta: timedelta) -> str:
    minutes = int(delta.total_seconds()) // 60
    return f"{minutes} min" if minutes < MINUTES_SHOWN_MAX else f"{minutes // 60} h"
