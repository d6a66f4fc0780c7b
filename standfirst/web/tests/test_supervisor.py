"""The supervisor with real processes: small programs that need no site."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from standfirst.web import exits
from standfirst.web.processes.supervisor import RESTART_SECONDS_MAX, Child, Program, _shown

pytestmark = pytest.mark.one_database

SECONDS_TO_WAIT_MAX = 20.0

# Writes its process id, then sleeps; "stubborn" does not care for SIGTERM; "brief" ends at once.
SLEEPER = """
import os, signal, sys, time
name, kind = sys.argv[1:]
if kind == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(name, "a") as file:
    file.write(f"{os.getpid()}\\n")
if kind == "brief":
    sys.exit(3)
time.sleep(60)
"""
RUNNER = """
import sys, os
from standfirst.web.processes import supervisor
supervisor.STOP_SECONDS_MAX, supervisor.RESTART_SECONDS_FIRST = 1.5, 0.2
programs = [supervisor.Program(f"{kind}-{number}", "sleeper", (f"{number}.pids", kind))
            for number, kind in enumerate(sys.argv[1:])]
sys.exit(supervisor.Supervisor(programs, environment=dict(os.environ), say=lambda line: print(line, flush=True)).run())
"""


def until[T](found: Callable[[], T]) -> T:
    """Wait for a condition, and fail if it does not come true in time."""
    deadline = time.monotonic() + SECONDS_TO_WAIT_MAX
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


class Running:
    """A supervisor in a process of its own, and the programs that it started."""

    def __init__(self, folder: Path, kinds: tuple[str, ...]) -> None:
        self.folder = folder
        self.kinds = kinds
        (folder / "sleeper.py").write_text(SLEEPER, encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, *kinds],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def pids(self, number: int) -> list[int]:
        file = self.folder / f"{number}.pids"
        return [int(line) for line in file.read_text(encoding="ascii").split()] if file.exists() else []

    def started(self) -> list[int]:
        until(lambda: all(self.pids(number) for number in range(len(self.kinds))))
        return [self.pids(number)[-1] for number in range(len(self.kinds))]

    def end(self) -> tuple[int, str]:
        output, _errors = self.process.communicate(timeout=SECONDS_TO_WAIT_MAX)
        return self.process.returncode, output


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def start(*kinds: str) -> Running:
        running.append(Running(tmp_path, kinds))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_process(supervise: Callable[..., Running], number: signal.Signals) -> None:
    running = supervise("sleeper", "sleeper")
    children = running.started()

    running.process.send_signal(number)
    code, _output = running.end()

    assert code == exits.FINE
    assert not any(alive(pid) for pid in children)


def test_a_killed_child_comes_back(supervise: Callable[..., Running]) -> None:
    running = supervise("sleeper", "sleeper")
    first, second = running.started()

    os.kill(first, signal.SIGKILL)
    until(lambda: len(running.pids(0)) == 2)

    assert running.pids(0)[1] != first
    assert running.pids(1) == [second]
    running.process.terminate()
    assert "sleeper-0 ended (killed by SIGKILL); starting it again in 0.2 s" in running.end()[1]


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(supervise: Callable[..., Running]) -> None:
    running = supervise("brief")

    until(lambda: len(running.pids(0)) == 3)
    running.process.terminate()
    output = running.end()[1]

    assert "brief-0 ended (exit code 3); starting it again in 0.2 s" in output
    assert "brief-0 ended (exit code 3); starting it again in 0.4 s" in output


def test_a_child_that_ignores_the_signal_is_killed_in_time(supervise: Callable[..., Running]) -> None:
    running = supervise("stubborn", "sleeper")
    children = running.started()

    running.process.terminate()
    code, output = running.end()

    assert code == exits.FINE
    assert "stubborn-0 did not end in time and was killed" in output
    assert not any(alive(pid) for pid in children)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells a child of its parent's death on Linux only")
def test_the_children_end_when_the_supervisor_is_killed(supervise: Callable[..., Running]) -> None:
    running = supervise("sleeper", "sleeper")
    children = running.started()

    running.process.kill()

    until(lambda: not any(alive(pid) for pid in children))


def test_the_delay_doubles_up_to_a_limit() -> None:
    child = Child(Program("x", "x"), {})

    delays = [child.slow_down() for _ in range(8)]

    assert delays == [1, 2, 4, 8, 16, RESTART_SECONDS_MAX, RESTART_SECONDS_MAX, RESTART_SECONDS_MAX]


def test_an_exit_code_is_told_in_words() -> None:
    assert [_shown(code) for code in (0, 3, -9, -63)] == [
        "exit code 0",
        "exit code 3",
        "killed by SIGKILL",
        "killed by signal 63",
    ]
