"""Figures for a monitoring system such as Prometheus.

Each web process notes its own once a second in a folder that they share, so that whichever
is asked tells of all. What lies in the database is read when somebody asks.
"""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from standfirst.delivery import changes, followers
from standfirst.delivery.application import Application
from standfirst.web.processes import scheduler

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # set by ``serve``; the library reads it when it is imported
NOTE_EVERY_SECONDS = 1.0

_COUNTERS = {
    "answered": Counter("standfirst_pages_answered", "Answers from stored pages.", registry=None),
    "joined": Counter("standfirst_pages_joined", "Stored pages put together from their parts.", registry=None),
    "rendered": Counter("standfirst_pages_rendered", "Stored pages rendered by a view.", registry=None),
    "streams_refused": Counter("standfirst_streams_refused", "Live streams above a limit.", registry=None),
}
_GAUGES = {
    name: Gauge(f"standfirst_{name}", help_, multiprocess_mode="livesum", registry=None)
    for name, help_ in {
        "pages_kept": "Stored pages in memory.",
        "pages_bytes": "Bytes that they take.",
        "streams_open": "Live streams that are open.",
    }.items()
}


def begin(application: Application) -> None:
    """Note the figures of this process from now on."""
    if FOLDER_VARIABLE in os.environ:
        threading.Thread(target=_note, args=(application,), name="metrics", daemon=True).start()


def _note(application: Application) -> None:
    last: dict[str, int] = {}
    while True:
        time.sleep(NOTE_EVERY_SECONDS)
        for name, value in application.figures().items():
            if name in _GAUGES:
                _GAUGES[name].set(value)
            else:
                _COUNTERS[name].inc(value - last.get(name, 0))
                last[name] = value


def text() -> bytes:
    """Return all figures in the text form that Prometheus reads. A few small queries."""
    registry = CollectorRegistry()
    if FOLDER_VARIABLE in os.environ:
        _forget_the_dead(Path(os.environ[FOLDER_VARIABLE]))
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Database())
    return generate_latest(registry)


class _Database(Collector):
    def collect(self) -> Iterable[Metric]:
        """Read what the database and the schedule's record tell."""
        yield GaugeMetricFamily("standfirst_changes", "Number of the newest change in the log.", changes.head())
        behind = GaugeMetricFamily("standfirst_follower_behind", "Changes not handed over.", labels=["follower"])
        for name, count in followers.behind().items():
            behind.add_metric([name], count)
        yield behind
        yield from _tasks()
        yield from _jobs()


def _tasks() -> Iterator[Metric]:
    waiting = DBTaskResult.objects.ready().count()
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count()
    yield GaugeMetricFamily("standfirst_tasks_waiting", "Background tasks that wait.", waiting)
    yield GaugeMetricFamily("standfirst_tasks_failed", "Background tasks that failed and are still on record.", failed)


def _jobs() -> Iterator[Metric]:
    failures = GaugeMetricFamily("standfirst_job_failures", "Failures in a row of a scheduled job.", labels=["job"])
    for name, run in scheduler.read_runs(scheduler.file()).items():
        failures.add_metric([name], run.failures)
    yield failures


def _forget_the_dead(folder: Path) -> None:
    """Remove the gauges of processes that have ended; what they counted stays."""
    for file in folder.glob("gauge_live*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            file.unlink(missing_ok=True)
