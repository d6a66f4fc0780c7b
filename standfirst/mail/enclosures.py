"""What is put into a letter at the moment of sending: attachments, and words that must not lie in the database.

A subject registers a builder for its kind of letter. So a PDF is made once, when it is needed,
and the secret of a link exists in the mail and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the letter."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """``words`` replace ``%%name%%`` in text and HTML; they are put in as they are, so they must be safe in both.

    What a word holds is not looked through again. ``headers`` stand beside the letter's own.
    """

    attachments: tuple[Attachment, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class NothingToSend(Exception):
    """A builder's word that the letter has no point (any more); it is dropped."""


type Builder = Callable[[str, str], Enclosure]

_builders: dict[str, Builder] = {}


def register(kind: str, builder: Builder) -> None:
    """Have ``builder(reference, to)`` called before each try to send a letter of ``kind``.

    It runs outside of any transaction, may be called more than once for a letter, and may raise NothingToSend.
    """
    _builders[kind] = builder


def build(kind: str, reference: str, to: str) -> Enclosure:
    """Return what belongs into a letter. KeyError for a kind that nobody registered."""
    return _builders[kind](reference, to) if kind else Enclosure()
