"""Gifts on the desk: the list, one gift with its payments, a gift that came offline, a refund."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic

from standfirst.funding import amounts, gifts, refunds, tasks
from standfirst.funding.desk import forms
from standfirst.funding.desk.campaigns import ByVerb, LastingViewSet
from standfirst.funding.giftform import locale
from standfirst.funding.models import Gift, Payment
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

REFUND_PERMISSION = "funding.refund_payment"


def amount_text(gift: Gift) -> str:
    """Return what was to be given."""
    return gift.money.show(locale())


def name_text(gift: Gift) -> str:
    """Return who gave, as far as we know."""
    return gift.display_name or (gift.donor.email if gift.donor else "") or "–"


def back_text(gift: Gift) -> str:
    """Return what went back, or is on its way back."""
    back = sum(payment.amount_minor - refunds.left_of(payment).minor for payment in gift.payments.all())
    return Money(back, gift.currency).show(locale()) if back else ""


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
        may_refund = self.request.user.has_perm(REFUND_PERMISSION)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"payments": shown, "may_refund": may_refund}

    def get_amount_minor_display_value(self) -> str:
        """Show an amount, not a number."""
        return amount_text(self.object)


def _shown(payment: Payment) -> dict[str, Any]:
    left = refunds.left_of(payment)
    return {
        "payment": payment,
        "amount": payment.money.show(locale()),
        "left": left.show(locale()) if left.minor else "",
        "refunds": [
            {"refund": refund, "amount": Money(refund.amount_minor, payment.currency).show(locale())}
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
        amount = amounts.understood(typed, currency=payment.currency, locale=locale())
        tasks.ask_refund(payment=payment, amount=amount, reason=request.POST.get("reason", ""), by=request.user)  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = text("%(amount)s will go back. The payment service is being asked.")
        messages.success(request, done % {"amount": amount.show(locale())})
    return redirect(reverse("gifts_desk:inspect", args=[payment.gift_id]))


class GiftViewSet(LastingViewSet):
    """Gifts, for treasurers alone: names and addresses of supporters stand here."""

    model = Gift
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
    list_filter: ClassVar = ["status", "campaign", "provider", "mode", "started_at"]
    search_fields: ClassVar = ["display_name", "donor__email", "message", "payments__provider_ref"]
    search_backend_name = None
    inspect_view_fields: ClassVar = [
        "amount_minor",
        "status",
        "campaign",
        "display_name",
        "anonymous",
        "donor",
        "message",
        "story_key",
        "provider",
        "mode",
        "started_at",
        "public_id",
    ]

    def get_form_class(self, for_update: bool = False) -> Any:  # noqa: FBT001, FBT002 - Wagtail's signature
        """Return the form."""
        return forms.OfflineGiftForm

    def get_common_view_kwargs(self, **kwargs: Any) -> Any:
        """Offer no editing: what happened is not edited."""
        return super().get_common_view_kwargs(**{"edit_url_name": None} | kwargs)

    def get_urlpatterns(self) -> list[Any]:
        """Add the refund, leave out editing."""
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name != "edit"]
        return [*kept, path("payments/<int:pk>/refunds/", refund_payment, name="refund")]
