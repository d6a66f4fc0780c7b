"""Pictures as people and attackers send them, made on the spot."""

import io
import struct
import zlib
from collections.abc import Iterable

from PIL import Image


def a_picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), colour: str = "#3a6ea5", **options: object
) -> bytes:
    """Return a picture of one colour; ``options`` go to the encoder."""
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **options)
    return written.getvalue()


def with_place() -> bytes:
    """Return a JPEG that says where and with what it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera Works"
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x8825] = {1: "N", 2: (53.0, 33.0, 2.0), 3: "E", 4: (9.0, 59.0, 37.0)}
    return a_picture(size=(60, 40), exif=exif, comment=b"Secret comment")


def a_png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG whose head states a size, whatever comes after it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    inside = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(b"\0" * 4_000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in inside)


def an_icc_bomb() -> bytes:
    """Return a PNG whose colour profile is 200 MB of nothing once it is unpacked."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    return a_png(20, 20, (b"iCCP", b"bomb\0\0" + packed))


def a_gif_of(frames: int) -> bytes:
    """Return a GIF with that many frames."""
    one = a_picture("GIF", size=(8, 8))
    head, frame = one[:-1].split(b"\x2c", 1)
    return head + (b"\x2c" + frame) * frames + b"\x3b"


def a_moving_webp(frames: int = 20) -> bytes:
    """Return an animated WebP."""
    pictures = [Image.new("RGB", (32, 24), (number * 10, 0, 0)) for number in range(frames)]
    written = io.BytesIO()
    pictures[0].save(written, "WEBP", save_all=True, append_images=pictures[1:], duration=20)
    return written.getvalue()


def read(webp: bytes) -> Image.Image:
    """Return a picture that was kept, decoded."""
    found = Image.open(io.BytesIO(webp))
    found.load()
    return found


def holds(data: bytes, words: Iterable[bytes]) -> list[bytes]:
    """Return which of ``words`` stand in ``data``."""
    return [word for word in words if word.lower() in data.lower()]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
