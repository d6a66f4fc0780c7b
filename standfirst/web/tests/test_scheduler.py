import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils.module_loading import import_string

from standfirst.kit import clock
from standfirst.web.processes import scheduler
from standfirst.web.processes.scheduler import JOBS, Job, Run, Schedule, overdue, read_runs, write_runs

pytestmark = pytest.mark.one_database

ran: list[str] = []


def good() -> None:
    ran.append("good")


def bad() -> None:
    raise RuntimeError("no luck")


GOOD = Job("good", f"{__name__}.good", 3600)
BAD = Job("bad", f"{__name__}.bad", 3600)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    ran.clear()
    # The tests' own connection stays open.
    monkeypatch.setattr(scheduler, "close_old_connections", lambda: None)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_names_a_function_that_exists(job: Job) -> None:
    assert callable(import_string(job.function))
    assert job.every_seconds >= 1


def test_no_two_jobs_have_one_name() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_a_job_runs_when_it_is_due_and_is_recorded(tmp_path: Path) -> None:
    file = tmp_path / "schedule.json"

    with time_machine.travel(NOON, tick=False):
        schedule = Schedule([GOOD], file)
        schedule.run_due()
        schedule.run_due()

    assert ran == ["good"]
    assert read_runs(file)["good"].at == NOON.isoformat()
    assert read_runs(file)["good"].error == ""


def test_a_job_that_fails_does_not_keep_the_others_from_running(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = Schedule([BAD, GOOD], tmp_path / "schedule.json")

    schedule.run_due()
    schedule.run(BAD)

    assert ran == ["good"]
    assert schedule.runs["bad"].error == "RuntimeError: no luck"
    assert schedule.runs["bad"].failures == 2
    assert caplog.text.count("the job 'bad' failed") == 1  # the second failure in a row is on record only


def test_after_a_restart_a_job_waits_out_its_interval(tmp_path: Path) -> None:
    file = tmp_path / "schedule.json"
    write_runs(file, {"good": Run((clock.now() - timedelta(minutes=20)).isoformat(), 0.1)})

    schedule = Schedule([GOOD], file)
    schedule.run_due()

    assert ran == []
    assert 2300 < schedule.seconds_to_next() <= 2400


def test_a_clock_that_was_set_back_puts_no_job_off_for_longer_than_its_interval(tmp_path: Path) -> None:
    file = tmp_path / "schedule.json"
    write_runs(file, {"good": Run((clock.now() + timedelta(days=900)).isoformat(), 0.1)})

    assert Schedule([GOOD], file).seconds_to_next() <= 3600


def test_a_job_that_failed_runs_at_once_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "schedule.json"
    write_runs(file, {"good": Run(clock.now().isoformat(), 0.1, error="it broke", failures=1)})

    Schedule([GOOD], file).run_due()

    assert ran == ["good"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"good": {"when": 1}}', '{"good": 3}', "\0"])
def test_a_damaged_record_is_an_empty_one(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "schedule.json"
    file.write_text(damage, encoding="utf-8")

    assert read_runs(file) == {}


def test_a_record_that_cannot_be_written_costs_no_job(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Schedule([GOOD], tmp_path / "missing" / "schedule.json").run_due()

    assert ran == ["good"]
    assert "cannot be written" in caplog.text


def test_a_job_is_overdue_after_three_intervals_and_a_minute() -> None:
    often, seldom = Job("often", "x", 5), Job("seldom", "x", 3600)
    at = (NOON - timedelta(seconds=59)).isoformat()
    long_ago = (NOON - timedelta(hours=4)).isoformat()

    with time_machine.travel(NOON, tick=False):
        assert overdue([often, seldom], {"often": Run(at, 0), "seldom": Run(at, 0)}) == []
        assert overdue([often, seldom], {"often": Run(long_ago, 0), "seldom": Run(long_ago, 0)}) == ["often", "seldom"]
        assert overdue([often], {}) == ["often"]


def test_the_loop_ends_when_it_is_told(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(scheduler, "JOBS", (GOOD,))
    stop = threading.Event()
    thread = threading.Thread(target=scheduler.run, args=(stop,))

    thread.start()
    while not ran:
        stop.wait(0.01)
    stop.set()
    thread.join(5)

    assert not thread.is_alive()
    assert "good" in read_runs(tmp_path / "schedule.json")


def test_a_rehearsal_that_lets_days_pass_makes_every_job_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_follower", None)
    monkeypatch.setattr(clock, "LOOK_NS", 0)
    clock.follow(tmp_path / "rehearsal-clock")
    schedule = Schedule([GOOD], tmp_path / "schedule.json")
    for _ in range(2):
        schedule.run_due()
    before = len(ran)

    clock.move(tmp_path / "rehearsal-clock", "+1d")
    for _ in range(2):
        schedule.run_due()

    assert (before, len(ran)) == (1, 2)
