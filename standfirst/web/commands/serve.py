"""``standfirst serve``: web, worker and scheduler of a site, under one supervisor."""

import argparse
import contextlib
import errno
import fcntl
import http.client
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from standfirst.funding.rehearsal import keys
from standfirst.web import configuration, exits
from standfirst.web.configuration import Configuration
from standfirst.web.processes import start_record
from standfirst.web.processes.supervisor import Program, Supervisor, launch
from standfirst.web.secrets_file import secret
from standfirst.web.terminal import complain, say

CONNECTIONS_BESIDE_STREAMS = 1024  # requests under way in a web process, beside the live streams
DESCRIPTORS_MAX = 65_536
UNDELIVERED_SECONDS_MAX = 60.0  # a phone in a tunnel comes back sooner; a client that reads nothing never does
FIRST_PAGE_SECONDS_MAX = 120.0
BEHIND_READERS = 10  # the nice value of what nobody waits for at the moment
BEHIND_EVERYBODY = 15  # and of work that may take its time: pictures, letters, receipts
SIGN_INS_FILE_NAME = "sign-ins.txt"  # of a sample publication; printed in rehearsal only
LOCK_FILE_NAME = "serve.lock"
EVENTS_PATH = "/funding/events/stripe/"
WORKER = Program("worker", "standfirst.web.processes.worker", django=True, nice=BEHIND_EVERYBODY)


class CannotServe(Exception):
    """The site cannot be served: one line for people, an exit code for scripts."""

    def __init__(self, line: str, code: int) -> None:
        super().__init__(line)
        self.code = code


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    site = Path(os.environ["STANDFIRST_SITE"])
    config = configuration.read(site)
    try:
        with only_one(config.data), listening(arguments.host, arguments.port) as sock:
            environment = environment_of(config, sock) | metrics_folder(config)
            programs = programs_of(config, sock)
            ready = start_record.still_true(config, url=environment["STANDFIRST_URL"])
            supervisor = Supervisor(
                programs,
                environment=environment,
                say=complain,
                running={} if ready else {WORKER.name: preparing(WORKER, environment)},
            )
            return serve(config, sock, supervisor, environment["STANDFIRST_URL"])
    except CannotServe as error:
        complain(str(error))
        return error.code


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the site's lock: two schedulers and workers on one site would do everything twice."""
    try:
        data.mkdir(mode=0o750, parents=True, exist_ok=True)
        file = (data / LOCK_FILE_NAME).open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotServe(f"the data folder {data} cannot be written: {error.strerror}", exits.FAILED) from error
    with file:
        _lock(file, data)
        yield


def _lock(file: TextIO, data: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        line = f"the site in {data.parent} is being served already, by process {holder}."
        raise CannotServe(line, exits.ALREADY_RUNNING) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Open the listening socket, which lives as long as the supervisor."""
    with opened(host, port) as sock:
        sock.listen(CONNECTIONS_BESIDE_STREAMS)
        yield sock


def opened(host: str, port: int) -> socket.socket:
    """Return a socket bound to ``host`` and ``port``. CannotServe if that is not to be had."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise CannotServe(f"--host {host}: no such address on this machine.", exits.USAGE) from error
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        drop_clients_that_take_nothing(sock, UNDELIVERED_SECONDS_MAX)
        sock.bind(address)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            line = f"port {port} is taken by another program. Stop that, or choose another port with --port."
            raise CannotServe(line, exits.PORT_TAKEN) from error
        raise CannotServe(f"cannot listen on {host}, port {port}: {error.strerror}.", exits.USAGE) from error
    return sock


def drop_clients_that_take_nothing(sock: socket.socket, seconds: float) -> None:
    """Have the system close connections of ``sock`` on which what was sent has not arrived for that long.

    Accepted connections inherit it. Only Linux can; elsewhere TCP itself gives up after a quarter of an hour.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        sock.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


def environment_of(config: Configuration, sock: socket.socket) -> dict[str, str]:
    """Return the environment of the site's processes.

    A site whose address nobody set is reached where it listens.
    """
    here = f"http://{shown_host(sock)}:{sock.getsockname()[1]}"
    return {
        # Fewer arenas, and large blocks (pictures) given back at once: less memory lies idle.
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "262144",
        "MALLOC_TRIM_THRESHOLD_": "262144",
        **os.environ,
        "STANDFIRST_URL": config.url if config.env.given("STANDFIRST_URL") else here,
    }


def metrics_folder(config: Configuration) -> dict[str, str]:
    """Make the folder in which the web processes note their figures, empty; {} if nobody may read them."""
    if not config.metrics_token:
        return {}
    folder = config.data / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o750)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def shown_host(sock: socket.socket) -> str:
    """Return the host under which a browser on this machine reaches ``sock``."""
    host = str(sock.getsockname()[0])
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def preparing(worker: Program, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start ``worker``, have it check the database and the static files first, and return its process.

    Ends this process with the worker's exit code if the site cannot be served.
    """
    reading, writing = os.pipe()
    arguments = (str(writing), str(worker.nice))  # readers wait for the first part, so it does not give way to others
    process = launch(replace(worker, nice=0, arguments=arguments, descriptors=(writing,)), environment)
    os.close(writing)
    try:
        with open(reading, "rb") as told:  # noqa: PTH123 - it has no path
            if told.read(1):
                return process
        code = process.wait()
    except BaseException:
        process.kill()
        raise
    sys.exit(code if code > 0 else exits.FAILED)


def programs_of(config: Configuration, sock: socket.socket) -> list[Program]:
    """Return the processes of the site."""
    web = (str(sock.fileno()), str(config.web_processes), str(config.streams_max + CONNECTIONS_BESIDE_STREAMS))
    programs = [
        Program("web", "standfirst.web.processes.web", web, descriptors=(sock.fileno(),)),
        WORKER,
    ]
    if config.mode == "rehearsal":
        programs.append(rehearsal(config, sock))
    return programs


def rehearsal(config: Configuration, sock: socket.socket) -> Program:
    """Return the rehearsal's payment service. CannotServe if its port is taken."""
    address = urlsplit(config.rehearsal_url)
    at_home = urlsplit(config.url).hostname in configuration.LOOPBACK
    site = f"http://{shown_host(sock)}:{sock.getsockname()[1]}" if at_home else config.url
    try:
        opened(str(address.hostname), address.port or 80).close()
    except CannotServe as error:
        line = f"STANDFIRST_REHEARSAL_URL={config.rehearsal_url}: {error}"
        raise CannotServe(line.replace("--port", "this setting"), error.code) from error
    arguments = {
        "--port": str(address.port or 80),
        "--public-url": config.rehearsal_url,
        "--webhook-url": site + EVENTS_PATH,
        "--data": str(config.data / "rehearsal.sqlite3"),
        "--clock": str(config.clock_file),
    }
    secrets = keys.environment(secret(config.data, "secret_key"))
    flat = tuple(part for pair in arguments.items() for part in pair)
    return Program("rehearsal", "standfirst.funding.rehearsal", flat, environment=secrets, nice=BEHIND_READERS)


def serve(config: Configuration, sock: socket.socket, supervisor: Supervisor, url: str) -> int:
    """Watch over the site's processes, and say when the first page answers."""
    for doubt in configuration.doubts(config):
        complain(f"note: {doubt}")
    raise_descriptor_limit()
    sock.set_inheritable(True)
    threading.Thread(target=announce, args=(config, sock, url, supervisor), daemon=True).start()
    return supervisor.run()


def raise_descriptor_limit() -> None:
    """Allow as many open connections as the machine's owner lets us; each live stream is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS_MAX if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_MAX)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def announce(config: Configuration, sock: socket.socket, url: str, supervisor: Supervisor) -> None:
    """Print the address when the first page answers."""
    deadline = time.monotonic() + FIRST_PAGE_SECONDS_MAX
    while time.monotonic() < deadline and not supervisor.stopping:
        status = first_page(shown_host(sock).strip("[]"), sock.getsockname()[1], urlsplit(url).netloc)
        if status is None:
            time.sleep(0.2)
            continue
        if status >= http.client.INTERNAL_SERVER_ERROR:
            complain(f"the front page answers with an error ({status}); the log above says why")
        sign_ins = config.data / SIGN_INS_FILE_NAME
        if config.mode == "rehearsal" and sign_ins.is_file():
            say(sign_ins.read_text(encoding="utf-8"))
        say(f"Standfirst is ready at {url}/ (the desk: {url}/desk/). Stop it with Ctrl-C.")
        return


def first_page(host: str, port: int, name: str) -> int | None:
    """Ask for the front page and return its status, None while nothing answers."""
    connection = http.client.HTTPConnection(host, port, timeout=FIRST_PAGE_SECONDS_MAX)
    try:
        connection.request("GET", "/", headers={"Host": name})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
