"""Supporters on the desk: who gave what, what was changed for them, and the same that they can do themselves."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic

from standfirst.accounts.desk import LastingViewSet
from standfirst.accounts.models import Account
from standfirst.funding.desk.gifts import Known
from standfirst.funding.models import Donor, Gift, YearStatement
from standfirst.funding.supporters import acts, receipts, roster, statements
from standfirst.funding.supporters import page as supporter_page
from standfirst.funding.supporters.views import pdf_response
from standfirst.kit.errors import Refusal

CHANGE_PERMISSION = "funding.change_donor"
RECEIPT_PERMISSION = "funding.view_receipt"
PAYMENTS_SHOWN_MAX = 200  # the newest; the list of gifts has all of them
ACTS_SHOWN_MAX = 100

WHAT = {
    "change_amount": _("another amount:"),
    "skip_month": _("left out the payment of"),
    "pause": _("paused until"),
    "resume": _("goes on"),
    "cancel": _("cancelled"),
    "show_name": _("name shown with the gift"),
    "hide_name": _("name hidden with the gift"),
    "thanked": _("thanked"),
    "merge": _("joined with another address"),
    "erase": _("erased"),
}

type Act = Callable[[Gift, HttpRequest, Account], None]


def name_text(donor: Donor) -> str:
    """Return who it is, as far as we know."""
    if donor.merged_into_id:
        return text("merged into %(other)s") % {"other": donor.merged_into.email or donor.merged_into_id}  # type: ignore[union-attr]
    if donor.erased_at:
        return text("erased")
    return donor.name or donor.email or "–"


class SupporterList(generic.IndexView):
    """All supporters, the newest first."""

    default_ordering = "-id"

    def get_base_queryset(self) -> Any:
        """Fetch what the columns show."""
        return super().get_base_queryset().select_related("merged_into")


class OneSupporter(Known, generic.InspectView):
    """A supporter: gifts, what comes again, receipts, what was changed, and the forms that change it."""

    page_title = _("Supporter")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the page shows."""
        donor: Donor = self.object
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "page": supporter_page.build(donor, typed={}),
            "acts": [(act, WHAT.get(act.what, act.what)) for act in donor.acts.select_related("by")[:ACTS_SHOWN_MAX]],
            "may_change": self.request.user.has_perm(CHANGE_PERMISSION) and donor.erased_at is None,
        }


@require_POST
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Do for a supporter what they could do themselves; it is written down who did it."""
    donor = _donor_to_change(request, pk)
    public_id = _uuid(request.POST.get("gift", ""))
    gift = Gift.objects.filter(donor=donor, public_id=public_id).first() if public_id else None
    if gift is None or what not in ACTS:
        raise Http404
    try:
        ACTS[what](gift, request, request.user)  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, text("Done. It is written down below that you did it."))
    return redirect(reverse("supporters_desk:inspect", args=[quote(pk)]))


@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a supporter, as they can do themselves."""
    donor = _donor_to_change(request, pk)
    if request.POST.get("sure") != "yes":
        messages.error(request, text("Nothing was erased: the box was not ticked."))
    else:
        try:
            acts.erase(donor=donor, by=request.user)  # type: ignore[arg-type]
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, text("The supporter is erased. The sums have stayed."))
    return redirect(reverse("supporters_desk:inspect", args=[quote(pk)]))


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Join another supporter, named by address, to this one."""
    donor = _donor_to_change(request, pk)
    other = Donor.objects.filter(email=request.POST.get("email", "").strip().lower()).first()
    if other is None:
        messages.error(request, text("No supporter has that address. Nothing was changed."))
        return redirect(reverse("supporters_desk:inspect", args=[quote(pk)]))
    try:
        roster.merge(keep=donor, other=other, by=request.user)  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, text("The gifts of both stand here now."))
    return redirect(reverse("supporters_desk:inspect", args=[quote(pk)]))


@require_safe
def receipt(request: HttpRequest, payment_id: int) -> HttpResponse:
    """A receipt as a PDF."""
    _demand(request, RECEIPT_PERMISSION)
    found = receipts.of_payment(payment_id)
    if found is None:
        raise Http404
    return pdf_response(receipts.pdf(found), receipts.file_name(found))


@require_safe
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """A copy of a yearly statement."""
    _demand(request, RECEIPT_PERMISSION)
    found = get_object_or_404(YearStatement.objects.select_related("donor"), pk=statement_id)
    return pdf_response(statements.pdf(found, copy=True), statements.file_name(found))


def _change_amount(gift: Gift, request: HttpRequest, by: Account) -> None:
    acts.change_amount(gift=gift, typed=request.POST.get("amount", ""), by=by)


def _pause(gift: Gift, request: HttpRequest, by: Account) -> None:
    acts.pause(gift=gift, months=request.POST.get("months", ""), by=by)


def _name(gift: Gift, request: HttpRequest, by: Account) -> None:
    roster.show_name(gift=gift, shown=request.POST.get("shown") == "yes", by=by)


ACTS: dict[str, Act] = {
    "amount": _change_amount,
    "pause": _pause,
    "name": _name,
    "skip": lambda gift, _request, by: acts.skip_month(gift=gift, by=by),
    "resume": lambda gift, _request, by: acts.resume(gift=gift, by=by),
    "cancel": lambda gift, _request, by: acts.cancel(gift=gift, by=by),
}


def _donor_to_change(request: HttpRequest, pk: int) -> Donor:
    _demand(request, CHANGE_PERMISSION)
    return get_object_or_404(Donor, pk=pk)


def _demand(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None


class SupporterViewSet(LastingViewSet):
    """Supporters, for treasurers alone."""

    model = Donor
    kept_pages = frozenset({"index", "index_results", "inspect"})  # changes are made by verbs, and written down
    name = "supporters_desk"
    url_prefix = "supporters"
    icon = "group"
    menu_label = _("Supporters")
    inspect_view_enabled = True
    index_view_class = SupporterList
    inspect_view_class = OneSupporter
    inspect_template_name = "funding/desk/supporter.html"
    list_display: ClassVar = [
        TitleColumn("name", label=_("Name"), accessor=name_text, url_name="supporters_desk:inspect"),
        Column("email", label=_("E-mail"), sort_key="email"),
        Column("created_at", label=_("since"), sort_key="created_at"),
    ]
    list_filter: ClassVar = ["created_at"]
    search_fields: ClassVar = ["email", "name", "gifts__display_name", "gifts__payments__provider_ref"]
    search_backend_name = None
    inspect_view_fields: ClassVar = ["email", "name", "language", "created_at", "erased_at"]
    exclude_form_fields: ClassVar = ["key_version"]

    def get_urlpatterns(self) -> list[Any]:
        """Add the acts."""
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/acts/<slug:what>/", act, name="act"),
            path("<int:pk>/erasure/", erase, name="erase"),
            path("<int:pk>/merger/", merge, name="merge"),
            path("receipts/<int:payment_id>.pdf", receipt, name="receipt"),
            path("years/<int:statement_id>.pdf", statement, name="statement"),
        ]
