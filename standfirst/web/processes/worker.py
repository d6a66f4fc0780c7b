"""The worker process: background tasks, and in threads beside them the scheduler, the postman
and the followers that call out.

One process for all, as each would load the whole of Django and none is busy for long. For the
same reason it also prepares the site before anything is served: started with a DESCRIPTOR, it
first does that, and writes a byte there when the site may be served. Then it becomes as NICE as
a worker should be.

    python -m standfirst.web.processes.worker [DESCRIPTOR NICE]
"""

import logging
import os
import sys
import threading

from django.db import connection, transaction
from django.tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from standfirst.delivery import outside
from standfirst.mail import postman
from standfirst.web.processes import preflight as supervisor_preflight
from standfirst.web.processes import scheduler

POLL_SECONDS = 0.25  # a look into the queue costs about a third of a millisecond
TRIES_MAX = 3  # of a task during which the process died; it may be what kills it
STOP_SECONDS_MAX = 5.0

logger = logging.getLogger(__name__)


def take_up_orphans() -> int:
    """Put tasks whose worker died back into the queue, and give up those that died three times.

    Only one worker serves a site (the supervisor's lock sees to that), so what is marked as
    running when it starts is not. Tasks are written to be repeated. Return how many were taken up.
    """
    taken = 0
    with transaction.atomic():
        for task in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
            if len(task.worker_ids) < TRIES_MAX:
                task.status = TaskResultStatus.READY
                task.save(update_fields=["status"])
                taken += 1
            else:
                task.set_failed(RuntimeError(f"the worker died {TRIES_MAX} times during this task"))
                logger.error("task %s was given up: the worker died %d times during it", task.task_path, TRIES_MAX)
    return taken


def prepare(descriptor: int) -> None:
    """Prepare the site and tell so; end the process with an exit code if the site cannot be served."""
    code = supervisor_preflight.prepare()
    if code:
        sys.exit(code)
    with open(descriptor, "wb") as told:
        told.write(b"1")


def main() -> None:
    """Work until SIGTERM; the task that runs then is finished."""
    if sys.argv[1:]:
        descriptor, nice = (int(each) for each in sys.argv[1:])
        prepare(descriptor)
        os.nice(nice)
    # It warns of every orderly end.
    logging.getLogger("django_tasks_db").setLevel(logging.ERROR)
    taken = take_up_orphans()
    if taken:
        logger.warning("%d tasks that were cut off are run again", taken)
    connection.close()
    stop = threading.Event()
    thread = threading.Thread(target=scheduler.run, args=(stop,), name="scheduler", daemon=True)
    worker = Worker(
        queue_names=["*"],
        interval=POLL_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="standfirst",
        excluded_queue_names=[],
    )
    worker.configure_signals()
    thread.start()
    postman.start(stop)
    outside.start(stop)  # daemons: a call that hangs must not hold up the end
    try:
        worker.run()
    finally:
        stop.set()
        thread.join(STOP_SECONDS_MAX)


if __name__ == "__main__":
    main()
