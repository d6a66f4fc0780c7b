"""Which addresses in a comment are pictures, as far as an address tells. Nobody asks their servers."""

import re
from html import unescape
from urllib.parse import urlsplit

_LINK = re.compile(r'<a href="([^"]*)"')
_PICTURE = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)", re.IGNORECASE)
# What may stand in a policy's list of sources as it is; a name in another script is not made a card.
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?", re.IGNORECASE)


def pictures_in(html: str) -> list[str]:
    """Return the addresses of pictures among the links of sanitised ``html``, in order; over https only."""
    return [address for address in map(unescape, _LINK.findall(html)) if is_picture(address)]


def is_picture(address: str) -> bool:
    """Say whether ``address`` ends as a picture's does, and its server's name can stand in a policy."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    ending = parts.path[parts.path.rfind(".") :]
    return parts.scheme == "https" and bool(_HOST.fullmatch(parts.netloc)) and bool(_PICTURE.fullmatch(ending))
