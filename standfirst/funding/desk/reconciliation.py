"""Whether the ledger agrees with the payment service: for treasurers, and loudly when it does not."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.components import Component

from standfirst.funding import watching
from standfirst.funding.books import corrections
from standfirst.funding.desk.pages import DeskPages, allowed, page
from standfirst.funding.models import BankLine, Reconciliation
from standfirst.funding.payments import reconciling
from standfirst.funding.providers import registry
from standfirst.kit.locale import current_locale

SEE = "funding.view_reconciliation"
LINES = "funding.view_bankline"
CHECKS_SHOWN = 60  # two months of nightly ones


@require_safe
@allowed(SEE)
def index(request: HttpRequest) -> HttpResponse:
    """The newest comparison with its differences, and those before."""
    watch = watching.now()
    found = reconciling.differences_of(watch.newest) if watch.newest else []
    return page(
        request,
        "funding/desk/reconciliation.html",
        title=text("Books and payment service"),
        icon="check",
        watch=watch,
        differences=[difference.words(current_locale()) for difference in found],
        checks=Reconciliation.objects.filter(mode=registry.mode()).order_by("-checked_at")[:CHECKS_SHOWN],
    )


class BooksPanel(Component):
    """How the books stand, on the desk's first page, for treasurers."""

    name: ClassVar[str] = "books"
    template_name: ClassVar[str] = "funding/desk/books_panel.html"
    order: ClassVar[int] = 121

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Read the newest comparison, and how many bank lines and corrections wait."""
        user = parent_context["request"].user
        lines = BankLine.objects.filter(state__in=[BankLine.State.NEW, BankLine.State.SUGGESTED])
        return {
            "watch": watching.now() if user.has_perm(SEE) else None,
            "lines": lines.count() if user.has_perm(LINES) else 0,
            "corrections": corrections.waiting(registry.mode()).count() if user.has_perm(corrections.PERMISSION) else 0,
        }


class ReconciliationPages(DeskPages):
    """Comparisons of the books with the payment service."""

    name = "reconciliation_desk"
    url_prefix = "reconciliation"
    icon = "check"
    menu_label = _("Books and payment service")
    permission = SEE

    def get_urlpatterns(self) -> list[Any]:
        """The page."""
        return [path("", index, name="index")]
