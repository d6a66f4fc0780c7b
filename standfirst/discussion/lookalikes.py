"""Letters that are mistaken for each other, folded into one: for names that pose as others, and words that hide."""

import unicodedata

# Letters of other scripts that read as Latin ones: those that impostors use, after Unicode's confusables.
_LETTERS = str.maketrans(
    dict(
        zip(
            "аеорсухіјѕԁԛԝһѵӏкмтвнгпαβεικνορτυχγηω0134578ıɩɑɡʟʀɴʙǃßæøđł",
            "aeopcyxijsdqwhvikmtbhrnabeikvoptuxynwoieastbiiaglrnbibaodi",
            strict=True,
        )
    )
)
_CAPITALS = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")


def folded(text: str) -> str:
    """Return ``text`` in small Latin letters without accents, as far as its letters and digits look like some."""
    small = unicodedata.normalize("NFKC", text).translate(_CAPITALS).casefold()
    plain = unicodedata.normalize("NFKD", small)
    return "".join(char for char in plain if unicodedata.category(char)[0] != "M").translate(_LETTERS)
