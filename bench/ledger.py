"""The self-check of a million transfers: how long it takes, and how much memory. On DATABASE_URL or on SQLite."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.report import Row
from bench.servers import ROOT, NotMeasured
from bench.site import COMMAND, Site

TRANSFERS = 1_000_000
SECONDS_MAX = 60
MIB_MAX = 300
_MEASURED = "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
_MEASURED += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024); sys.exit(code)"


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Fill a site of its own, then check it."""
    del site, rounds
    database = "PostgreSQL" if "DATABASE_URL" in os.environ else "SQLite"
    with tempfile.TemporaryDirectory(prefix="standfirst-bench-") as name:
        book = Site(Path(name) / "book")
        for arguments in (["init", str(book.folder)], ["migrate", "--site", str(book.folder)]):
            subprocess.run([COMMAND, *arguments], check=True, capture_output=True)
        made = book.run("bench.book", str(TRANSFERS))["transfers"]
        began, cpu = time.monotonic(), _cpu()
        command = (sys.executable, "-c", _MEASURED, COMMAND, "ledger", "check", "--site", str(book.folder))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        seconds, cpu = time.monotonic() - began, _cpu() - cpu
    if done.returncode:
        raise NotMeasured(f"the check failed: {done.stderr.strip().splitlines()[-1:]}")
    mib = int(done.stdout.splitlines()[-1])
    what = f"self-check of {made:,} transfers on {database}, the whole chain included"
    return [
        Row(what, f"{seconds:.0f} s ({cpu:.0f} s of CPU)", f"≤ {SECONDS_MAX} s", seconds <= SECONDS_MAX),
        Row("its memory", f"{mib} MiB", f"≤ {MIB_MAX} MiB", mib <= MIB_MAX),
    ]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
