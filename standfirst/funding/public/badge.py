"""The meter as a small picture for other places: an SVG without script, style sheet or foreign font."""

from django.template.loader import render_to_string

from standfirst.funding.meter import Meter

WIDTH = 360  # the picture's own units; it scales
LEFT = 16  # of the text and the bar
BAR_WIDTH = WIDTH - 2 * LEFT


def svg(meter: Meter | None) -> str:
    """Return the picture; without a campaign it says that none takes gifts."""
    reach = {"filled": 0, "coming": 0, "ghost": 0}
    if meter is not None and meter.goal is not None:
        ends = (meter.bar_value, meter.bar_on_its_way, meter.bar_promised)
        filled, coming, ghost = (BAR_WIDTH * end // meter.bar_max for end in ends)
        reach = {"filled": filled, "coming": coming - filled, "ghost": ghost if ghost > coming else 0}
    context = reach | {"meter": meter, "width": WIDTH, "bar": BAR_WIDTH, "left": LEFT}
    context |= {"coming_from": LEFT + reach["filled"], "ghost_at": LEFT + reach["ghost"] - 2}
    return render_to_string("funding/public/badge.svg", context).strip()
