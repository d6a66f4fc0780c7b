"""Where the files stand: two for each name, complete or not at all."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

SIZES = ("", "-small")
_NAME = re.compile(r"[0-9a-f]{32}")
_FILE = re.compile(r"([0-9a-f]{32})(?:|-small)\.webp(?:|\.new)")


def is_name(name: str) -> bool:
    """Say whether ``name`` is one of those that we give."""
    return bool(_NAME.fullmatch(name))


def path(name: str, size: str = "") -> Path:
    """Return where the file of ``name`` stands. ValueError for what is no name of ours."""
    if not is_name(name) or size not in SIZES:
        raise ValueError(name)
    return _folder() / name[:2] / f"{name}{size}.webp"


def put(name: str, pieces: Iterable[bytes]) -> None:
    """Put the files of ``name`` there, on the disk when this returns; what fails leaves none of them. OSError."""
    try:
        for size, piece in zip(SIZES, pieces, strict=True):
            _put(path(name, size), piece)
    except BaseException:
        remove(name)
        raise


def remove(*names: str) -> None:
    """Remove the files of ``names``; what is not there is no fault."""
    for name in names:
        for size in SIZES:
            whole = path(name, size)
            whole.unlink(missing_ok=True)
            _draft(whole).unlink(missing_ok=True)


def rested(seconds: float) -> Iterator[set[str]]:
    """Yield names of which a file has not changed for so long, a folder's at a time."""
    until = time.time() - seconds
    for folder in sorted(_folder().glob("[0-9a-f][0-9a-f]")):
        found = {each[1]: file for file in folder.iterdir() if (each := _FILE.fullmatch(file.name))}
        yield {name for name, file in found.items() if file.stat().st_mtime <= until}


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "comments"


def _put(whole: Path, piece: bytes) -> None:
    whole.parent.mkdir(parents=True, exist_ok=True)
    with _draft(whole).open("wb") as file:
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    _draft(whole).replace(whole)


def _draft(whole: Path) -> Path:
    return whole.with_name(f"{whole.name}.new")
