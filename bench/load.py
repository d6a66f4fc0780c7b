"""Load from wrk, bounded in time and connections, and what it says."""

import re
import statistics
import subprocess
from dataclasses import dataclass

CONNECTIONS = 32
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second, and the 99th percentile of the latency."""

    per_second: float
    p99_ms: float


def wrk(url: str, *, seconds: int, connections: int = CONNECTIONS, **headers: str) -> Load:
    """Ask for ``url`` as often as possible."""
    given = [part for name, value in headers.items() for part in ("-H", f"{name.replace('_', '-')}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *given, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    if rate is None or late is None or "Non-2xx" in said:
        raise SystemExit(f"{url}: {said}")
    return Load(float(rate[1]), float(late[1]) * _UNITS[late[2]])


def median(loads: list[Load]) -> Load:
    """Return the median of each figure."""
    return Load(statistics.median(each.per_second for each in loads), statistics.median(each.p99_ms for each in loads))
