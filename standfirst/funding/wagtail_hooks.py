"""Funding's place on the desk."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup

from standfirst.funding.desk.campaigns import CampaignViewSet, PoolViewSet
from standfirst.funding.desk.corrections import CorrectionPages
from standfirst.funding.desk.exports import ExportPages
from standfirst.funding.desk.gifts import GiftViewSet
from standfirst.funding.desk.inbox import InboxViewSet
from standfirst.funding.desk.months import MonthPages
from standfirst.funding.desk.panels import FundingPanel
from standfirst.funding.desk.rates import RateViewSet
from standfirst.funding.desk.reconciliation import BooksPanel, ReconciliationPages
from standfirst.funding.desk.reports import ReportPages
from standfirst.funding.desk.statements import BankPages
from standfirst.funding.desk.supporters import SupporterViewSet


class FundingGroup(ViewSetGroup):
    """The menu of the treasurers."""

    menu_label = _("Funding")
    menu_icon = "pick"
    menu_order = 250
    items: ClassVar = (
        GiftViewSet("gifts_desk"),
        BankPages(),
        SupporterViewSet("supporters_desk"),
        MonthPages(),
        CorrectionPages(),
        ReportPages(),
        ExportPages(),
        CampaignViewSet("campaigns_desk", url_prefix="campaigns"),
        PoolViewSet(),
        RateViewSet(),
        InboxViewSet("inbox_desk"),
        ReconciliationPages(),
    )


@hooks.register("insert_global_admin_css")
def style() -> SafeString:
    """Bring the style of the money's pages and panels."""
    return format_html('<link rel="stylesheet" href="{}">', static("funding/desk.css"))


@hooks.register("register_admin_viewset")
def register_funding() -> FundingGroup:
    """Put gifts, campaigns and messages on the desk."""
    return FundingGroup()


@hooks.register("construct_homepage_panels")
def show_figures(_request: HttpRequest, panels: list[Any]) -> None:
    """Show this month's figures to everybody on the desk, and to treasurers how the books stand."""
    panels.extend([FundingPanel(), BooksPanel()])
