"""What happens by the clock: a table of jobs, and the loop that runs each when it is due.

When each job ran last, how long it took and what went wrong is kept in a small file in the
data folder, where ``standfirst doctor`` reads it.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string

from standfirst.kit import clock

FILE_NAME = "schedule.json"
TICK_SECONDS_MAX = 1.0
OVERDUE_INTERVALS = 3  # a job that missed this many runs is overdue…
OVERDUE_SECONDS_MIN = 60.0  # …but never before a minute: the process may just be restarting

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A function without arguments, by dotted name, and the seconds between two of its runs."""

    name: str
    function: str
    every_seconds: float


@dataclass(slots=True)
class Run:
    """The last run of a job. ``error`` is empty if it went well; ``failures`` counts those in a row."""

    at: str
    took_seconds: float
    error: str = ""
    failures: int = 0


MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_OURS = "standfirst.web.processes.jobs"

JOBS: tuple[Job, ...] = (
    Job("publish what is due", "standfirst.stories.publishing.publish_due", 5),
    Job("hand changes to followers", "standfirst.delivery.followers.run", 1),
    Job("tell followers of comments", "standfirst.discussion.following.telling.tell", 1),
    Job("tell followers of several comments", "standfirst.discussion.following.telling.send_together", MINUTE),
    Job("try payments again", "standfirst.funding.tasks.process_parked", MINUTE),
    Job("check the books", f"{_OURS}.check_books", 10 * MINUTE),
    Job("check the whole ledger", f"{_OURS}.check_whole_ledger", DAY),
    Job("compare with the payment service", f"{_OURS}.reconcile", DAY),
    Job("warn treasurers", "standfirst.funding.watching.warn", HOUR),
    Job("close months", "standfirst.funding.books.closings.close_due", MINUTE),
    Job("give up transfers that never came", "standfirst.funding.giving.gifts.lapse_transfers", DAY),
    Job("forget who began a gift", "standfirst.funding.giving.gifts.forget_browsers", DAY),
    Job("forget who tried to give", "standfirst.funding.allowances.forget", DAY),
    Job("cool threads down", "standfirst.discussion.rules.cooling.watch", MINUTE),
    Job("forget solved challenges", "standfirst.accounts.challenges.forget", HOUR),
    Job("renew supporters' marks", "standfirst.web.supporters.renew", 5 * MINUTE),
    Job("check comment counts", f"{_OURS}.check_comment_counts", HOUR),
    Job("sweep pictures of comments", "standfirst.discussion.pictures.belonging.sweep", HOUR),
    Job("trim the change log", "standfirst.delivery.followers.trim", HOUR),
    Job("announce expiring cards", "standfirst.funding.supporters.letters.announce_expiring_cards", DAY),
    Job("forget supporters' links", "standfirst.funding.supporters.links.forget", DAY),
    Job("forget letters", "standfirst.mail.outbox.forget", DAY),
    Job("forget addresses", "standfirst.discussion.retention.forget", DAY),
    Job("forget codes", "standfirst.accounts.codes.forget", DAY),
    Job("forget who does not follow", "standfirst.discussion.following.follows.forget", HOUR),
    Job("forget sessions", f"{_OURS}.forget_sessions", DAY),
    Job("forget task results", f"{_OURS}.prune_task_results", DAY),
)


class Schedule:
    """Which job is due, and what happened at its last run."""

    def __init__(self, jobs: Sequence[Job], file: Path) -> None:
        self._jobs = jobs
        self._file = file
        self.runs = read_runs(file)
        self._ahead = clock.ahead()
        self._due: dict[str, float] = {job.name: self._first(job) for job in jobs}

    def _first(self, job: Job) -> float:
        """A job that ran before the restart waits out its interval; the others run at once."""
        last = self.runs.get(job.name)
        if last is None or last.error:
            return time.monotonic()
        age_seconds = (clock.machine_now() - datetime.fromisoformat(last.at)).total_seconds()
        # A clock that was set back must not put a job off.
        return time.monotonic() + min(max(job.every_seconds - age_seconds, 0.0), job.every_seconds)

    def seconds_to_next(self) -> float:
        """Return how long nothing is due."""
        return max(0.0, min(self._due.values(), default=time.monotonic() + TICK_SECONDS_MAX) - time.monotonic())

    def run_due(self) -> None:
        """Run each job that is due, one after the other. A job that fails is logged and tried again in time."""
        if clock.ahead() != self._ahead:
            # A rehearsal let days pass: what each day brings has to come.
            self._ahead = clock.ahead()
            self._due = dict.fromkeys(self._due, time.monotonic())
        for job in self._jobs:
            if self._due[job.name] <= time.monotonic():
                self.run(job)
                self._due[job.name] = time.monotonic() + job.every_seconds

    def run(self, job: Job) -> None:
        """Run ``job`` now and record how it went."""
        began, failures = time.monotonic(), self.runs[job.name].failures if job.name in self.runs else 0
        error = ""
        try:
            function: Callable[[], Any] = import_string(job.function)
            function()
        except Exception as problem:
            error = f"{type(problem).__name__}: {problem}"
            if failures == 0:
                logger.exception("the job %r failed", job.name)
        finally:
            close_old_connections()
        took_seconds = round(time.monotonic() - began, 3)
        self.runs[job.name] = Run(clock.machine_now().isoformat(), took_seconds, error, failures + 1 if error else 0)
        write_runs(self._file, self.runs)


def run(stop: threading.Event) -> None:
    """Run the jobs until ``stop`` is set."""
    schedule = Schedule(JOBS, file())
    while not stop.wait(min(schedule.seconds_to_next(), TICK_SECONDS_MAX)):
        schedule.run_due()


def file() -> Path:
    """Return the path of the record."""
    return Path(settings.DATA_FOLDER) / FILE_NAME


def overdue(jobs: Sequence[Job], runs: dict[str, Run]) -> list[str]:
    """Return the names of jobs that have not run for three of their intervals."""
    late = []
    for job in jobs:
        last = runs.get(job.name)
        allowed_seconds = max(job.every_seconds * OVERDUE_INTERVALS, OVERDUE_SECONDS_MIN)
        if last is None or (clock.machine_now() - datetime.fromisoformat(last.at)).total_seconds() > allowed_seconds:
            late.append(job.name)
    return late


def read_runs(path: Path) -> dict[str, Run]:
    """Read the record; one that is missing or damaged is an empty one, as it is written anew within seconds."""
    try:
        return {name: Run(**fields) for name, fields in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_runs(path: Path, runs: dict[str, Run]) -> None:
    """Replace the record in one step. A full disk costs the record, never the job."""
    draft = path.with_suffix(".new")
    try:
        draft.write_text(json.dumps({name: asdict(each) for name, each in runs.items()}), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error)
