"""Papers: what a receipt or a statement shows, drawn as a PDF. The same facts make the same bytes.

The fonts lie beside this module, so that any name in Latin, Greek, Cyrillic, Hebrew or Arabic
letters can be printed on any machine. What is in the Latin letters of Europe alone is drawn with smaller files of
the same fonts, in half the time and to the same bytes.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from standfirst.funding.supporters.letterhead import Letterhead

_FONTS = Path(__file__).parent / "fonts"
_FONT = "Paper"
# What the smaller files have, and the ends of lines.
_LATIN = re.compile(
    "[\n\u0020-\u007e\u00a0-\u017f\u0218-\u021b\u2010-\u2027\u202f\u2030\u2032\u2033\u2039\u203a"
    "\u20a8-\u20ac\u20b4\u20b9\u20ba\u20bd\u2122\u2212]*"
)
_MARGIN_MM = 22
_WIDTH_MM = 210 - 2 * _MARGIN_MM
_LABEL_MM = 56
_LINE_MM = 6
_QUIET = 105  # grey of small print, 0 is black
_HAIR = 190


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a paper, top to bottom, in words that are ready to be read.

    ``stamp`` is printed large where it cannot be missed. ``table`` is (heading, …) and rows of as many cells.
    """

    letterhead: Letterhead
    title: str
    issued_at: datetime
    rows: tuple[tuple[str, str], ...]
    stamp: str = ""
    table: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = field(default=())
    right_to_left: bool = False
    language: str = "en"

    @property
    def words(self) -> str:
        """Everything that it says, line by line: for tests, and for whoever wants it as text."""
        lines = [self.letterhead.name, *self.letterhead.lines, self.title, self.stamp]
        lines += [f"{label}: {value}" for label, value in self.rows]
        lines += [" | ".join(row) for row in self.table]
        return "\n".join([*lines, *self.notes])


def draw(paper: Paper) -> bytes:
    """Return ``paper`` as a PDF. Takes some 50 ms: never inside a transaction."""
    # The library is loaded by whoever draws first: a web process that never does is spared its memory.
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos

    pdf = FPDF(format="A4")
    pdf.set_creation_date(paper.issued_at)
    pdf.set_title(paper.title)
    pdf.set_author(paper.letterhead.name)
    pdf.set_lang(paper.language)
    pdf.set_margins(_MARGIN_MM, _MARGIN_MM)
    pdf.c_margin = 0
    pdf.set_auto_page_break(auto=True, margin=_MARGIN_MM)
    cut = "-Latin" if _LATIN.fullmatch(f"{paper.words}\n{paper.letterhead.closing}") else ""
    pdf.add_font(_FONT, fname=_FONTS / f"DejaVuSansCondensed{cut}.ttf")
    pdf.add_font(_FONT, style="B", fname=_FONTS / f"DejaVuSansCondensed-Bold{cut}.ttf")
    pdf.set_text_shaping(use_shaping_engine=True)
    pdf.add_page()
    pen = _Pen(pdf, "R" if paper.right_to_left else "L", {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT})
    pen.head(paper)
    for label, value in paper.rows:
        pen.row(label, value)
    if paper.table:
        pen.table(paper.table)
    pen.foot((*paper.notes, paper.letterhead.closing))
    return bytes(pdf.output())


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the parts of a paper, each below the one before."""

    pdf: Any
    side: str
    below: dict[str, Any]

    def line(self, text: str, size_pt: int, *, bold: bool = False, grey: int = 0) -> None:
        self.pdf.set_font(_FONT, "B" if bold else "", size_pt)
        self.pdf.set_text_color(grey)
        self.pdf.multi_cell(
            _WIDTH_MM, size_pt * 6 // 10 if size_pt > 12 else _LINE_MM, text, align=self.side, **self.below
        )

    def rule(self) -> None:
        self.pdf.set_draw_color(_HAIR)
        self.pdf.line(_MARGIN_MM, self.pdf.get_y(), _MARGIN_MM + _WIDTH_MM, self.pdf.get_y())

    def head(self, paper: Paper) -> None:
        self.line(paper.letterhead.name, 13, bold=True)
        for line in paper.letterhead.lines:
            self.line(line, 9, grey=_QUIET)
        self.pdf.ln(2)
        self.rule()
        self.pdf.ln(14)
        if paper.stamp:
            self.pdf.set_draw_color(160, 30, 40)
            self.pdf.set_line_width(1)
            self.pdf.set_font(_FONT, "B", 15)
            self.pdf.set_text_color(160, 30, 40)
            self.pdf.multi_cell(_WIDTH_MM, 13, paper.stamp, border=1, align="C", **self.below)
            self.pdf.set_line_width(0)
            self.pdf.ln(8)
        self.line(paper.title, 22, bold=True)
        self.pdf.ln(8)

    def row(self, label: str, value: str) -> None:
        top, left = self.pdf.get_y(), _MARGIN_MM
        label_left = left + _WIDTH_MM - _LABEL_MM if self.side == "R" else left
        value_left = left if self.side == "R" else left + _LABEL_MM
        self.pdf.set_font(_FONT, "", 10)
        self.pdf.set_text_color(_QUIET)
        self.pdf.set_xy(label_left, top)
        self.pdf.multi_cell(_LABEL_MM, _LINE_MM, label, align=self.side, **self.below)
        label_end = self.pdf.get_y()
        self.pdf.set_text_color(0)
        self.pdf.set_font(_FONT, "", 11)
        self.pdf.set_xy(value_left, top)
        self.pdf.multi_cell(_WIDTH_MM - _LABEL_MM, _LINE_MM, value, align=self.side, **self.below)
        self.pdf.set_y(max(label_end, self.pdf.get_y()) + 1)
        self.rule()
        self.pdf.ln(1)

    def table(self, rows: tuple[tuple[str, ...], ...]) -> None:
        self.pdf.ln(6)
        self.pdf.set_font(_FONT, "", 9)
        self.pdf.set_text_color(0)
        with self.pdf.table(
            borders_layout="HORIZONTAL_LINES", line_height=_LINE_MM, text_align=self.side, width=_WIDTH_MM
        ) as table:
            for cells in rows:
                written = table.row()
                for cell in cells:
                    written.cell(cell)

    def foot(self, notes: tuple[str, ...]) -> None:
        self.pdf.ln(8)
        for note in notes:
            if note:
                self.line(note, 9, grey=_QUIET)
                self.pdf.ln(2)
