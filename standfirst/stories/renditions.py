"""Pictures in the sizes and formats that readers get, made in the background, never in a request."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.tasks import task

from standfirst.stories.models import Picture
from standfirst.stories.pictures import Rendition
from standfirst.stories.publishing import announce_picture

WIDTHS = (480, 960, 1600)  # CSS pixels of a phone, a desk, and both at two device pixels each
COLUMNS = ("description", "caption", "credit", "licence", "source_url", "width", "height")  # what a set needs
FORMATS = ("avif", "webp", "jpeg")

_RENDITIONS = "SELECT image_id, filter_spec, width, file FROM stories_picturerendition WHERE image_id IN ({})"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PictureSet:
    """A picture as a page shows it: its words, its size, its addresses by width."""

    number: int
    alt: str
    caption: str
    credit: str
    licence: str
    source_url: str
    width: int
    height: int
    avif_srcset: str
    webp_srcset: str
    jpeg_srcset: str
    src: str

    @property
    def key(self) -> str:
        """The key that is touched when the picture changes."""
        return f"picture:{self.number}"


def specs(width: int) -> list[str]:
    """Return Wagtail's filter specs for a picture of that width: never wider than it is."""
    widths = [each for each in WIDTHS if each < width] or []
    if len(widths) < len(WIDTHS):
        widths.append(width)
    return [f"width-{each}|format-{form}" for each in widths for form in FORMATS]


def read(pictures: Iterable[Picture]) -> None:
    """Read the renditions of all ``pictures`` that a page will show, in one query."""
    unread = [picture for picture in pictures if picture.made is None]
    made: dict[int, list[Rendition]] = {picture.pk: [] for picture in unread}
    if made:
        with connection.cursor() as cursor:
            cursor.execute(_RENDITIONS.format(", ".join(["%s"] * len(made))), list(made))
            for number, spec, width, name in cursor.fetchall():
                made[number].append(Rendition(spec, width, _url(name)))
    for picture in unread:
        picture.made = made[picture.pk]


def picture_set(picture: Picture, *, alt: str = "", caption: str = "") -> PictureSet:
    """Return ``picture`` with the renditions that exist; none is made here. ``read`` those of many at once."""
    read([picture])
    made: dict[str, list[tuple[int, str]]] = {form: [] for form in FORMATS}
    for rendition in picture.made or ():
        form = rendition.filter_spec.rpartition("format-")[2]
        if form in made and rendition.filter_spec.startswith("width-"):
            made[form].append((rendition.width, rendition.url))
    jpegs = sorted(made["jpeg"])
    return PictureSet(
        number=picture.pk,
        alt=alt or picture.description,
        caption=caption or picture.caption,
        credit=picture.credit,
        licence=picture.licence,
        source_url=picture.source_url,
        width=picture.width,
        height=picture.height,
        avif_srcset=_srcset(made["avif"]),
        webp_srcset=_srcset(made["webp"]),
        jpeg_srcset=_srcset(made["jpeg"]),
        src=jpegs[len(jpegs) // 2][1] if jpegs else "",
    )


@lru_cache(maxsize=4_096)
def _url(name: str) -> str:
    return default_storage.url(name)


def _srcset(made: list[tuple[int, str]]) -> str:
    return ", ".join(f"{url} {width}w" for width, url in sorted(made))


@task()
def make_for_picture(number: int) -> int:
    """Make every rendition of a picture that is missing; return how many there are now. Harmless to repeat."""
    picture = Picture.objects.filter(pk=number).first()
    if picture is None:
        return 0
    try:
        made = picture.get_renditions(*specs(picture.width))
    except (OSError, ValueError):
        log.exception("picture %s: its renditions could not be made", number)
        return 0
    with transaction.atomic():
        announce_picture(number=number)
    return len(made)
