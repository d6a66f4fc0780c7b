"""The meter's words for the element on other sites' pages: so that its script needs no language."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from standfirst.funding.meter import Meter


def words(meter: Meter | None, slug: str) -> dict[str, str]:
    """Return what the element shows: the sum in a sentence, how long is left, and where to give."""
    if meter is None:
        return {}
    return {
        "sentence": _sentence(meter),
        "time_left": _time_left(meter),
        "support_path": reverse("support") + (f"{slug}/" if slug else ""),
    }


def _sentence(meter: Meter) -> str:
    if meter.goal is None:
        return _("%(raised)s given") % {"raised": meter.raised_text()}
    return _("%(raised)s of %(goal)s") % {"raised": meter.raised_text(), "goal": meter.goal_text()}


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
