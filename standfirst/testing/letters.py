"""What a site without a mail server has written into its folder instead of sending it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from standfirst.testing.sites import until

_BETWEEN = re.compile(rb"^-{79}\n", re.MULTILINE)  # what Django writes after each letter
_LINK = re.compile(r"https?://\S+/support/me/links/[\w-]+/")


def letters_to(address: str, folder: Path) -> list[EmailMessage]:
    """Return the letters to ``address``, the oldest first; ``folder`` is the site's."""
    files = sorted((folder / "data" / "mail").glob("*.log"))
    letters = [
        message_from_bytes(each, policy=policy.default)
        for file in files
        for each in _BETWEEN.split(file.read_bytes())
        if each.strip()
    ]
    return [letter for letter in letters if letter["To"] == address]


def letter_to(address: str, about: str, folder: Path) -> EmailMessage:
    """Wait for a letter to ``address`` with ``about`` in its subject; return the newest one."""
    return until(lambda: [each for each in letters_to(address, folder) if about in str(each["Subject"])])[-1]


def words_of(letter: EmailMessage) -> str:
    """Return a letter's plain text."""
    body = letter.get_body(("plain",))
    if body is None:
        raise AssertionError("a letter without a text")
    return str(body.get_content())


def link_in(letter: EmailMessage) -> str:
    """Return the address at which a letter opens the page of its supporter."""
    found = _LINK.search(words_of(letter))
    if found is None:
        raise AssertionError(words_of(letter))
    return found[0]
