"""Reports on the desk: sums and counts for treasurers and editors. Nobody's name stands here."""

from datetime import date
from typing import Any

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from standfirst.funding import campaigns, reports
from standfirst.funding.desk import charts
from standfirst.funding.desk.charts import Chart
from standfirst.funding.desk.pages import DeskPages, allowed, page
from standfirst.funding.models import Campaign
from standfirst.funding.providers import registry
from standfirst.funding.reports import Report
from standfirst.kit.locale import current_locale

SEE = "funding.view_closing"


@require_safe
@allowed(SEE)
def index(request: HttpRequest) -> HttpResponse:
    """The report of one campaign: that on every page, unless another is asked for."""
    every = list(Campaign.objects.order_by("-featured", "name"))
    wanted = request.GET.get("campaign", "")
    campaign = next((each for each in every if each.slug == wanted), campaigns.current() or next(iter(every), None))
    report = reports.of(campaign, mode=registry.mode()) if campaign else None
    return page(
        request,
        "funding/desk/reports.html",
        title=text("Reports"),
        icon="history",
        campaigns=every,
        report=report,
        rehearsal=registry.mode() == "rehearsal",
        least=reports.STORY_GIFTS_LEAST,
        **(_shown(report) if report else {}),
    )


def _shown(report: Report) -> dict[str, Any]:
    language = current_locale()
    months = [
        {
            "name": month_name(month.first_day),
            "given": month.given.show(language),
            "closed": month.closed.show(language) if month.closed else "–",
            "goal": month.goal.show(language) if month.goal else "–",
            "restated": month.restated,
        }
        for month in report.months
    ]
    return {
        "months": months,
        "recurring": [(month_name(day), promised.show(language)) for day, promised in report.recurring],
        "comings": [(month_name(each.first_day), each) for each in report.comings],
        "cohorts": [(month_name(each.first_day), each.size, each.percents) for each in report.cohorts],
        "cohort_months": range(reports.COHORT_MONTHS + 1),
        "stories": [(story, story.given.show(language)) for story in report.stories],
        "raised_chart": _raised_chart(report),
        "recurring_chart": charts.bars(
            "recurring",
            text("Promised to come again each month"),
            [
                (short(day), money.minor, f"{month_name(day)}: {money.show(language)}")
                for day, money in report.recurring
            ],
        ),
        "comings_chart": charts.bars(
            "comings",
            text("People who gave"),
            [
                (short(each.first_day), each.gave, f"{month_name(each.first_day)}: {each.gave}")
                for each in report.comings
            ],
        ),
    }


def _raised_chart(report: Report) -> Chart:
    language = current_locale()
    return charts.bars(
        "raised",
        text("Raised by month"),
        [
            (short(month.first_day), month.given.minor, f"{month_name(month.first_day)}: {month.given.show(language)}")
            for month in report.months
        ],
        marks=[month.goal.minor if month.goal else None for month in report.months],
    )


def month_name(day: date) -> str:
    """Return a month as people of this language write it."""
    return format_date(day, "LLLL y", locale=current_locale())


def short(day: date) -> str:
    """Return a month for below a bar."""
    return format_date(day, "LLL yy", locale=current_locale())


class ReportPages(DeskPages):
    """Sums and counts."""

    name = "funding_reports"
    url_prefix = "funding-reports"
    icon = "history"
    menu_label = _("Reports")
    permission = SEE

    def get_urlpatterns(self) -> list[Any]:
        """The page."""
        return [path("", index, name="index")]
