"""Corrections on the desk: propose one, sign off somebody else's, and see all that were made."""

import uuid
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from standfirst.accounts.models import Account
from standfirst.funding import amounts
from standfirst.funding.books import corrections
from standfirst.funding.desk.exports import MonthForm
from standfirst.funding.desk.forms import show_refusal
from standfirst.funding.desk.months import account_words
from standfirst.funding.desk.pages import DeskPages, allowed, page
from standfirst.funding.desk.reports import month_name
from standfirst.funding.models import NOTE_LENGTH_MAX, Campaign, Correction
from standfirst.funding.providers import registry
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale

ALL = corrections.PERMISSION
CORRECTIONS_A_PAGE = 50


class CorrectionForm(MonthForm):
    """What is to be corrected, and why. The amount is typed as people write amounts."""

    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.order_by("-featured", "name"), empty_label=None
    )
    kind = forms.ChoiceField(label=_("What is wrong"), choices=[("", "–"), *Correction.Kind.choices])
    place = forms.ChoiceField(
        label=_("Where the money is, or was"),
        help_text=_("The account on the other side. It says nothing where only the sort of money was wrong."),
    )
    amount = forms.CharField(label=_("Amount"), max_length=amounts.TEXT_LENGTH_MAX)
    note = forms.CharField(
        label=_("Reason"),
        max_length=NOTE_LENGTH_MAX,
        help_text=_("For the accountant, and for good: how you know. No supporter’s name."),
    )
    entry = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["campaign", "month", "kind", "place", "amount", "note", "entry"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].label = _("Month that it belongs to")
        self.fields["month"].help_text = _("Such as 2026-11. It may have ended: then it shows as restated.")
        place = cast("forms.ChoiceField", self.fields["place"])
        place.choices = [(account, f"{account_words(account)} – {account}") for account in corrections.places()]

    def propose(self, by: Account) -> Correction:
        """Write down what was typed. Refusals: as ``corrections.propose``, and AmountNotUnderstood."""
        typed = self.cleaned_data
        currency = typed["campaign"].currency
        return corrections.propose(
            campaign=typed["campaign"],
            month=typed["month"],
            kind=typed["kind"],
            place=typed["place"],
            amount=amounts.understood(typed["amount"], currency=currency, locale=current_locale()),
            reason=typed["note"],
            by=by,
            entry_id=typed["entry"],
        )


@require_safe
@allowed(ALL)
def index(request: HttpRequest) -> HttpResponse:
    """What waits for a signature, what was made, and the form that proposes another."""
    return _index(request, _fresh())


def _fresh() -> CorrectionForm:
    return CorrectionForm(initial={"entry": uuid.uuid4()})


def _index(request: HttpRequest, form: CorrectionForm, status: int = 200) -> HttpResponse:
    mode = registry.mode()
    found = Correction.objects.filter(mode=mode).select_related("campaign", "proposed_by", "settled_by")
    settled = found.exclude(state=Correction.State.PROPOSED)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) <= 18:
        settled = settled.filter(pk__lt=int(before))
    rows = list(settled[: CORRECTIONS_A_PAGE + 1])
    by = _person(request)
    waits = found.filter(state=Correction.State.PROPOSED).order_by("pk")
    return page(
        request,
        "funding/desk/corrections.html",
        title=text("Corrections"),
        icon="edit",
        status=status,
        form=form,
        waits=_shown(waits, by),
        settled=_shown(rows[:CORRECTIONS_A_PAGE], by),
        before=rows[CORRECTIONS_A_PAGE - 1].pk if len(rows) > CORRECTIONS_A_PAGE else 0,
        others=corrections.others_may_sign(by),
        meanings=_meanings(),
    )


def _shown(rows: Iterable[Correction], by: Account) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "amount": row.money.show(current_locale()),
            "credit": account_words(row.credit),
            "debit": account_words(row.debit),
            "month": month_name(row.first_day),
            "own": row.proposed_by_id == by.pk,
        }
        for row in rows
    ]


def _meanings() -> list[tuple[str, str, str]]:
    """What each choice does in the books, with the accounts' own names, as if the money were at the bank."""
    campaign = Campaign(slug="…")
    bank = corrections.places()[0]
    rows = []
    for kind in Correction.Kind:
        debit, credit = corrections.accounts_of(kind, place=bank, campaign=campaign)
        rows.append((str(kind.label), credit, debit))
    return rows


@require_POST
@allowed(ALL)
def propose(request: HttpRequest) -> HttpResponse:
    """Write down what somebody else is to sign off."""
    form = CorrectionForm(request.POST)
    if form.is_valid():
        try:
            form.propose(_person(request))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, text("Proposed. Nothing is booked before it is signed off."))
            return redirect("corrections_desk:index")
    messages.error(request, text("Nothing was proposed. The form says what is wrong."))
    return _index(request, form, status=422)


@require_POST
@allowed(ALL)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a correction off, or withdraw it."""
    get_object_or_404(Correction, pk=pk, mode=registry.mode())
    by, decided = _person(request), request.POST.get("do", "")
    try:
        if decided == "confirm":
            row = corrections.confirm(correction_id=pk, by=by, alone="alone" in request.POST)
            said = text("%(amount)s are booked.") % {"amount": row.money.show(current_locale())}
            messages.success(request, said)
        elif decided == "withdraw":
            corrections.withdraw(correction_id=pk, by=by)
            messages.success(request, text("Withdrawn. Nothing was booked."))
        else:
            messages.error(request, text("Nothing was changed: please choose what to do."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("corrections_desk:index")


def _person(request: HttpRequest) -> Account:
    return cast("Account", request.user)


class CorrectionPages(DeskPages):
    """Corrections of the books."""

    name = "corrections_desk"
    url_prefix = "corrections"
    icon = "edit"
    menu_label = _("Corrections")
    permission = ALL

    def get_urlpatterns(self) -> list[Any]:
        """The pages."""
        return [
            path("", index, name="index"),
            path("proposals/", propose, name="propose"),
            path("<int:pk>/decisions/", settle, name="settle"),
        ]
