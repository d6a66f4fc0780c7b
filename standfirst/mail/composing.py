"""How a letter looks: the same words as plain text and as a small page, set like the paper."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from standfirst.mail.house import House, house


@dataclass(frozen=True, slots=True)
class Quotation:
    """Somebody else's words, as plain text: about what, by whom and when, and where one reads on."""

    words: str
    said: str
    link: tuple[str, str]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a letter says: paragraphs, quotations, a few figures, at most one thing to do, and words in small print.

    ``action`` is (what it says, where it leads), and so is each of ``doors``, below the small print. Addresses may hold
    ``%%word%%``, filled in at sending.
    """

    heading: str
    paragraphs: tuple[str, ...]
    quotations: tuple[Quotation, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    action: tuple[str, str] | None = None
    after: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    doors: tuple[tuple[str, str], ...] = ()


def composed(sheet: Sheet, sender: House | None = None) -> dict[str, str]:
    """Return ``text`` and ``html`` of a letter, for the ``outbox``, in the language that is active.

    Whoever writes many letters gives the ``sender`` with each, so that it is read once.
    """
    sender = sender or house()
    context = {"sheet": sheet, "house": sender}
    return {"text": _text(sheet, sender.name), "html": render_to_string("mail/letter.html", context)}


def _text(sheet: Sheet, signed: str) -> str:
    parts = [*sheet.paragraphs, *map(_quoted, sheet.quotations)]
    if sheet.figures:
        parts.append("\n".join(f"{name}: {value}" for name, value in sheet.figures))
    if sheet.action:
        parts.append(f"{sheet.action[0]}:\n{sheet.action[1]}")
    parts += [*sheet.after, signed]
    below = [*sheet.small, *(f"{words}: {address}" for words, address in sheet.doors)]
    if below:
        parts.append("-- \n" + "\n".join(below))
    return "\n\n".join(parts) + "\n"


def _quoted(quotation: Quotation) -> str:
    quoted = "\n".join(f"> {line}" for line in quotation.words.splitlines())
    parts = (quotation.about, f"{quotation.said}:", quoted, f"{quotation.link[0]}:\n{quotation.link[1]}")
    return "\n\n".join(part for part in parts if part)
