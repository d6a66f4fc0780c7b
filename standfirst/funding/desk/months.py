"""A month on the desk: what it came to, account by account, and every payment in it, a page at a time."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from standfirst.funding.books import ledger, returned
from standfirst.funding.desk.pages import DeskPages, allowed, page
from standfirst.funding.desk.reports import month_name
from standfirst.funding.models import Payment, Period, Transfer
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

SEE = "funding.view_payment"
PAYMENTS_A_PAGE = 100
ONE_DAY = timedelta(days=1)
PERIODS_SHOWN = 120  # ten years of one campaign


@require_safe
@allowed(SEE)
def index(request: HttpRequest) -> HttpResponse:
    """The months that had a gift."""
    begun = clock.now().date() + ONE_DAY  # somewhere on earth it is tomorrow; yearly gifts reach into months to come
    periods = Period.objects.filter(first_day__lte=begun).select_related("campaign")
    periods = periods.order_by("-first_day", "campaign__name")[:PERIODS_SHOWN]
    months = [(period, month_name(period.first_day)) for period in periods]
    return page(request, "funding/desk/months.html", title=text("Months"), icon="calendar-alt", months=months)


@require_safe
@allowed(SEE)
def month(request: HttpRequest, slug: str, first_day: str) -> HttpResponse:
    """One month: its accounts and its payments, the newest first."""
    try:
        day = date.fromisoformat(first_day)
    except ValueError as error:
        raise Http404 from error
    period = get_object_or_404(Period.objects.select_related("campaign"), campaign__slug=slug, first_day=day)
    before = request.GET.get("before", "")
    payments = returned.with_back(
        Payment.objects.filter(period=period, mode=registry.mode()).select_related("gift__donor").order_by("-pk")
    )
    if before.isascii() and before.isdigit() and len(before) <= 18:
        payments = payments.filter(pk__lt=int(before))
    shown = list(payments[: PAYMENTS_A_PAGE + 1])
    return page(
        request,
        "funding/desk/month.html",
        title=f"{period.campaign.name} · {month_name(period.first_day)}",
        icon="calendar-alt",
        above=[(reverse("months_desk:index"), text("Months"))],
        accounts=accounts(period),
        rows=_rows(shown[:PAYMENTS_A_PAGE]),
        before=shown[PAYMENTS_A_PAGE - 1].pk if len(shown) > PAYMENTS_A_PAGE else 0,
    )


def _rows(payments: list[Payment]) -> list[dict[str, Any]]:
    language = current_locale()
    return [
        {
            "payment": payment,
            "amount": payment.money.show(language),
            "counted": Money(payment.counted_minor, payment.period.campaign.currency).show(language)
            if payment.rate
            else "",
            "back": Money(back, payment.currency).show(language) if back else "",
            "name": payment.gift.display_name or (payment.gift.donor.email if payment.gift.donor else "") or "–",
        }
        for payment, back in ((payment, returned.back_minor(payment)) for payment in payments)
    ]


def account_words(account: str) -> str:
    """Return what an account of the ledger holds, in words; an unknown one by its own name."""
    kind, _colon, rest = account.partition(":")
    if kind == "clearing":
        return text("At the payment service (%(service)s)") % {"service": rest}
    if kind == "income" and rest.startswith("matching:"):
        return text("Added by matching promises")
    if kind == "income" and rest.startswith("gifts:"):
        return text("Gifts")
    return {
        ledger.BANK: text("At the bank"),
        ledger.FEES: text("Fees of payment services"),
        ledger.DISPUTES: text("Cost of disputes"),
        ledger.COVER: text("Added for the fees"),
        ledger.FX: text("Differences of exchange rates"),
    }.get(account, account)


def accounts(period: Period) -> list[tuple[str, str, str]]:
    """Return each account, in words and by name, and what came into it less what left it. Two queries."""
    rows = Transfer.objects.filter(period=period, mode=registry.mode()).order_by()
    sums: dict[tuple[str, str], int] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        for account, currency, total in rows.values_list(side, "currency").annotate(total=Sum("amount_minor")):
            sums[account, currency] = sums.get((account, currency), 0) + sign * int(total)
    return [
        (account_words(account), account, Money(minor, currency).show(current_locale()))
        for (account, currency), minor in sorted(sums.items())
    ]


class MonthPages(DeskPages):
    """Months and their payments."""

    name = "months_desk"
    url_prefix = "months"
    icon = "calendar-alt"
    menu_label = _("Months")
    permission = SEE

    def get_urlpatterns(self) -> list[Any]:
        """The pages."""
        return [path("", index, name="index"), path("<slug:slug>/<str:first_day>/", month, name="month")]
