"""Gifts on the desk: the list, one gift with its payments, a gift that came offline, a refund."""

from datetime import datetime
from typing import Any, ClassVar, cast

import django_filters  # type: ignore[import-untyped]  # ships none
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect

from standfirst.accounts.desk import LastingViewSet
from standfirst.accounts.models import Account
from standfirst.funding import amounts, tasks
from standfirst.funding.desk import forms
from standfirst.funding.desk.campaigns import ByVerb
from standfirst.funding.giving import gifts
from standfirst.funding.models import NOTE_LENGTH_MAX, BankLine, Dispute, Gift, Payment, Refund
from standfirst.funding.payments import refunds
from standfirst.funding.supporters import thanking
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

REFUND_PERMISSION = "funding.refund_payment"
THANK_PERMISSION = "funding.add_gift"  # whoever records gifts also thanks for them


def amount_text(gift: Gift) -> str:
    """Return what was to be given."""
    return gift.money.show(current_locale())


def name_text(gift: Gift) -> str:
    """Return who gave, as far as we know."""
    return gift.display_name or (gift.donor.email if gift.donor else "") or "–"


def back_text(gift: Gift) -> str:
    """Return what went back, or is on its way back."""
    back = sum(payment.amount_minor - refunds.left_of(payment).minor for payment in gift.payments.all())
    return Money(back, gift.currency).show(current_locale()) if back else ""


class GiftList(generic.IndexView):
    """All gifts, the newest first."""

    def get_base_queryset(self) -> Any:
        """Fetch what the columns show."""
        return super().get_base_queryset().select_related("donor", "campaign").prefetch_related("payments")


class RecordOfflineGift(ByVerb, generic.CreateView):
    """The page on which staff record money that arrived by bank or in an envelope."""

    page_title = _("Record a gift")

    def save_instance(self) -> Gift:
        """Record it."""
        typed = self.form.cleaned_data
        wishes = {name: typed[name] for name in ("received_on", "reference", "display_name", "message", "anonymous")}
        amount = self.form.money()
        gifts.check_received(campaign=typed["campaign"], amount=amount, received_on=typed["received_on"])
        self.form.refuse_twin(amount)
        payment = gifts.record_offline(campaign=typed["campaign"], amount=amount, by=self.request.user, **wishes)
        return payment.gift

    def get_edit_url(self) -> str:
        """Lead to the recorded gift: what happened is shown, not edited."""
        return reverse("gifts_desk:inspect", args=[self.object.pk])


class OneGift(generic.InspectView):
    """A gift, what was paid, what went back, and the form that sends money back."""

    page_title = _("Gift")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the payments."""
        shown = [_shown(payment) for payment in self.object.payments.prefetch_related("refunds__asked_by")]
        user = self.request.user
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "payments": shown,
            "history": history(self.object),
            "may_refund": user.has_perm(REFUND_PERMISSION),
            "may_thank": self.object.thanked_at is None and user.has_perm(THANK_PERMISSION),
            "note_length_max": NOTE_LENGTH_MAX,
        }

    def get_amount_minor_display_value(self) -> str:
        """Show an amount, not a number."""
        return amount_text(self.object)

    def get_cover_minor_display_value(self) -> str:
        """Show an amount, not a number."""
        return Money(self.object.cover_minor, self.object.currency).show(current_locale())


def history(gift: Gift) -> list[tuple[datetime, str, Any]]:
    """Return what happened to a gift: when, what, and by whom (None: by itself), oldest first. Four queries."""
    rows: list[tuple[datetime, str, Any]] = [(gift.started_at, text("started"), None)]
    for payment in gift.payments.select_related("recorded_by"):
        said = text("%(amount)s paid") % {"amount": payment.charged.show(current_locale())}
        rows.append((payment.paid_at, said, payment.recorded_by))
    for refund in Refund.objects.filter(payment__gift=gift).select_related("payment", "asked_by"):
        amount = Money(refund.amount_minor, refund.payment.currency).show(current_locale())
        said = text("%(amount)s to go back: %(state)s") % {"amount": amount, "state": refund.get_status_display()}
        rows.append((refund.at, said, refund.asked_by))
    rows += [
        (dispute.opened_at, text("disputed: %(state)s") % {"state": dispute.get_status_display()}, None)
        for dispute in Dispute.objects.filter(payment__gift=gift)
    ]
    rows += [
        (line.settled_at or line.statement.imported_at, text("found on a bank statement"), line.settled_by)
        for line in BankLine.objects.filter(payment__gift=gift).select_related("settled_by", "statement")
    ]
    if gift.thanked_at is not None:
        rows.append((gift.thanked_at, text("thanked"), gift.thanked_by))
    return sorted(rows, key=lambda row: row[0])


def _shown(payment: Payment) -> dict[str, Any]:
    left = refunds.left_of(payment)
    return {
        "payment": payment,
        "amount": payment.money.show(current_locale()),
        "left": left.show(current_locale()) if left.minor else "",
        "refunds": [
            {"refund": refund, "amount": Money(refund.amount_minor, payment.currency).show(current_locale())}
            for refund in payment.refunds.all()
        ],
    }


@require_POST
def refund_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a refund; the background asks the payment service for it."""
    if not request.user.has_perm(REFUND_PERMISSION):
        raise PermissionDenied
    payment = get_object_or_404(Payment, pk=pk)
    try:
        typed = request.POST.get("amount", "")
        amount = amounts.understood(typed, currency=payment.currency, locale=current_locale())
        tasks.ask_refund(payment=payment, amount=amount, reason=request.POST.get("reason", ""), by=request.user)  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = text("%(amount)s will go back. The payment service is being asked.")
        messages.success(request, done % {"amount": amount.show(current_locale())})
    return redirect(reverse("gifts_desk:inspect", args=[payment.gift_id]))


@require_POST
def thank_giver(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that somebody was thanked."""
    if not request.user.has_perm(THANK_PERMISSION):
        raise PermissionDenied
    gift = get_object_or_404(Gift.objects.select_related("donor"), pk=pk)
    new = thanking.thank(gift=gift, by=cast("Account", request.user), note=request.POST.get("note", ""))
    messages.success(request, text("Thanked.") if new else text("Somebody thanked for this gift already."))
    return redirect(reverse("gifts_desk:inspect", args=[pk]))


class GiftFilters(WagtailFilterSet):
    """What the list of gifts can be narrowed to."""

    thanked = django_filters.BooleanFilter(
        field_name="thanked_at", lookup_expr="isnull", exclude=True, label=_("Thanked"), widget=BooleanRadioSelect
    )

    class Meta:
        model = Gift
        fields: ClassVar = ["status", "interval", "campaign", "provider", "mode", "started_at"]


class GiftViewSet(LastingViewSet):
    """Gifts, for treasurers alone: names and addresses of supporters stand here."""

    model = Gift
    kept_pages = frozenset({"index", "index_results", "add", "inspect"})  # what happened is not edited
    name = "gifts_desk"
    url_prefix = "gifts"
    icon = "pick"
    menu_label = _("Gifts")
    inspect_view_enabled = True
    index_view_class = GiftList
    add_view_class = RecordOfflineGift
    inspect_view_class = OneGift
    inspect_template_name = "funding/desk/gift.html"
    list_display: ClassVar = [
        TitleColumn("name", label=_("From"), accessor=name_text, url_name="gifts_desk:inspect"),
        Column("amount", label=_("Amount"), accessor=amount_text, sort_key="amount_minor"),
        Column("state", label=_("State"), accessor="get_status_display", sort_key="status"),
        Column("back", label=_("Sent back"), accessor=back_text),
        "provider",
        "started_at",
    ]
    filterset_class = GiftFilters
    search_fields: ClassVar = [
        "display_name",
        "donor__email",
        "donor__name",
        "message",
        "reference",
        "payments__provider_ref",
    ]
    search_backend_name = None
    inspect_view_fields: ClassVar = [
        "amount_minor",
        "status",
        "campaign",
        "display_name",
        "anonymous",
        "donor",
        "message",
        "dedication",
        "interval",
        "cover_minor",
        "reference",
        "story_key",
        "provider",
        "mode",
        "started_at",
        "public_id",
    ]

    def get_form_class(self, for_update: bool = False) -> Any:  # noqa: FBT001, FBT002 - Wagtail's signature
        """Return the form."""
        return forms.OfflineGiftForm

    def get_urlpatterns(self) -> list[Any]:
        """Add the refund."""
        return [
            *super().get_urlpatterns(),
            path("payments/<int:pk>/refunds/", refund_payment, name="refund"),
            path("<int:pk>/thanks/", thank_giver, name="thank"),
        ]
