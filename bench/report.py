"""What a measure found, and the table of it: each figure beside what it must show."""

import platform
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; ``holds`` is None where nothing is demanded of it."""

    measure: str
    figure: str
    must: str = "–"
    holds: bool | None = None


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a Markdown table."""
    words = {True: "yes", False: "no", None: "–"}
    cells = ((row.measure, row.figure, row.must, words[row.holds]) for row in rows)
    head = ("measure", "figure", "must show", "holds")
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ("---",) * len(head), *cells))


def machine() -> str:
    """Say when and on what this was measured, and how busy that was beforehand."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = sorted({line.partition(":")[2].strip() for line in lines if line.startswith("model name")})
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    load = Path("/proc/loadavg").read_text(encoding="utf-8").split()[0]
    on = f"{time.strftime('%Y-%m-%d')}, {', '.join(names)}, {cores} cores shared with the client"
    return f"{on}, Python {platform.python_version()}, load {load} before.\n{speed()}"


def speed() -> str:
    """Say how fast a core is just now: figures of CPU time of two runs compare only where this is the same."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return f"Ten million additions in Python take {time.process_time() - began:.2f} s of CPU."
