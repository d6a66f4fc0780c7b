"""Which addresses in a comment are pictures, as far as an address tells. Nobody asks their servers."""

import re
from dataclasses import dataclass
from html import unescape

_LINK = re.compile(r'<a href="([^"]*)"')
# Over https, from a server whose name can stand in a policy as it is. The script cards.js has the same expression.
_PICTURE = re.compile(
    r"https://([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?)/[^?#]*\.(?:avif|gif|jpe?g|png|webp)(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class PictureElsewhere:
    """The address of a picture, and the server that has it."""

    address: str
    server: str


def pictures_in(html: str) -> list[PictureElsewhere]:
    """Return the pictures among the links of sanitised ``html``, in order."""
    found = (_PICTURE.fullmatch(unescape(address)) for address in _LINK.findall(html))
    return [PictureElsewhere(each[0], each[1].lower()) for each in found if each]
