"""Keeps a site's processes running: starts them, restarts what dies, ends them in good time.

It knows nothing of Django and loads next to nothing, so that it costs little memory and
has little to fail with.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from standfirst.web import exits

STOP_SECONDS_MAX = 9.0  # from the signal to the end of the last process; service managers often give 10
RESTART_SECONDS_FIRST = 1.0
RESTART_SECONDS_MAX = 30.0
STEADY_SECONDS = 60.0  # a process that ran this long has recovered: its next restart is quick again


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running: a Python module, started by ``standfirst.web.processes.child``."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    django: bool = False
    nice: int = 0  # above 0 it gives way to others when there is not enough processor for all
    descriptors: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)  # beside that of all


def command_of(program: Program) -> list[str]:
    """Return the command line that starts ``program`` as a child of this process."""
    loads = "django" if program.django else "plain"
    starter = [sys.executable, "-m", "standfirst.web.processes.child", str(os.getpid()), str(program.nice)]
    return [*starter, loads, program.name, program.module, *program.arguments]


def launch(program: Program, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process of ``program`` in a group of its own, so that Ctrl-C reaches the supervisor alone."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        command_of(program),
        env={**environment, **program.environment},
        pass_fds=program.descriptors,
        stdin=subprocess.DEVNULL,
        process_group=0,
    )


class Child:
    """One program, whether it runs now, and when it may be started again."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at = 0.0
        self._environment = environment
        self._started_at = 0.0
        self._delay_seconds = RESTART_SECONDS_FIRST

    def start(self) -> None:
        """Start the process."""
        self.watch(launch(self.program, self._environment))

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Take ``process`` for the program's."""
        self._started_at = time.monotonic()
        self.process = process

    def ended(self) -> int | None:
        """Return the exit code of a process that has just ended, and plan its restart."""
        code = None if self.process is None else self.process.poll()
        if code is None:
            return None
        self._kill_group()  # what it left behind must not hold the port or the database
        self.process = None
        if time.monotonic() - self._started_at >= STEADY_SECONDS:
            self._delay_seconds = RESTART_SECONDS_FIRST
        self.start_at = time.monotonic() + self._delay_seconds
        return code

    def slow_down(self) -> float:
        """Return the seconds until the planned restart, and double the next ones."""
        seconds = self._delay_seconds
        self._delay_seconds = min(seconds * 2, RESTART_SECONDS_MAX)
        return seconds

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it does and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End the process and what it started, at once."""
        if self.process is not None:
            self._kill_group()
            self.process.wait()

    def _kill_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Runs ``programs`` until SIGTERM or SIGINT; ``say`` gets one line for each thing that happens.

    ``running`` are processes that were started before, by the name of their program.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        running: Mapping[str, subprocess.Popen[bytes]] | None = None,
    ) -> None:
        self._children = [Child(program, environment) for program in programs]
        self._say = say
        self._signals = 0
        for child in self._children:
            if running and child.program.name in running:
                child.watch(running[child.program.name])

    @property
    def stopping(self) -> bool:
        """Whether the end was asked for."""
        return self._signals > 0

    def run(self) -> int:
        """Keep the programs running; return when all have ended after a signal."""
        with self._woken_by_signals() as woken:
            try:
                while not self.stopping:
                    self._restart_what_died()
                    self._wait(woken, self._seconds_to_next_start())
            finally:
                self._stop(woken)
        return exits.FINE

    @contextlib.contextmanager
    def _woken_by_signals(self) -> Iterator[int]:
        def asked(_number: int, _frame: object) -> None:
            self._signals += 1

        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        os.set_blocking(reading, False)
        watched = {signal.SIGTERM: asked, signal.SIGINT: asked, signal.SIGCHLD: lambda *_: None}
        before = {number: signal.signal(number, handler) for number, handler in watched.items()}
        wakeup_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(wakeup_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reading)
            os.close(writing)

    def _wait(self, woken: int, seconds: float | None) -> None:
        select.select([woken], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(woken, 4096)

    def _seconds_to_next_start(self) -> float | None:
        waiting = [child.start_at for child in self._children if child.process is None]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _restart_what_died(self) -> None:
        for child in self._children:
            code = child.ended()
            if code is not None:
                self._say(f"{child.program.name} ended ({_shown(code)}); starting it again in {child.slow_down():g} s")
            if child.process is None and child.start_at <= time.monotonic():
                child.start()

    def _stop(self, woken: int) -> None:
        deadline = time.monotonic() + STOP_SECONDS_MAX
        for child in self._children:
            child.ask_to_stop()
        hurried = self._signals + 1  # a second Ctrl-C
        while self._running() and time.monotonic() < deadline and self._signals < hurried:
            self._wait(woken, deadline - time.monotonic())
        for child in self._running():
            self._say(f"{child.program.name} did not end in time and was killed")
        for child in self._children:
            child.kill()

    def _running(self) -> list[Child]:
        return [child for child in self._children if child.process is not None and child.process.poll() is None]


def _shown(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
