"""A web process: the front, and forked from it the process that answers requests. See delivery/apart.py.

On PostgreSQL another one settles the payment services' messages, see funding/payments/settlers.py.
"""

import gc
import os
import threading

import setproctitle
from django.db import connection

from standfirst.delivery import apart
from standfirst.delivery.handler import Handler
from standfirst.funding.payments import settlers
from standfirst.web import application
from standfirst.web.files import Files
from standfirst.web.processes.child import end_with_parent

TITLE = "standfirst: views"
SETTLER = "standfirst: settler"
BEHIND_STORED_PAGES = 10  # its nice value: on a full machine the front is asked first, and mostly needs nothing else


def started(descriptor: int) -> Files:
    """Fork the process that answers requests, and return the application that stands in front of it.

    ``descriptor`` is the listening socket, which that process lets go of. Call it while this one has one thread.
    """
    application.load_views()
    gc.collect()
    gc.freeze()  # the collector then leaves alone what both share, so that it is held in memory once
    front = os.getpid()

    def begin(title: str) -> None:
        end_with_parent(front)
        setproctitle.setproctitle(title)
        os.nice(BEHIND_STORED_PAGES)
        os.close(descriptor)  # no connection may wait for a process that does not accept

    def begin_views() -> None:
        begin(TITLE)
        if not apart_settler:
            settlers.start()

    apart_settler = connection.vendor == "postgresql"
    pids = [settlers.forked(lambda: begin(SETTLER))] if apart_settler else []
    backend, pid = apart.forked(Handler, connections=application.calls_at_once(), begin=begin_views)
    for each in (*pids, pid):
        threading.Thread(target=_end_with, args=(each,), name="forked", daemon=True).start()
    return application.site_application(backend)


def _end_with(pid: int) -> None:
    """End this process when one that was forked from it has ended: the supervisor starts all of them anew."""
    os.waitpid(pid, 0)
    os._exit(1)
