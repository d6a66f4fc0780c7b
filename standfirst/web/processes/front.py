"""A web process: the front, and forked from it the processes that answer requests. See delivery/apart.py.

On PostgreSQL another one settles the payment services' messages, see funding/payments/settlers.py.
"""

import gc
import os
import threading

import setproctitle
from django.db import connection

from standfirst.delivery import apart, changes
from standfirst.delivery.handler import Handler
from standfirst.funding.payments import settlers
from standfirst.web import application
from standfirst.web.files import Files
from standfirst.web.processes.child import end_with_parent

TITLE = "standfirst: views"
SETTLER = "standfirst: settler"
BEHIND_STORED_PAGES = 10  # its nice value: on a full machine the front is asked first, and mostly needs nothing else


def started(descriptor: int) -> Files:
    """Fork the processes that answer requests, and return the application that stands in front of them.

    ``descriptor`` is the listening socket, which they let go of. Call it while this one has one thread.
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
        if not apart_settler:  # in each: whichever is brought a message answers before it settles it
            settlers.start()

    apart_settler = connection.vendor == "postgresql"
    changes.share_turns()
    settler = [settlers.forked(lambda: begin(SETTLER))] if apart_settler else []
    begins = [begin_views] * application.views()
    backend, pids = apart.forked(Handler, connections=application.calls_at_once(), begins=begins)
    for each in (*settler, *pids):
        threading.Thread(target=_end_with, args=(each,), name="forked", daemon=True).start()
    return application.site_application(backend)


def _end_with(pid: int) -> None:
    """End this process when one that was forked from it has ended: the supervisor starts all of them anew."""
    os.waitpid(pid, 0)
    os._exit(1)
