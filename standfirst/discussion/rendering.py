"""A comment as HTML: ``discussion/_comment.html``, through a mould for each shape that a comment can have.

A shape is everything that decides which branches the template takes and in which words. Who overrides the
template may do with a comment what they like; if no mould can repeat it, the template is rendered for
each comment, and the log says why.
"""

import logging
from typing import NamedTuple

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from standfirst.discussion.moulds import Blank, Mould, NoMould, StandIn, Uses, printable
from standfirst.discussion.shown import ShownComment, around_number, times

TEMPLATE = "discussion/_comment.html"
MORE = "discussion/_replies_more.html"
MOULDS_MAX = 256  # of some two kilobytes: in one language, nine shapes times the numbers of answers shown below one
PRINTED = (
    *("id", "parent_id", "name", "initials", "colour", "marks", "html", "event", "level", "url"),
    *("up_count", "down_count", "score", "pictures", "author"),
    *("about_passage", "about_url", "about_asked"),
)
_PRINTED = frozenset(PRINTED)
ADDRESSES = ("votes", "reply", "replies", "follow", "report")
WRITTEN = ("written_at_iso", "written_at_text")

log = logging.getLogger(__name__)


class Shape(NamedTuple):
    """What decides a comment's branches and words."""

    is_gap: bool
    is_edited: bool
    is_picked: bool
    is_open: bool
    about: str
    answers: int
    language: str


class Here(NamedTuple):
    """What is the same for all comments of a page: asked for once, as asking takes a while."""

    is_open: bool
    language: str
    time_zone: str


class Below(NamedTuple):
    """What stands below a comment, as HTML."""

    answers: list[SafeString]
    more: SafeString


class Moulds:
    """The moulds of one process, until one cannot be made."""

    def __init__(self) -> None:
        self.given_up = False
        self._made: dict[Shape, Mould] = {}

    def forget(self) -> None:
        """Make each again, from the templates that are there now."""
        self._made.clear()
        self.given_up = False

    def of(self, shape: Shape, comment: ShownComment, below: Below, here: Here) -> Mould | None:
        """Return the mould for ``shape``, which ``comment`` has; None if the template has to be rendered."""
        if self.given_up or settings.DEBUG:  # where templates change while the process runs
            return None
        return self._made.get(shape) or self._make(shape, comment, below, here)

    def _make(self, shape: Shape, comment: ShownComment, below: Below, here: Here) -> Mould | None:
        try:
            mould = _cast(shape, comment, below, here)
        except NoMould as why:
            self.given_up = True
            log.warning("%s is rendered for each comment, as it does more than a mould can: %s", TEMPLATE, why)
            return None
        if len(self._made) >= MOULDS_MAX:
            self._made.clear()
        self._made[shape] = mould
        return mould


def html(comment: ShownComment, *, is_open: bool) -> SafeString:
    """Return ``comment`` and the answers below it as HTML, in the current language and time zone."""
    return _html(comment, Here(is_open, get_language() or "", get_current_timezone_name()))


def _html(comment: ShownComment, here: Here) -> SafeString:
    below = Below([_html(answer, here) for answer in comment.replies], _more(comment))
    facts = (comment.is_gap, comment.is_edited, comment.is_picked, here.is_open, comment.about)
    shape = Shape(*facts, len(below.answers), here.language)
    mould = moulds.of(shape, comment, below, here)
    return _filled(mould, comment, below, here) if mould else _rendered(comment, below, is_open=here.is_open)


def html_without_moulds(comment: ShownComment, *, is_open: bool) -> SafeString:
    """Return the same from the template itself, which takes much longer."""
    answers = [html_without_moulds(answer, is_open=is_open) for answer in comment.replies]
    return _rendered(comment, Below(answers, _more(comment)), is_open=is_open)


def _cast(shape: Shape, comment: ShownComment, below: Below, here: Here) -> Mould:
    mould = Mould.cast(lambda uses: _blank(shape, uses))
    if _filled(mould, comment, below, here) != _rendered(comment, below, is_open=shape.is_open):
        raise NoMould("a comment comes out otherwise")
    return mould


def _more(comment: ShownComment) -> SafeString:
    if not comment.replies_more and not comment.continues_url:
        return SafeString("")
    return _made_of(MORE, {"comment": comment})


def _filled(mould: Mould, comment: ShownComment, below: Below, here: Here) -> SafeString:
    values = printable(comment, mould.names & _PRINTED)
    values["written_at_iso"], values["written_at_text"] = times(comment.written_at, here.language, here.time_zone)
    values["more"] = below.more
    for number, answer in enumerate(below.answers):
        values[f"answer_{number}"] = answer
    return mould.filled(values)


def _rendered(comment: ShownComment, below: Below, *, is_open: bool) -> SafeString:
    return _made_of(TEMPLATE, {"comment": comment, "is_open": is_open, **below._asdict()})


def _blank(shape: Shape, uses: Uses) -> SafeString:
    facts: dict[str, object] = {name: Blank(name, uses) for name in (*PRINTED, *WRITTEN)}
    for name in ADDRESSES:
        before, after = around_number(name)
        facts[f"{name}_url"] = Blank("id", uses, before=before, after=after)
    facts |= {"is_gap": shape.is_gap, "is_edited": shape.is_edited, "is_picked": shape.is_picked, "about": shape.about}
    comment = StandIn("comment", uses, facts)
    answers = [Blank(f"answer_{number}", uses) for number in range(shape.answers)]
    return _made_of(
        TEMPLATE, {"comment": comment, "is_open": shape.is_open, "answers": answers, "more": Blank("more", uses)}
    )


def _made_of(name: str, context: dict[str, object]) -> SafeString:
    # Numbers are ids, levels and votes: written as digits, which takes a tenth off the whole.
    template = get_template(name).template  # type: ignore[attr-defined]
    html: SafeString = template.render(Context(context, use_l10n=False))
    return html


moulds = Moulds()
