"""Tables to take away, for those who may see what stands in them."""

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.admin import messages

from standfirst.funding import campaigns, exports
from standfirst.funding.desk.pages import DeskPages, allowed, page
from standfirst.funding.providers import registry
from standfirst.kit import clock

log = logging.getLogger(__name__)
SEE = "funding.view_payment"
NEEDED = {  # what an export shows, and so who may have it
    "gifts": ("funding.view_gift", "funding.view_donor"),
    "payments": ("funding.view_payment", "funding.view_donor"),
    "supporters": ("funding.view_donor",),
    "accounting": ("funding.view_transfer",),
}


class SpanForm(forms.Form):
    """From a day to a day, both included."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class MonthForm(forms.Form):
    """A month of the books."""

    month = forms.DateField(
        label=_("Month"), input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )


@require_safe
@allowed(SEE)
def index(request: HttpRequest, status: int = 200) -> HttpResponse:
    """What can be taken away."""
    last = clock.first_of_month(clock.local_date(_zone()))
    return page(
        request,
        "funding/desk/exports.html",
        title=text("Exports"),
        icon="download",
        status=status,
        span=SpanForm(),
        month=MonthForm(initial={"month": last}),
        may={name: request.user.has_perms(needed) for name, needed in NEEDED.items()},
    )


@require_safe
@allowed(SEE)
def export(request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
    """One table, streamed."""
    form = (MonthForm if name == "accounting" else SpanForm)(request.GET)
    if not request.user.has_perms(NEEDED[name]):
        messages.error(request, text("You may not take this away."))
        return index(request, status=403)
    if not form.is_valid():
        messages.error(request, text("Please write days as 2026-11-30 and months as 2026-11."))
        return index(request, status=400)
    log.info("export of %s by account %s", name, request.user.pk)
    response = StreamingHttpResponse(_lines(name, form.cleaned_data), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(name, form.cleaned_data)}"'
    return response


def _lines(name: str, typed: dict[str, Any]) -> Iterator[str]:
    if name == "accounting":
        return exports.accounting(month=typed["month"], zone=_zone())
    if name == "supporters":
        return exports.supporters()
    return (exports.gifts if name == "gifts" else exports.payments)(since=typed["since"], until=typed["until"])


def _file_name(name: str, typed: dict[str, Any]) -> str:
    day: date = typed.get("month") or clock.local_date(_zone())
    when = f"{day:%Y-%m}" if name == "accounting" else day.isoformat()
    return f"{name}-{when}{'-rehearsal' if registry.mode() == 'rehearsal' else ''}.csv"


def _zone() -> ZoneInfo:
    campaign = campaigns.current()
    return campaign.zone if campaign else ZoneInfo("UTC")


class ExportPages(DeskPages):
    """Tables to take away."""

    name = "funding_exports"
    url_prefix = "funding-exports"
    icon = "download"
    menu_label = _("Exports")
    permission = SEE

    def get_urlpatterns(self) -> list[Any]:
        """The pages."""
        tables = [path(f"{name}.csv", export, {"name": name}, name=name) for name in NEEDED]
        return [path("", index, name="index"), *tables]
