"""A comment's words for a letter: plain, short, and with nothing that a mail program would make a link of."""

import re

from django.utils.translation import gettext

from standfirst.discussion import markup

LENGTH_MAX = 600  # characters: a long paragraph; the rest is on the page
_READ_MAX = 2 * LENGTH_MAX  # characters, before links are taken out
_AROUND = ".,;:!?()[]{}<>\"'“”‘’„«»…*_"
# Mail programs make links of anything that reads like the name of a host, with or without a scheme.
_HOST = re.compile(r"[^\W_][.．][^\W\d_]{2,}")


def of(html: str) -> str:
    """Return the first words of a comment's sanitised ``html``."""
    words = without_links(markup.words(html)[:_READ_MAX])
    if len(words) <= LENGTH_MAX:
        return words
    return words[:LENGTH_MAX].rsplit(" ", 1)[0] + "…"


def without_links(words: str) -> str:
    """Return ``words``, with the word "link" in place of whatever would lead away."""
    return " ".join(_calm(word) for word in words.split())


def _calm(word: str) -> str:
    bare = word.strip(_AROUND)
    if "://" not in bare and "@" not in bare and not _HOST.search(bare):
        return word
    before, _bare, after = word.partition(bare)
    return f"{before}[{gettext('link')}]{after}"
