"""What everybody may see of the money: the months, each month's ledger, and the meter for other places."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from standfirst.delivery.pages import shows, stored_page
from standfirst.funding import campaigns, meter
from standfirst.funding.campaigns import CAMPAIGN_KEY
from standfirst.funding.models import Campaign
from standfirst.funding.providers import registry
from standfirst.funding.public import badge, embed, months, pace, promised
from standfirst.kit import clock

OTHER_SITES = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@require_safe
@stored_page()
def overview(request: HttpRequest, slug: str = "") -> HttpResponse:
    """How the money stands: this month, its pace, the months before, and how it is counted."""
    campaign = campaign_or_404(slug)
    at, mode = clock.now(), registry.mode()
    now = meter.of(campaign, at, mode)
    found = months.of(campaign, mode, at)
    context = {
        "campaign": campaign,
        "featured": campaign.featured,
        "meter": now,
        "months": found,
        "scale": max((month.raised.minor for month in found), default=0),
        "supporters": months.supporters(campaign, [now.first_day], mode),
        "promised": promised.of(campaign, mode),
        "pace": pace.read(campaign, now, mode, at),
        "milestones": list(campaign.milestones.all()),
        "others": Campaign.objects.filter(active=True).exclude(pk=campaign.pk),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    response = render(request, "funding/public/overview.html", context)
    return shows(response, "publication", CAMPAIGN_KEY, *meter.KEYS, expires_at=now.expires_at)


@require_safe
@stored_page()
def month(request: HttpRequest, month: str, slug: str = "") -> HttpResponse:
    """One month's statement, its days, and its ledger."""
    campaign = campaign_or_404(slug)
    first_day = first_day_or_404(month)
    mode = registry.mode()
    found = months.statement(campaign, first_day, mode)
    if found is None:
        raise Http404
    context = {"campaign": campaign, "statement": found, "month": found.month, "back": address_of(campaign)}
    response = render(request, "funding/public/month.html", context)
    expires_at = clock.next_midnight(campaign.zone) if found.month.current else None
    return shows(response, "publication", CAMPAIGN_KEY, *meter.KEYS, expires_at=expires_at)


@require_safe
@stored_page()
def meter_json(_request: HttpRequest, slug: str = "") -> HttpResponse:
    """The meter for machines and for other sites' pages."""
    found = _meter(slug)
    return _for_others(JsonResponse(meter.as_data(found) | embed.words(found, slug)), found)


@require_safe
@stored_page()
def meter_svg(_request: HttpRequest, slug: str = "") -> HttpResponse:
    """The meter as a picture, for mails and other sites' pages."""
    found = _meter(slug)
    return _for_others(HttpResponse(badge.svg(found), content_type="image/svg+xml"), found)


@require_safe
@stored_page()
def meter_js(request: HttpRequest) -> HttpResponse:
    """The element <standfirst-meter> for other sites' pages: a script at an address that never changes."""
    response = render(request, "funding/public/meter.js", content_type="text/javascript; charset=utf-8")
    _allow_other_sites(response)
    return shows(response, "publication")


def campaign_or_404(slug: str) -> Campaign:
    """Return the campaign of that short name, without one the campaign on every page. Http404 if there is none."""
    if slug:
        return get_object_or_404(Campaign, slug=slug)
    found = campaigns.current()
    if found is None:
        raise Http404
    return found


def first_day_or_404(written: str) -> date:
    """Return the first day of a month such as 2026-11. Http404 if there is no such month."""
    try:
        return datetime.strptime(written, "%Y-%m").date()  # noqa: DTZ007 - a calendar's month, in no zone
    except ValueError as error:
        raise Http404 from error


def address_of(campaign: Campaign, *, month: str = "") -> str:
    """Return where a campaign, or one of its months, is shown."""
    arguments: dict[str, Any] = {} if campaign.featured else {"slug": campaign.slug}
    name = "funding" if campaign.featured else "funding-campaign"
    if not month:
        return reverse(name, kwargs=arguments)
    return reverse(f"{name}-month", kwargs=arguments | {"month": month})


def _meter(slug: str) -> meter.Meter | None:
    if not slug:
        return meter.read()
    return meter.of(campaign_or_404(slug), clock.now(), registry.mode())


def _allow_other_sites(response: HttpResponse) -> None:
    for name, value in OTHER_SITES.items():
        response.headers[name] = value


def _for_others(response: HttpResponse, found: meter.Meter | None) -> HttpResponse:
    _allow_other_sites(response)
    return shows(response, *meter.KEYS, expires_at=found.expires_at if found else None)
