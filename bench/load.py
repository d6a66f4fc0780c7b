"""Load from wrk, bounded in time and connections, and what it says."""

import re
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CONNECTIONS = 32
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class LoadFailed(Exception):
    """The server did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second, and the 99th percentile of the latency."""

    per_second: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s, p99 {self.p99_ms:.1f} ms"


def wrk(url: str, *, seconds: int, connections: int = CONNECTIONS, script: Sequence[str] = (), **headers: str) -> Load:
    """Ask for ``url`` as often as possible; ``script``: a script that makes the requests, and what it is given."""
    given = [part for name, value in headers.items() for part in ("-H", f"{name.replace('_', '-')}: {value}")]
    given += ["-s", script[0]] if script else []
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s", *given, url]
    command += ["--", *script[1:]] if script else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return parsed(done.stdout, url)


def parsed(said: str, url: str) -> Load:
    """Read what wrk said. LoadFailed if anything but 2xx and 3xx was answered, nothing, or too late."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", said)
    failed = "Non-2xx" in said or re.search(r"Socket errors:.*(connect|timeout) [1-9]", said)
    if rate is None or late is None or failed or float(rate[1]) == 0:
        raise LoadFailed(f"{url} did not bear the load: {' '.join(said.split()) or 'wrk said nothing'}")
    return Load(float(rate[1]), float(late[1]) * _UNITS[late[2]])


def median(loads: Iterable[Load]) -> Load:
    """Return the median of each figure."""
    taken = list(loads)
    return Load(statistics.median(each.per_second for each in taken), statistics.median(each.p99_ms for each in taken))
