"""What everybody may see of the money: the months, each month's ledger, and the meter for other places."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from standfirst.delivery.pages import personal_page, shows, stored_page
from standfirst.funding import campaigns, meter
from standfirst.funding.books import chain, ledger_file
from standfirst.funding.campaigns import CAMPAIGN_KEY
from standfirst.funding.models import Campaign, Period
from standfirst.funding.payments import subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.public import badge, embed, months, pace, promised, rows, wall
from standfirst.kit import clock

ONE_DAY = timedelta(days=1)
NUMBER_DIGITS_MAX = 18  # of a line's number; the database's own limit
FILES = {"csv": (ledger_file.as_csv, "text/csv; charset=utf-8"), "json": (ledger_file.as_json, "application/json")}
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
        "site": settings.STANDFIRST.url,
    }
    response = render(request, "funding/public/overview.html", context)
    return shows(response, "publication", CAMPAIGN_KEY, subscriptions.KEY, *meter.KEYS, expires_at=now.expires_at)


@require_safe
@stored_page(query=("after",))
def month(request: HttpRequest, month: str, slug: str = "") -> HttpResponse:
    """One month's statement, those who may be thanked by name, its days, and its ledger."""
    campaign = campaign_or_404(slug)
    first_day = first_day_or_404(month)
    mode = registry.mode()
    found = months.statement(campaign, first_day, mode)
    if found is None:
        raise Http404
    period = Period.objects.filter(campaign=campaign, first_day=first_day).first()
    here, after = address_of(campaign, month=month), _after(request)
    context = {
        "campaign": campaign,
        "statement": found,
        "month": found.month,
        "back": address_of(campaign),
        "wall": wall.of(campaign, first_day, mode),
        "days": _days(found.month),
        "ledger": rows.page(period, after=after, mode=mode) if period else None,
        "ledger_title": _("The month’s ledger"),
        "after": after,
        "csv": f"{here}ledger.csv",
        "json": f"{here}ledger.json",
    }
    response = render(request, "funding/public/month.html", context)
    expires_at = clock.next_midnight(campaign.zone) if found.month.current else None
    return shows(response, "publication", CAMPAIGN_KEY, *meter.KEYS, expires_at=expires_at)


@require_safe
@stored_page(query=("after",))
def day(request: HttpRequest, day: date) -> HttpResponse:
    """What was recorded on a day (UTC), and where the chain ended with it."""
    today = clock.now().date()
    head = chain.head(day) if day <= today else None
    if head is None:
        raise Http404
    after = _after(request)
    context = {
        "day": day,
        "head": head,
        "before": day - ONE_DAY if chain.head(day - ONE_DAY) else None,
        "next": day + ONE_DAY if day < today else None,
        "ledger": rows.page(day, after=after, mode=registry.mode()),
        "ledger_title": _("What was recorded"),
        "after": after,
    }
    response = render(request, "funding/public/day.html", context)
    expires_at = clock.next_midnight(ZoneInfo("UTC")) if day == today else None
    return shows(response, "publication", *meter.KEYS, expires_at=expires_at)


@require_safe
@personal_page
def ledger_download(_request: HttpRequest, month: str, kind: str, slug: str = "") -> StreamingHttpResponse:
    """A month's ledger as a file that anybody can check. Long, so it is sent as it is read, and not kept."""
    campaign = campaign_or_404(slug)
    period = get_object_or_404(Period, campaign=campaign, first_day=first_day_or_404(month))
    if kind not in FILES:
        raise Http404
    write, content_type = FILES[kind]
    response = StreamingHttpResponse(write(rows.every(period, registry.mode())), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign.slug}-{month}.{kind}"'
    for name, value in OTHER_SITES.items():
        response.headers[name] = value
    return response


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


def _after(request: HttpRequest) -> int:
    raw = request.GET.get("after", "0")
    if not (raw.isascii() and raw.isdigit() and len(raw) <= NUMBER_DIGITS_MAX):
        raise Http404
    return int(raw)


def _days(month: months.Month) -> list[date]:
    """The days of a month, as far as they have come and the ledger had begun; none if the campaign has no months."""
    begun = chain.begun()
    if not month.monthly or begun is None:
        return []
    first = max(month.first_day, begun)
    last = min(clock.first_of_next_month(month.first_day) - ONE_DAY, clock.now().date())
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _meter(slug: str) -> meter.Meter | None:
    if not slug:
        return meter.read()
    return meter.of(campaign_or_404(slug), clock.now(), registry.mode())


def _allow_other_sites(response: HttpResponseBase) -> None:
    for name, value in OTHER_SITES.items():
        response.headers[name] = value


def _for_others(response: HttpResponse, found: meter.Meter | None) -> HttpResponse:
    _allow_other_sites(response)
    return shows(response, *meter.KEYS, expires_at=found.expires_at if found else None)
