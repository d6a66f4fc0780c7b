"""How a letter looks: the same words as plain text and as a small page, set like the paper."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from standfirst.mail.house import House, house


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a letter says: paragraphs, a few figures, at most one thing to do, and words in small print.

    ``action`` is (what it says, where it leads). The address may hold a ``%%word%%`` that is filled in at sending.
    """

    heading: str
    paragraphs: tuple[str, ...]
    figures: tuple[tuple[str, str], ...] = ()
    action: tuple[str, str] | None = None
    after: tuple[str, ...] = ()
    small: tuple[str, ...] = ()


def composed(sheet: Sheet, sender: House | None = None) -> dict[str, str]:
    """Return ``text`` and ``html`` of a letter, for ``outbox.put``, in the language that is active.

    Whoever writes many letters gives the ``sender`` with each, so that it is read once.
    """
    sender = sender or house()
    context = {"sheet": sheet, "house": sender}
    return {"text": _text(sheet, sender.name), "html": render_to_string("mail/letter.html", context)}


def _text(sheet: Sheet, signed: str) -> str:
    parts = [*sheet.paragraphs]
    if sheet.figures:
        parts.append("\n".join(f"{name}: {value}" for name, value in sheet.figures))
    if sheet.action:
        parts.append(f"{sheet.action[0]}:\n{sheet.action[1]}")
    parts += [*sheet.after, signed]
    if sheet.small:
        parts.append("-- \n" + "\n".join(sheet.small))
    return "\n\n".join(parts) + "\n"
