"""The real nginx with the configuration that we give to hosts, on free ports and in a folder of its own."""

import getpass
import http.client
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from standfirst.testing.sites import free_port, until

CONFIGURATION = Path(__file__).parents[2] / "docs" / "operating" / "nginx.conf"
NAME = "paper.example.org"
SECONDS_MAX = 30.0


def program() -> str | None:
    """Return where nginx is, None if it is not installed. Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came through nginx. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Nginx:
    """nginx in front of an application on this machine. Without ``tls`` it speaks plain HTTP, for measuring."""

    def __init__(self, folder: Path, *, application_port: int, tls: bool = True) -> None:
        self.folder = folder
        self.tls = tls
        self.application_port = application_port
        self.port, self.port_plain = free_port(), free_port()
        self.cache = folder / "cache"
        self._certificate, self._key = folder / "certificate.pem", folder / "key.pem"

    @contextmanager
    def running(self) -> Iterator["Nginx"]:
        """Serve until the block ends."""
        for name in ("cache", "temporary"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        make_certificate(self._certificate, self._key)
        (self.folder / "nginx.conf").write_text(self.configuration(), encoding="utf-8")
        process = subprocess.Popen(  # noqa: S603 - installed by the host
            [program() or "nginx", "-e", f"{self.folder}/error.log", "-c", f"{self.folder}/nginx.conf"],
            stdout=subprocess.DEVNULL,
        )
        try:
            until(lambda: process.poll() is not None or self._listens(), seconds=SECONDS_MAX)
            if process.poll() is not None:
                raise AssertionError((self.folder / "error.log").read_text(encoding="utf-8"))
            yield self
        finally:
            process.terminate()
            process.wait(timeout=SECONDS_MAX)

    def configuration(self) -> str:
        """Return the hosts' configuration with this one's ports, folders and certificate."""
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""  # or it could not read our folder
        temporary = "".join(
            f"    {name}_temp_path {self.folder}/temporary/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = CONFIGURATION.read_text(encoding="utf-8")
        for before, after in {
            "user www-data;": f"{user}\ndaemon off;",
            "worker_rlimit_nofile 65536;": "",
            "worker_connections 16384;": "worker_connections 512;",
            "/run/nginx.pid": f"{self.folder}/pid",
            "/var/log/nginx/": f"{self.folder}/",
            "http {\n": f"http {{\n{temporary}",
            "127.0.0.1:8000": f"127.0.0.1:{self.application_port}",
            "/var/cache/nginx/standfirst": str(self.cache),
            "listen 80": f"listen 127.0.0.1:{self.port_plain}",
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "/etc/letsencrypt/live/paper.example.org/fullchain.pem": str(self._certificate),
            "/etc/letsencrypt/live/paper.example.org/privkey.pem": str(self._key),
        }.items():
            if before not in text:
                raise AssertionError(f"{CONFIGURATION.name} no longer says {before!r}")
            text = text.replace(before, after)
        if not self.tls:
            text = text.replace(" ssl http2", "")
        left_out = ("listen [::]",) if self.tls else ("listen [::]", "ssl_")
        return "\n".join(line for line in text.splitlines() if not line.strip().startswith(left_out)) + "\n"

    def connect(self, *, name: str = NAME, address: str = "127.0.0.1") -> http.client.HTTPConnection:
        """Return a TLS connection in the name of ``name``, from one of the addresses of loopback."""
        trusted = ssl.create_default_context(cafile=str(self._certificate))
        connection = http.client.HTTPConnection(NAME, timeout=SECONDS_MAX)
        plain = socket.create_connection(("127.0.0.1", self.port), SECONDS_MAX, source_address=(address, 0))
        try:
            connection.sock = trusted.wrap_socket(plain, server_hostname=name)
        except BaseException:
            plain.close()
            raise
        return connection

    def ask(
        self, path: str, *, method: str = "GET", body: str | None = None, address: str = "127.0.0.1", **headers: str
    ) -> Answer:
        """Ask for anything; headers are keywords with underscores."""
        connection = self.connect(address=address)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers={"accept-encoding": "", **named})
            response = connection.getresponse()
            return Answer(
                response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            )
        finally:
            connection.close()

    def stored(self) -> set[str]:
        """Return the keys of everything in the cache."""
        found = set()
        for path in self.cache.rglob("*"):
            if path.is_file() and (key := path.read_bytes().partition(b"\nKEY: ")[2].partition(b"\n")[0]):
                found.add(key.decode())
        return found

    def _listens(self) -> bool:
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", self.port)) == 0


def make_certificate(certificate: Path, key: Path) -> None:
    """Make a certificate for a day that vouches for itself."""
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run(  # noqa: S603 - fixed words
        ["openssl", "req", "-x509", *kind, *names, "-days", "1", "-keyout", str(key), "-out", str(certificate)],  # noqa: S607
        check=True,
        capture_output=True,
    )
