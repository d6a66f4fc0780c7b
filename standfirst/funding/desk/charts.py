"""Bars drawn on the server: whole numbers in, an SVG's coordinates out. The same figures always stand in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 160  # of the drawing's own units; the page scales it
STEP = 32  # from one bar to the next
BAR = 22  # how wide a bar is
LABEL_ROOM = 20  # below the bars
LABELS_MAX = 12  # more would stand on each other


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, what it says, and up to where the one it is compared with reached (or None)."""

    x: int
    y: int
    height: int
    middle: int
    label: str
    said: str
    mark: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars side by side. ``name`` tells several on a page apart."""

    name: str
    title: str
    bars: tuple[Bar, ...]
    width: int
    height: int
    floor: int
    bar: int


def bars(
    name: str, title: str, values: Sequence[tuple[str, int, str]], *, marks: Sequence[int | None] | None = None
) -> Chart:
    """Return a chart of ``values``: label, number and the number in words. A negative number has no height."""
    compared = list(marks) if marks is not None else [None] * len(values)
    most = max([1, *(value for _label, value, _said in values), *(mark for mark in compared if mark is not None)])
    every = -(-len(values) // LABELS_MAX) or 1
    drawn = []
    for place, ((label, value, said), mark) in enumerate(zip(values, compared, strict=True)):
        height = max(value, 0) * HEIGHT // most
        drawn.append(
            Bar(
                x=place * STEP + (STEP - BAR) // 2,
                y=HEIGHT - height,
                height=height,
                middle=place * STEP + STEP // 2,
                label=label if place % every == 0 else "",
                said=said,
                mark=None if mark is None else HEIGHT - max(mark, 0) * HEIGHT // most,
            )
        )
    width = max(len(values), 1) * STEP
    return Chart(name, title, tuple(drawn), width, HEIGHT + LABEL_ROOM, HEIGHT, BAR)
