"""A comment's words for a letter: plain, short, and with nothing that a mail program would make a link of."""

import html as entities
import re

from django.utils.translation import gettext

LENGTH_MAX = 600  # characters: a long paragraph; the rest is on the page
_READ_MAX = 2 * LENGTH_MAX  # characters, before links are taken out
_INLINE = re.compile(r"</?(?:a|b|code|del|em|i|s|strong)\b[^>]*>")  # around words; every other tag parts lines
_TAG = re.compile(r"<[^>]*>")
_AROUND = ".,;:!?()[]{}<>\"'“”‘’„«»…*_"
# Mail programs make links of anything that reads like the name of a host, with or without a scheme.
_HOST = re.compile(r"[^\W_][.．][^\W\d_]{2,}")


def of(html: str) -> str:
    """Return the first words of a comment's sanitised ``html``, a line for each paragraph."""
    plain = entities.unescape(_TAG.sub("\n", _INLINE.sub("", html)))
    lines = " \n ".join(" ".join(line.split()) for line in plain.splitlines() if line.strip())
    words = "\n".join(without_links(line) for line in lines[:_READ_MAX].split("\n"))
    if len(words) <= LENGTH_MAX:
        return words
    return re.split(r"\s(?=\S*$)", words[:LENGTH_MAX])[0] + "…"


def without_links(words: str) -> str:
    """Return ``words``, with the word "link" in place of whatever would lead away."""
    return " ".join(_calm(word) for word in words.split())


def _calm(word: str) -> str:
    bare = word.strip(_AROUND)
    if "://" not in bare and "@" not in bare and not _HOST.search(bare):
        return word
    before, _bare, after = word.partition(bare)
    return f"{before}[{gettext('link')}]{after}"
