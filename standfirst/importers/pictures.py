"""Whether a file is a picture that may be kept: by what it holds, not by what it is called."""

import warnings
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from standfirst.kit.errors import Refusal

BYTES_MAX = 100 * 1024 * 1024  # of a local file; press photographs as cameras write them
PIXELS_MAX = 50_000_000  # decoding takes three to four bytes for each
SIDE_MAX = 20_000  # pixels; no reader's screen and no camera comes near
_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}


class NotAPicture(Refusal):
    """A file cannot be kept as a picture; ``reason`` says why."""

    code = "importers.not_a_picture"
    status = 422
    message = _("The file is no picture that can be kept: {reason}.")


def checked_extension(file: BinaryIO) -> str:
    """Return the file name extension that fits what ``file`` holds. Refusals: NotAPicture.

    The picture is decoded, so that a broken one is found here and not by a reader.
    """
    file.seek(0)
    try:
        with warnings.catch_warnings():
            # The size is looked at below, before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file, formats=list(_EXTENSIONS))
        _check_size(image)
        if image.format == "JPEG":
            image.draft("RGB", (image.width // 8, image.height // 8))
        image.load()
    except UnidentifiedImageError as error:
        raise NotAPicture(reason="it is none of JPEG, PNG, GIF, WebP and AVIF") from error
    except Image.DecompressionBombError as error:
        raise NotAPicture(reason=f"it has more than {PIXELS_MAX} pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise NotAPicture(reason=f"it is broken ({error})") from error
    finally:
        file.seek(0)
    return _EXTENSIONS[str(image.format)]


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > PIXELS_MAX or max(image.size) > SIDE_MAX:
        raise NotAPicture(reason=f"it has {image.width} × {image.height} pixels, which is too large")
