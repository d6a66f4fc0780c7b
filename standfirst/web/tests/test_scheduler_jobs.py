from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from standfirst.discussion.models import Comment, Thread
from standfirst.discussion.moderating import reports
from standfirst.funding import tasks
from standfirst.funding.books.checking import Broken
from standfirst.testing.discussion import a_comment, a_thread
from standfirst.web.processes import jobs as scheduler_jobs
from standfirst.web.processes import worker as supervisor_worker

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def task(status: TaskResultStatus, *, workers: int = 1, finished_at: datetime | None = None) -> Any:
    return DBTaskResult.objects.create(
        status=status,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="standfirst.nowhere.task",
        worker_ids=["w"] * workers,
        backend_name="default",
        run_after=get_date_max(),
        exception_class_path="",
        traceback="",
        finished_at=finished_at,
    )


def test_results_of_tasks_are_kept_for_two_weeks() -> None:
    DBTaskResult.objects.all().delete()
    task(TaskResultStatus.SUCCESSFUL, finished_at=NOW - timedelta(days=15))
    young = task(TaskResultStatus.SUCCESSFUL, finished_at=NOW - timedelta(days=13))
    waiting = task(TaskResultStatus.READY)

    with time_machine.travel(NOW, tick=False):
        scheduler_jobs.prune_task_results()

    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}


def test_a_task_that_was_cut_off_is_run_again() -> None:
    cut_off = task(TaskResultStatus.RUNNING)
    done = task(TaskResultStatus.SUCCESSFUL)

    taken = supervisor_worker.take_up_orphans()

    cut_off.refresh_from_db()
    done.refresh_from_db()
    assert taken == 1
    assert cut_off.status == TaskResultStatus.READY
    assert done.status == TaskResultStatus.SUCCESSFUL


def test_a_task_that_kills_its_worker_is_given_up_the_third_time(caplog: pytest.LogCaptureFixture) -> None:
    deadly = task(TaskResultStatus.RUNNING, workers=supervisor_worker.TRIES_MAX)

    taken = supervisor_worker.take_up_orphans()

    deadly.refresh_from_db()
    assert taken == 0
    assert deadly.status == TaskResultStatus.FAILED
    assert "was given up" in caplog.text


def test_self_checks_are_silent_where_all_is_well() -> None:
    a_comment(a_thread("story:1"))

    scheduler_jobs.check_books()
    scheduler_jobs.check_comment_counts()


def test_a_wrong_count_fails_the_self_check_by_its_name() -> None:
    thread = a_thread("story:1")
    a_comment(thread)
    Thread.objects.filter(pk=thread.pk).update(published_count=7)

    with pytest.raises(scheduler_jobs.SelfCheckFailed, match="is 7, should be 1"):
        scheduler_jobs.check_comment_counts()


def test_a_wrong_number_of_open_reports_fails_the_self_check() -> None:
    comment = a_comment(a_thread("story:1"))
    reports.report(comment_id=comment.pk, reason="insult")
    scheduler_jobs.check_comment_counts()
    Comment.objects.filter(pk=comment.pk).update(open_reports=3)

    with pytest.raises(scheduler_jobs.SelfCheckFailed, match=r"comment\.open_reports .* is 3, should be 1"):
        scheduler_jobs.check_comment_counts()


def test_broken_books_fail_the_self_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ledger_self_check", lambda **_wishes: [Broken("the books balance", "EUR")])

    with pytest.raises(scheduler_jobs.SelfCheckFailed, match=r"the books balance \(EUR\)"):
        scheduler_jobs.check_books()


def test_tidying_runs_on_an_empty_site() -> None:
    scheduler_jobs.forget_sessions()
