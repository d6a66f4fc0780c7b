"""The meter as a small picture for other places: an SVG without script, style sheet or foreign font."""

from django.template.loader import render_to_string

from standfirst.funding.meter import Meter

WIDTH = 360  # the picture's own units; it scales
BAR_WIDTH = WIDTH - 32


def svg(meter: Meter | None) -> str:
    """Return the picture; without a campaign it says that none takes gifts."""
    filled = 0
    if meter is not None and meter.goal is not None:
        filled = BAR_WIDTH * meter.bar_value // meter.bar_max
    context = {"meter": meter, "width": WIDTH, "bar": BAR_WIDTH, "filled": filled}
    return render_to_string("funding/public/badge.svg", context).strip()
