"""Isso from PyPI under gunicorn, in a virtual environment and folder that are removed afterwards."""

import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.servers import free_port, running, wait_for
from bench.wordpress import said

URI = "/a-story/"
WORKERS = "4"  # as Isso's manual has it
PATIENCE_SECONDS = "120"  # gunicorn's own 30 are too few for a whole thread of ten thousand on a busy machine
CONFIG = """
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
log-file = {folder}/isso.log
[server]
trusted-proxies = 127.0.0.1
[guard]
enabled = false
[hash]
salt = not-used
"""


@contextmanager
def isso(folder: Path, comments: Sequence[tuple[int | None, str, str]]) -> Iterator[str]:
    """Serve a thread of ``comments`` (number of the parent, name, text); yield the address of its comments."""
    said(sys.executable, "-m", "venv", str(folder / "venv"))
    programs = folder / "venv" / "bin"
    said(str(programs / "pip"), "install", "-q", "isso", "gunicorn", "setuptools")
    port, config = free_port(), folder / "isso.cfg"
    config.write_text(CONFIG.format(folder=folder, port=port), encoding="utf-8")
    command = (
        str(programs / "gunicorn"),
        "-b",
        f"127.0.0.1:{port}",
        "-w",
        WORKERS,
        "-t",
        PATIENCE_SECONDS,
        "--preload",
        "isso.run",
    )
    with running(*command, ISSO_SETTINGS=str(config)) as process:
        wait_for(f"http://127.0.0.1:{port}/js/embed.min.js", process)
        fill(folder / "comments.db", comments)
        yield f"http://127.0.0.1:{port}/?uri={URI}"


def fill(path: Path, comments: Sequence[tuple[int | None, str, str]]) -> None:
    """Write a thread into Isso's database."""
    begun = time.time() - len(comments)
    with sqlite3.connect(path) as database:
        thread = database.execute("INSERT INTO threads (uri, title) VALUES (?, 'A story')", (URI,)).lastrowid
        database.executemany(
            "INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, author, likes, dislikes, voters)"
            " VALUES (?, ?, ?, ?, 1, '127.0.0.0', ?, ?, 0, 0, x'')",
            [
                (thread, number, parent, begun + number, text, name)
                for number, (parent, name, text) in enumerate(comments, 1)
            ],
        )
