"""The servers that Standfirst is measured beside, each on a loopback port of its own."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 15
ANSWER_SECONDS_MAX = 60

NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; sendfile on; keepalive_requests 1000000;
  {http} }}
"""
FILE = "server {{ listen 127.0.0.1:{port}; root {folder}; default_type text/html; add_header Content-Encoding gzip; }}"


class NotMeasured(Exception):
    """A measure cannot be taken here; one line says why."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    """Return status and body."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as answer:
        return answer.status, answer.read()


OF_THE_CONNECTION = frozenset({"connection", "date", "keep-alive", "server", "transfer-encoding"})


def headers_of(url: str) -> list[tuple[str, str]]:
    """Return the headers of a page without those that every server adds: who is compared with it says as much."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as answer:
        return [(name.lower(), value) for name, value in answer.getheaders() if name.lower() not in OF_THE_CONNECTION]


def wait_for(url: str, process: subprocess.Popen[bytes]) -> float:
    """Wait until ``url`` answers 200; return the seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS_MAX:
        if process.poll() is not None:
            raise NotMeasured(f"{Path(str(process.args[0])).name} ended with {process.returncode}")  # type: ignore[index]
        try:
            if fetch(url)[0] == 200:
                return time.monotonic() - began
        except (urllib.error.URLError, OSError, http.client.HTTPException):
            time.sleep(0.02)
    raise NotMeasured(f"{url} did not answer within {START_SECONDS_MAX} seconds")


def wait_until(true: Callable[[], bool], otherwise: str) -> None:
    """Wait for a condition. NotMeasured with ``otherwise`` if it does not come true."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while not true():
        if time.monotonic() > deadline:
            raise NotMeasured(otherwise)
        time.sleep(0.05)


@contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command until the block ends."""
    silent = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=silent, stderr=silent, process_group=0
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it may have left behind
        process.wait()


@contextmanager
def bare(url: str, body: bytes) -> Iterator[str]:
    """Serve ``body`` with the headers of the page at ``url`` by an ASGI application that does nothing else."""
    port = free_port()
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        options = ("--interface", "asginl", "--port", str(port), "--no-ws", "--log-level", "warning")
        command = (sys.executable, "-m", "granian", *options, "bench.bare:application")
        with running(*command, BENCH_BODY=file.name, BENCH_HEADERS=json.dumps(headers_of(url))) as process:
            wait_for(f"http://127.0.0.1:{port}/", process)
            yield f"http://127.0.0.1:{port}/"


@contextmanager
def nginx(http_block: str, folder: Path, port: int) -> Iterator[str]:
    """Run nginx with one worker and this in its http block."""
    folder.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, http=http_block), encoding="utf-8")
    with running("nginx", "-e", f"{folder}/error.log", "-c", str(config)) as process:
        wait_for(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx_file(body: bytes) -> Iterator[str]:
    """Serve ``body`` as a static file."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "index.html").write_bytes(body)
        with nginx(FILE.format(folder=folder, port=port), folder, port) as url:
            yield f"{url}/"
