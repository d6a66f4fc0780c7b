"""The meter's words for the element on other sites' pages: so that its script needs no language."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from standfirst.funding.meter import Meter


def words(meter: Meter | None, slug: str) -> dict[str, str | list[Any]]:
    """Return what the element shows: the sum in a sentence, how long is left, and where to give."""
    if meter is None:
        return {}
    return {
        "sentence": meter.sentence,
        "parts": parts(meter),
        "notes": [note.text for note in meter.notes],
        "time_left": _time_left(meter),
        "support_path": reverse("support") + (f"{slug}/" if slug else ""),
    }


def parts(meter: Meter) -> list[tuple[str, int]]:
    """Return the bar's parts in the order in which they are drawn, and where each ends, in thousandths."""
    if not meter.bar_max:
        return []
    found = [("raised", meter.bar_value)]
    if meter.bar_on_its_way > meter.bar_value:
        found.insert(0, ("coming", meter.bar_on_its_way))
    if meter.bar_promised > meter.bar_on_its_way:
        found.append(("promised", meter.bar_promised))
    return [(kind, end * 1_000 // meter.bar_max) for kind, end in found]


def _time_left(meter: Meter) -> str:
    if not meter.days_left:
        return ""
    if meter.last_day:
        return _("last day of %(month)s") % {"month": meter.month_name()}
    said = ngettext(
        "%(days)s day left until the end of %(month)s",
        "%(days)s days left until the end of %(month)s",
        meter.days_left,
    )
    return said % {"days": meter.days_left, "month": meter.month_name()}
