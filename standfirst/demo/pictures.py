"""The sample's pictures: drawn at run time, kept with the words that belong to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from wagtail.models import Collection

from standfirst.demo.drawing import Sheet
from standfirst.demo.scenes import rooms, sea, town
from standfirst.demo.writing import pictures_words, table_of
from standfirst.stories.models import Picture

JPEG_QUALITY = 88  # grain needs bits; below 85 it turns into blocks
SQUARE = (1200, 1200)  # a portrait's size in pixels

# In the order in which the worker makes their sizes: those of the front page first.
SCENES: dict[str, Callable[[Sheet], None]] = {
    scene.__name__: scene
    for scene in (
        rooms.council_chamber,
        sea.ferry,
        town.market,
        sea.herring_boats,
        sea.sea_wall,
        town.tram,
        rooms.school_hall,
        rooms.lamp_and_proofs,
        rooms.hundred_coins,
        sea.lighthouse,
        town.bakery,
        rooms.portrait,
        sea.fog_search,
        sea.storm,
        rooms.library,
        sea.salt_pans,
        sea.harbour_at_dawn,
        sea.slipway_after,
        rooms.index_cards,
        rooms.loaves,
        rooms.two_herring,
        town.gull_street,
        town.ice_house,
    )
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that is drawn and not kept yet: JPEG bytes."""

    name: str
    jpeg: bytes


def draw_all() -> list[Drawn]:
    """Draw every picture; about a quarter of a second each. Writes nothing."""
    return [Drawn(name, draw(name)) for name in SCENES]


def draw(name: str) -> bytes:
    """Draw the picture ``name`` and return it as JPEG: the same bytes each time, whatever the seed."""
    sheet = Sheet(name, size=SQUARE) if name == "portrait" else Sheet(name)
    SCENES[name](sheet)
    file = BytesIO()
    sheet.finish().save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return file.getvalue()


def keep_all(drawn: Sequence[Drawn], files: list[str]) -> dict[str, int]:
    """Keep pictures with alt text, caption and credit in the library; return their numbers by name.

    The name of each file that is written is added to ``files``, as a transaction takes back rows only.
    """
    shared, words = table_of("pictures.toml"), pictures_words()
    library = Collection.get_first_root_node()
    numbers = {}
    for each in drawn:
        picture = Picture(
            title=words[each.name]["title"],
            description=words[each.name]["alt"],
            caption=words[each.name]["caption"],
            credit=shared["credit"],
            licence=shared["licence"],
            collection=library,
            file=ContentFile(each.jpeg, name=f"{each.name.replace('_', '-')}.jpg"),
        )
        try:
            picture.save()
        finally:
            files.append(picture.file.name)
        numbers[each.name] = picture.pk
    return numbers


def forget(files: list[str]) -> None:
    """Delete files that were written for pictures whose rows were taken back."""
    storage = Picture._meta.get_field("file").storage  # noqa: SLF001 - Django's public way to a column
    for name in files:
        storage.delete(name)
