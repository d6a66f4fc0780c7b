"""What a process has cost so far, as the kernel counts it."""

import os
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int, *, with_ended: bool = False) -> float:
    """Return the CPU time of a process with all its threads, and its ended children if asked; steps of ten ms."""
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return sum(int(ticks) for ticks in fields[11 : 15 if with_ended else 13]) / _TICKS_A_SECOND


def rss_mib(pid: int) -> float:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def below(pid: int) -> list[int]:
    """Return the process and all below it, parents first."""
    found = {pid: None}
    parents = {
        int(stat.parent.name): int(fields[1]) for stat in Path("/proc").glob("[0-9]*/stat") if (fields := _fields(stat))
    }
    for _generation in range(4):
        found |= {child: None for child, parent in sorted(parents.items()) if parent in found}
    return list(found)


def named(pid: int, title: str) -> int:
    """Return the last of the processes below ``pid`` whose title begins so: the one that does the work."""
    return [each for each in below(pid) if _title(each).startswith(title)][-1]


def _title(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def _fields(stat: Path) -> list[str]:
    """Return what follows the name in a ``stat`` of /proc; nothing if the process has just ended."""
    try:
        return stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
