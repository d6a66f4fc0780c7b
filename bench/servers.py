"""The servers that are measured, each on a loopback port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS_MAX = 90

NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; sendfile on; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{port}; root {folder}; default_type text/html; add_header Content-Encoding gzip; }} }}
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    """Return status and body."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request) as answer:
        return answer.status, answer.read()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> float:
    """Wait until ``url`` answers 200; return the seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS_MAX:
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with {process.returncode}")
        try:
            if fetch(url)[0] == 200:
                return time.monotonic() - began
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise SystemExit(f"{url} did not answer")


@contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@contextmanager
def sample_site() -> Iterator[Path]:
    """Make a site folder with the sample publication; remove it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="standfirst-bench-"))
    command = str(ROOT / ".venv/bin/standfirst")
    for arguments in (["init", "site"], ["demo", "--site", "site"]):
        subprocess.run([command, *arguments], stdout=subprocess.DEVNULL, check=True, cwd=folder)
    try:
        yield folder / "site"
    finally:
        shutil.rmtree(folder)


@contextmanager
def standfirst(site: Path) -> Iterator[tuple[str, float, int]]:
    """Serve the site; yield its address, the seconds until the first page, and the supervisor's process id."""
    port, payments = free_port(), free_port()
    command = (str(ROOT / ".venv/bin/standfirst"), "serve", "--site", str(site), "--port", str(port))
    # The client poses as a proxy, so that its comments come from many addresses and no limit stops them.
    chosen = {"STANDFIRST_REHEARSAL_URL": f"http://127.0.0.1:{payments}", "STANDFIRST_PROXIES": "127.0.0.1"}
    with running(*command, **chosen) as process:
        url = f"http://127.0.0.1:{port}"
        yield url, wait_for(f"{url}/", process), process.pid


@contextmanager
def bare(body: bytes) -> Iterator[str]:
    """Serve ``body`` by an ASGI application that does nothing else, on the same server."""
    port = free_port()
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        options = ("--interface", "asginl", "--port", str(port), "--no-ws", "--log-level", "warning")
        command = (sys.executable, "-m", "granian", *options, "bench.bare:application")
        with running(*command, BENCH_BODY=file.name) as process:
            wait_for(f"http://127.0.0.1:{port}/", process)
            yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx(body: bytes) -> Iterator[str]:
    """Serve ``body`` as a static file by nginx with one worker."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "index.html").write_bytes(body)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
        with running("nginx", "-e", f"{folder}/error.log", "-c", str(folder / "nginx.conf")) as process:
            wait_for(f"http://127.0.0.1:{port}/", process)
            yield f"http://127.0.0.1:{port}"
