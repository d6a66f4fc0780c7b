"""Site folders made by the real command, and the command run as a person would."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

SECONDS_TO_WAIT_MAX = 90.0  # a start loads Django twice, beside the other tests


def standfirst(
    *arguments: str, folder: Path | None = None, given: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``standfirst`` in ``folder`` and return what it said and its exit code."""
    return subprocess.run(  # noqa: S603 - our own command
        command(*arguments),
        cwd=folder,
        env=clean_environment(environment),
        input=given,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_WAIT_MAX * 2,
        check=False,
    )


def command(*arguments: str) -> list[str]:
    """Return the command line of ``standfirst``."""
    return [sys.executable, "-c", "from standfirst.web.cli import main; main()", *arguments]


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment without what the tests themselves run on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STANDFIRST_", "DATABASE_URL"))}
    return {**kept, "PYTHONUNBUFFERED": "1", **(more or {})}


def on_site(code: str, *, folder: Path, environment: Mapping[str, str] | None = None) -> Any:
    """Run ``code`` in a process of its own that has the site's settings; return what it leaves in ``told``."""
    whole = f"import django, json\ndjango.setup()\ntold = None\n{code}\nprint(json.dumps(told))"
    on = {"STANDFIRST_SITE": str(folder), "DJANGO_SETTINGS_MODULE": "standfirst.web.settings", **(environment or {})}
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", whole],
        cwd=folder,
        env=clean_environment(on),
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_WAIT_MAX,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def until[T](found: Callable[[], T], *, seconds: float = SECONDS_TO_WAIT_MAX) -> T:
    """Wait for a condition and return it. AssertionError if it does not come true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("waited in vain")


class Served:
    """A site served by ``standfirst serve`` in a process of its own, ``traced`` for coverage if the tests are."""

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str] | None = None, port: int = 0, traced: bool = True
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        rehearsal = {"STANDFIRST_REHEARSAL_URL": f"http://127.0.0.1:{free_port()}"}
        whole = clean_environment({**rehearsal, **(environment or {})})
        if not traced:
            whole.pop("COVERAGE_PROCESS_CONFIG", None)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                command("serve", "--port", str(self.port)),
                cwd=folder,
                env=whole,
                stdout=log,
                stderr=log,
            )

    def ready(self) -> "Served":
        """Wait for the line that says so."""
        until(lambda: "Standfirst is ready" in self.said() or self.process.poll() is not None)
        if self.process.poll() is not None:
            raise AssertionError(self.said())
        return self

    def said(self) -> str:
        """Return the log so far."""
        return self.log.read_text(encoding="utf-8")

    def get(self, path: str = "/", *, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Fetch a page and return its status and text."""
        request = urllib.request.Request(self.url + path, headers=dict(headers or {}))  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - as above
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def children(self) -> dict[str, int]:
        """Return the processes below the supervisor, by the name that they gave themselves. Linux only."""
        found: dict[str, int] = {}
        parents = {self.process.pid}
        for _generation in range(3):  # web, its workers, and what is forked from them
            for status in Path("/proc").glob("[0-9]*/status"):
                fields = _fields(status)
                if int(fields.get("PPid", 0)) in parents and fields.get("State", "Z")[0] != "Z":
                    found[_title(status.parent)] = int(status.parent.name)
            parents |= set(found.values())
        return found

    def kill(self) -> None:
        """Kill every process of the site at once, as a pulled plug would."""
        self.process.send_signal(signal.SIGSTOP)  # so that it starts none anew
        below = self.children()
        for pid in (*below.values(), self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=SECONDS_TO_WAIT_MAX)
        until(lambda: not any(_lives(pid) for pid in below.values()))

    def stop(self) -> float:
        """Send SIGTERM, wait for the end and return the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=SECONDS_TO_WAIT_MAX)
        return time.monotonic() - began


def _lives(pid: int) -> bool:
    return _fields(Path(f"/proc/{pid}/status")).get("State", "Z")[0] != "Z"


def _fields(status: Path) -> dict[str, str]:
    try:
        lines = status.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _colon, value in (line.partition(":") for line in lines)}


def _title(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""
