"""Letters that are mistaken for each other, folded into one: for names that pose as others, and words that hide."""

import re
import unicodedata
from functools import lru_cache

NAMES_REMEMBERED_MAX = 2_048  # whose skeleton is known: those of the newsroom and of who writes much

# Letters of other scripts that read as Latin ones: those that impostors use, after Unicode's confusables.
_LOOKALIKES = str.maketrans(
    dict(
        zip(
            "аеорсухіјѕԁԛԝһѵӏкмтвнгпαβεικνορτυχγηω0134578ıɩɑɡʟʀɴʙǃßæøđł",
            "aeopcyxijsdqwhvikmtbhrnabeikvoptuxynwoieastbiiaglrnbibaodi",
            strict=True,
        )
    )
)
_CAPITALS = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")
_STROKE_IN_A_WORD = re.compile(r"(?<=\w)[!|](?=\w)")
# "rn" reads as "m", "vv" as "w", and l and i are the same stroke.
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("l", "i"))


def folded(text: str) -> str:
    """Return ``text`` in small Latin letters without accents, as far as its letters and digits look like some."""
    small = unicodedata.normalize("NFKC", text).translate(_CAPITALS).casefold()
    plain = unicodedata.normalize("NFKD", small)
    return "".join(char for char in plain if unicodedata.category(char)[0] != "M").translate(_LOOKALIKES)


@lru_cache(maxsize=NAMES_REMEMBERED_MAX)
def skeleton(name: str) -> str:
    """Return what ``name`` looks like: two names with the same skeleton are mistaken for each other."""
    letters = folded(_STROKE_IN_A_WORD.sub("i", unicodedata.normalize("NFKC", name)))
    bare = "".join(char for char in letters if char.isalnum())
    for pair, looks_like in _PAIRS:
        bare = bare.replace(pair, looks_like)
    return bare
