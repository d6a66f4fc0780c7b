import json
import socket
import stat
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.db import connection
from django.tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from standfirst.delivery import changes, followers, outside
from standfirst.delivery.models import Change, Cursor
from standfirst.delivery.outside import Outside
from standfirst.kit import clock
from standfirst.testing.sites import free_port
from standfirst.web import exits
from standfirst.web.commands import doctor as command
from standfirst.web.doctor import checkup
from standfirst.web.doctor import database as doctor_database
from standfirst.web.doctor import machine as doctor_machine
from standfirst.web.doctor.findings import Finding, Grade
from standfirst.web.processes import scheduler, start_record
from standfirst.web.processes.scheduler import JOBS, Run, write_runs

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def healthy(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site in whose folders, schedule and queue all is well."""
    DBTaskResult.objects.all().delete()
    data = tmp_path / "data"
    (data / "static").mkdir(parents=True)
    (data / "static" / "staticfiles.json").write_text("{}", encoding="utf-8")
    (data / "secret_key.txt").write_text("secret", encoding="utf-8")
    (data / "secret_key.txt").chmod(0o600)
    settings.SITE_FOLDER, settings.DATA_FOLDER, settings.MEDIA_ROOT = tmp_path, data, data / "media"
    settings.STANDFIRST = replace(settings.STANDFIRST, data=data)
    start_record.write(settings.STANDFIRST)
    write_runs(scheduler.file(), {job.name: Run(clock.now().isoformat(), 0.1) for job in JOBS})
    return data


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


def grades(findings: Iterator[Finding]) -> list[Grade]:
    return [finding.grade for finding in findings]


def test_a_healthy_site_is_told_so(healthy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run(Namespace(json=False))

    said = capsys.readouterr().out
    # The tests' database need not survive a pulled plug, and says so.
    assert [line for line in said.splitlines() if line.startswith(("WARN", "FAIL  ")) and "database" not in line] == []
    assert code == (exits.FAILED if "FAIL" in said else exits.FINE)


def test_findings_can_be_had_as_json(healthy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.run(Namespace(json=True))

    findings = json.loads(capsys.readouterr().out)
    assert {"grade", "what", "seen", "advice"} == set(findings[0])
    assert findings[0]["what"] == "database"


def test_whatever_is_not_well_says_what_to_do(healthy: Path) -> None:
    for finding in checkup.examine():
        assert finding.grade is Grade.OK or finding.advice


def test_a_database_that_does_not_answer_hides_nothing_else(
    healthy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor_database, "unready", lambda: "the database cannot be reached (gone).")

    code = command.run(Namespace(json=False))

    said = capsys.readouterr().out
    assert code == exits.FAILED
    assert "FAIL  database: the database cannot be reached (gone)." in said
    assert "data folder" in said
    assert "tasks" not in said


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own pragmas")
def test_a_database_that_would_lose_data_is_a_failure() -> None:
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA synchronous").fetchone()[0]
        found = doctor_database.sqlite()

    assert (found.grade is Grade.OK) == (before == doctor_database.SYNCHRONOUS_FULL)


def waiting(enqueued_at: datetime) -> None:
    with time_machine.travel(enqueued_at, tick=False):
        DBTaskResult.objects.create(
            status=TaskResultStatus.READY,
            args_kwargs={"args": [], "kwargs": {}},
            task_path="standfirst.nowhere.task",
            backend_name="default",
            run_after=get_date_max(),
            exception_class_path="",
            traceback="",
        )


@pytest.mark.parametrize(("minutes", "grade"), [(4, Grade.OK), (6, Grade.FAIL)])
def test_a_task_that_waits_for_long_means_that_no_worker_runs(minutes: int, grade: Grade) -> None:
    DBTaskResult.objects.all().delete()
    waiting(NOW - timedelta(minutes=minutes))

    with time_machine.travel(NOW, tick=False):
        assert only(doctor_database.queue()).grade is grade


def test_a_task_that_failed_today_is_named() -> None:
    DBTaskResult.objects.all().delete()
    waiting(clock.now())
    task = DBTaskResult.objects.get()
    task.set_failed(RuntimeError("no luck"))

    _tasks, failed = doctor_database.queue()

    assert failed.grade is Grade.WARN
    assert "standfirst.nowhere.task with builtins.RuntimeError" in failed.seen


@pytest.mark.parametrize(("minutes", "grade"), [(4, Grade.OK), (6, Grade.WARN)])
def test_a_follower_that_stays_behind_is_named(minutes: int, grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "_followers", {"mail": print})
    Change.objects.all().delete()
    Cursor.objects.all().delete()
    Cursor.objects.create(follower="mail", change_id=0, moved_at=NOW)
    Change.objects.create(key="stories", at=NOW - timedelta(minutes=minutes))

    with time_machine.travel(NOW, tick=False):
        found = only(doctor_database.followers())

    assert found.what == "follower mail"
    assert found.grade is grade


def test_a_follower_that_fails_again_and_again_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_outside", {"cdn": Outside(print)})
    Cursor.objects.create(
        follower="cdn", change_id=changes.head(), moved_at=NOW, tries=7, error="PurgeFailed: answered 403"
    )

    found = only(doctor_database.followers())

    assert found.grade is Grade.WARN
    assert "7 times in a row: PurgeFailed: answered 403" in found.seen


def test_a_follower_that_was_configured_once_and_is_no_more_is_not_looked_at() -> None:
    Cursor.objects.all().delete()
    Cursor.objects.create(follower="gone", change_id=0, moved_at=NOW, tries=9)

    assert list(doctor_database.followers()) == []


def test_a_clock_that_was_set_back_is_seen() -> None:
    Change.objects.create(key="stories", at=clock.now() + timedelta(hours=3))

    assert only(doctor_database.same_time()).grade is Grade.WARN


def test_others_must_not_read_the_keys(healthy: Path) -> None:
    assert grades(doctor_machine.secrets_are_private()) == [Grade.OK]

    (healthy / "secret_key.txt").chmod(stat.S_IRUSR | stat.S_IROTH)

    found = only(doctor_machine.secrets_are_private())
    assert found.grade is Grade.FAIL
    assert found.advice == f"chmod 600 {healthy / 'secret_key.txt'}"


def test_a_folder_that_cannot_be_written_is_named(healthy: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = healthy / "secret_key.txt" / "media"

    found = [finding for finding in doctor_machine.folders() if finding.what == "media folder"]

    assert found[0].grade is Grade.FAIL


@pytest.mark.parametrize(("free_mib", "grade"), [(50, Grade.FAIL), (500, Grade.WARN), (5_000, Grade.OK)])
def test_a_disk_that_fills_up_is_seen_in_time(
    healthy: Path, monkeypatch: pytest.MonkeyPatch, free_mib: int, grade: Grade
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: Namespace(free=free_mib * 1024 * 1024))

    assert [finding.grade for finding in doctor_machine.folders() if finding.what == "disk"] == [grade]


def test_static_files_of_another_version_are_seen(healthy: Path) -> None:
    assert only(doctor_machine.static_files()).grade is Grade.OK

    (healthy / "start.json").write_text('{"static": "another"}', encoding="utf-8")

    assert only(doctor_machine.static_files()).advice == "standfirst migrate"


@pytest.fixture
def mail_at(settings: Any) -> Callable[[int], None]:
    def at(port: int) -> None:
        settings.STANDFIRST = replace(settings.STANDFIRST, mail_url=f"smtp://127.0.0.1:{port}")
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
            }
        }

    return at


def test_a_mail_server_that_answers_is_well(mail_at: Callable[[int], None]) -> None:
    server = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        mail_at(server.port)
        assert only(doctor_machine.mail()).grade is Grade.OK
    finally:
        server.stop()


def test_a_mail_server_that_does_not_answer_is_a_failure(mail_at: Callable[[int], None]) -> None:
    mail_at(free_port())

    found = only(doctor_machine.mail())

    assert found.grade is Grade.FAIL
    assert "Connection refused" in found.seen


def test_a_port_that_speaks_no_smtp_is_a_failure(mail_at: Callable[[int], None]) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        mail_at(sock.getsockname()[1])
        sock.close()

        assert only(doctor_machine.mail()).grade is Grade.FAIL


def test_jobs_that_are_late_or_fail_are_named(healthy: Path) -> None:
    write_runs(
        scheduler.file(),
        {JOBS[0].name: Run(clock.now().isoformat(), 0.1, error="OSError: disk full", failures=3)},
    )

    late, failing = doctor_machine.schedule()

    assert late.grade is Grade.WARN
    assert JOBS[1].name in late.seen
    assert failing.seen == f"{JOBS[0].name}: OSError: disk full"


def test_a_check_that_breaks_is_a_finding_itself(healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Finding]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(checkup, "MACHINE", (broken,))

    assert Finding(Grade.FAIL, "broken", "the disk is gone", "Nothing more could be seen of it.") in checkup.examine()
