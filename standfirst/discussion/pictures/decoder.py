"""A program of its own that makes two safe pictures of whatever it is given.

    python -m standfirst.discussion.pictures.decoder < upload > two-pictures

It reads an upload from its standard input and writes a line of JSON, then a large and a small WebP. What a
picture says of itself beside its pixels (place, camera, colours' profile, frames after the first) does not come
along. It loads neither Django nor a secret, and the system ends it when it takes more memory or time than a
picture needs, so that a decoder's fault stays its own.
"""

import io
import json
import resource
import sys

from PIL import Image, ImageOps

UPLOAD_BYTES_MAX = 8 * 1024 * 1024  # a telephone's picture at its best
PIXELS_MAX = 40_000_000  # of what is decoded; telephones take 12 to 24 million by default
LARGE_EDGE_MAX = 1_600  # pixels of the longer side
SMALL_EDGE_MAX = 720  # in the thread it is at most 24rem wide, twice as fine on a telephone
QUALITY = 80
MEMORY_BYTES_MAX = 1024 * 1024 * 1024  # of address space: a picture of the most pixels with an alpha channel, twice
CPU_SECONDS_MAX = 10
NO_PICTURE, TOO_MANY_PIXELS = 10, 11  # exit codes: what is wrong with it

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


def main() -> int:
    """Decode, or return why not."""
    _limit()
    try:
        picture = _decoded(sys.stdin.buffer.read(UPLOAD_BYTES_MAX + 1))
        large = _fitted(picture, LARGE_EDGE_MAX)
        small = _fitted(large, SMALL_EDGE_MAX)
        pieces = [_webp(large), _webp(small)]
    except (Image.DecompressionBombError, MemoryError):
        return TOO_MANY_PIXELS
    except Exception:  # noqa: BLE001 - decoders raise what they like, and the answer is the same
        return NO_PICTURE
    if large.size == (0, 0):
        return NO_PICTURE
    head = {"width": large.width, "height": large.height, "bytes": [len(piece) for piece in pieces]}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(pieces))
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _decoded(upload: bytes) -> Image.Image:
    """Return the first frame, upright, in plain colours. Its size is looked at before anything is decoded."""
    picture = Image.open(io.BytesIO(upload), formats=_FORMATS)
    if picture.width * picture.height > PIXELS_MAX:
        raise Image.DecompressionBombError
    picture.draft("RGB", (LARGE_EDGE_MAX, LARGE_EDGE_MAX))  # a JPEG can be decoded small at once
    upright = ImageOps.exif_transpose(picture)
    see_through = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    plain = upright.convert("RGBA" if see_through else "RGB")
    plain.info.clear()
    return plain


def _fitted(picture: Image.Image, edge: int) -> Image.Image:
    fitted = picture.copy()
    fitted.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return fitted


def _webp(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main())
