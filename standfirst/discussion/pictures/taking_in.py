"""A picture on its way in: counted, decoded in a process apart, put on the shelf, pending until it is posted.

The file's name, its ending and the type that the browser states say nothing: what it is, the decoder finds out.
"""

import errno
import json
import logging
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile

from standfirst.delivery.changes import verb
from standfirst.discussion.models import ALT_LENGTH_MAX, CommentPicture, from_address
from standfirst.discussion.pictures import decoder, refused, shelf
from standfirst.kit import clock
from standfirst.kit.text import clean_line

DECODED_AT_ONCE_MAX = 2  # in each process: each takes a processor and some hundred megabytes
WAIT_SECONDS_MAX = 3.0  # for one's turn; whoever waits keeps a thread from others
DECODER_SECONDS_MAX = 20.0  # on the clock; the decoder's own limit is of processor time
ADDRESS_AN_HOUR_MAX = 60  # an office or a school shares an address
PENDING_MAX = 2_000  # in the site: half a gigabyte, if somebody has that many addresses
PENDING_HOURS = 24  # who writes longer at a comment adds the picture again

log = logging.getLogger(__name__)
_turns = threading.BoundedSemaphore(DECODED_AT_ONCE_MAX)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture as it is kept: its files, large and small, and the size of the large one."""

    width: int
    height: int
    files: tuple[bytes, bytes]


def take_in(*, file: UploadedFile[Any], address_hash: str, alt: str = "") -> CommentPicture:
    """Take in a picture that is pending from then on.

    Refusals: PictureTooLarge, NotAPicture, TooManyPixels, TooManyUploads, PicturesBusy, NoRoom.
    """
    if (file.size or 0) > decoder.UPLOAD_BYTES_MAX:
        raise refused.PictureTooLarge(mib_max=decoder.UPLOAD_BYTES_MAX // 1024 // 1024)
    _allow(address_hash)
    decoded = decode(file.file or file)
    name = secrets.token_hex(16)
    _put(name, decoded)
    try:
        return keep_pending(
            name=name, width=decoded.width, height=decoded.height, address_hash=address_hash, alt=clean_alt(alt)
        )
    except BaseException:
        shelf.remove(name)
        raise


@verb
def keep_pending(*, name: str, width: int, height: int, address_hash: str, alt: str) -> CommentPicture:
    """Write down a picture that stands on the shelf. For ``take_in``. Locks nothing, touches nothing."""
    return CommentPicture.objects.create(
        name=name, width=width, height=height, address_hash=address_hash, alt=alt, uploaded_at=clock.now()
    )


def clean_alt(raw: str) -> str:
    """Return what was said of a picture, as it is kept."""
    return clean_line(raw[: 4 * ALT_LENGTH_MAX])[:ALT_LENGTH_MAX].strip()


def decode(upload: IO[bytes] | UploadedFile[Any]) -> Decoded:
    """Return what the decoder makes of ``upload``. Refusals: NotAPicture, TooManyPixels, PicturesBusy."""
    upload.seek(0)
    given = upload.read(decoder.UPLOAD_BYTES_MAX + 1)
    if not given:
        raise refused.NotAPicture
    if not _turns.acquire(timeout=WAIT_SECONDS_MAX):
        raise refused.PicturesBusy
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of the upload on its command line
            [sys.executable, "-I", "-m", decoder.__name__],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=DECODER_SECONDS_MAX,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refused.TooManyPixels from error
    finally:
        _turns.release()
    return _read(done)


def _read(done: subprocess.CompletedProcess[bytes]) -> Decoded:
    if done.returncode == decoder.NO_PICTURE:
        raise refused.NotAPicture
    if done.returncode:  # it says so itself, or the system has ended it for what it took
        raise refused.TooManyPixels
    line, _newline, rest = done.stdout.partition(b"\n")
    head = json.loads(line)
    large = head["bytes"][0]
    return Decoded(head["width"], head["height"], (rest[:large], rest[large:]))


def _put(name: str, decoded: Decoded) -> None:
    try:
        shelf.put(name, decoded.files)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            log.warning("a picture cannot be kept: %s", error)
            raise refused.NoRoom from error
        raise


def _allow(address_hash: str) -> None:
    now = clock.now()
    lately = from_address(CommentPicture.objects.all(), address_hash).filter(uploaded_at__gte=now - timedelta(hours=1))
    if lately.count() >= ADDRESS_AN_HOUR_MAX:
        raise refused.TooManyUploads
    since = now - timedelta(hours=PENDING_HOURS + 1)  # what is older, the sweep has removed
    if CommentPicture.objects.filter(comment__isnull=True, uploaded_at__gte=since).count() >= PENDING_MAX:
        raise refused.PicturesBusy
