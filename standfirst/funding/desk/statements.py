"""Bank statements on the desk: bring a file, settle the lines that are not certain."""

import base64
import binascii
import zlib
from collections.abc import Callable
from typing import Any, ClassVar, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from standfirst.accounts.models import Account
from standfirst.funding.bank import lines as bank_lines
from standfirst.funding.bank import matching as bank_matching
from standfirst.funding.bank.files import csvfile, reading
from standfirst.funding.bank.files.csvfile import COLUMNS_MAX, Columns, Table
from standfirst.funding.bank.files.lines import FILE_BYTES_MAX, StatementUnknown, checked_currency
from standfirst.funding.bank.files.reading import ColumnsUnknown
from standfirst.funding.desk.pages import DeskPages, allowed, page
from standfirst.funding.models import NAME_LENGTH_MAX, NOTE_LENGTH_MAX, BankLine, BankStatement, Campaign, Gift
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

SEE = "funding.view_bankline"
BRING = "funding.add_bankstatement"
SETTLE = "funding.change_bankline"
LINES_A_PAGE = 50
STATEMENTS_SHOWN = 10  # the newest files, under the form that brings another
CARRIED_BYTES_MAX = 1_500_000  # of a CSV, packed, that waits in the page for the meaning of its columns
SAMPLE_ROWS = 5
WAITING = "waiting"

State = BankLine.State


def _above() -> list[tuple[str, str]]:
    return [(reverse("bank_desk:index"), text("Bank"))]


@require_safe
@allowed(SEE)
def index(request: HttpRequest) -> HttpResponse:
    """The lines of one state, those that wait first, and the form that brings a file."""
    state = request.GET.get("state", WAITING)
    lines = BankLine.objects.select_related(
        "statement", "settled_by", "payment", "suggested_gift", "suggested_payment__gift"
    ).order_by("-pk")
    if state == WAITING:
        lines = lines.filter(state__in=[State.NEW, State.SUGGESTED])
    elif state in State.values:
        lines = lines.filter(state=state)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) <= 18:
        lines = lines.filter(pk__lt=int(before))
    shown = list(lines[: LINES_A_PAGE + 1])
    return page(
        request,
        "funding/desk/bank.html",
        title=text("Bank"),
        icon="table",
        state=state,
        states=[(WAITING, text("to settle")), *State.choices[2:], ("all", text("all"))],
        lines=[_shown(line) for line in shown[:LINES_A_PAGE]],
        before=shown[LINES_A_PAGE - 1].pk if len(shown) > LINES_A_PAGE else 0,
        statements=BankStatement.objects.select_related("imported_by")[:STATEMENTS_SHOWN],
        may_bring=request.user.has_perm(BRING),
        may_settle=request.user.has_perm(SETTLE),
        campaigns=Campaign.objects.order_by("-featured", "name"),
        name_length_max=NAME_LENGTH_MAX,
        note_length_max=NOTE_LENGTH_MAX,
    )


def _shown(line: BankLine) -> dict[str, Any]:
    payment = line.suggested_payment
    return {
        "line": line,
        "amount": Money(line.amount_minor, line.currency).show(current_locale()),
        "waits": line.state in {State.NEW, State.SUGGESTED},
        "may_return": line.state in {State.IGNORED, State.SAME},
        "same": payment,
        "same_amount": payment.charged.show(current_locale()) if payment else "",
        "gift": line.suggested_gift,
        "gift_amount": line.suggested_gift.charged.show(current_locale()) if line.suggested_gift else "",
    }


@require_POST
@allowed(BRING)
def bring(request: HttpRequest) -> HttpResponse:
    """Take in a file; of a CSV with new headings, ask first what they mean."""
    file = request.FILES.get("file")
    data = file.read(FILE_BYTES_MAX + 1) if file is not None else b""
    name = file.name or "" if file is not None else ""
    return _take_in(request, name, data)


def _take_in(request: HttpRequest, name: str, data: bytes) -> HttpResponse:
    try:
        statement = reading.read(data, columns_for=bank_lines.columns_for)
        report = bank_lines.take_in(name=name, data=data, statement=statement, by=_person(request))
    except ColumnsUnknown as unknown:
        return _ask_columns(request, name, data, ColumnsForm(unknown.table, initial=_proposed(unknown.table)))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(report))
    return redirect("bank_desk:index")


class ColumnsForm(forms.Form):
    """Which column of a CSV means what. The proposal is a guess and has to be looked at."""

    bank = forms.CharField(label=_("Bank"), max_length=NAME_LENGTH_MAX, help_text=_("To tell its files from others’."))
    date_order = forms.ChoiceField(
        label=_("Dates are written"),
        choices=[
            ("", "–"),
            ("ymd", _("year, month, day")),
            ("dmy", _("day, month, year")),
            ("mdy", _("month, day, year")),
        ],
    )
    decimal_mark = forms.ChoiceField(
        label=_("Amounts are written"), choices=[("", "–"), (",", "1.234,56"), (".", "1,234.56")]
    )
    currency_always = forms.CharField(
        label=_("Currency, if no column says it"),
        max_length=3,
        required=False,
        help_text=_("Three capitals, such as EUR."),
    )
    fields_of_columns: ClassVar[dict[str, Any]] = {
        "booked_on": _("Day of booking"),
        "amount": _("Amount"),
        "payer": _("Who paid"),
        "text": _("What they wrote"),
        "currency": _("Currency"),
        "direction": _("In or out"),
        "reference": _("The bank’s own number"),
    }
    field_order = ["bank", "booked_on", "date_order", "amount", "decimal_mark", "currency", "currency_always"]

    def __init__(self, table: Table, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(str(place), f"{place + 1}: {name or '…'}") for place, name in enumerate(table.heading[:COLUMNS_MAX])]
        for name, label in self.fields_of_columns.items():
            needed = name in {"booked_on", "amount"}
            if name == "text":
                self.fields[name] = forms.MultipleChoiceField(
                    label=label, choices=places, required=False, widget=forms.CheckboxSelectMultiple
                )
            else:
                self.fields[name] = forms.ChoiceField(label=label, choices=[("", "–"), *places], required=needed)
        self.order_fields(self.field_order)
        self.table = table

    def clean(self) -> dict[str, Any]:
        """Want a currency from somewhere."""
        typed: dict[str, Any] = super().clean() or {}
        if not typed.get("currency"):
            try:
                typed["currency_always"] = checked_currency(typed.get("currency_always", ""), line=1)
            except Refusal:
                self.add_error("currency_always", _("Choose its column, or write three capitals, such as EUR."))
        return typed

    def columns(self) -> Columns:
        """Return what was said."""
        typed = self.cleaned_data
        return Columns(
            booked_on=int(typed["booked_on"]),
            amount=int(typed["amount"]),
            date_order=typed["date_order"],
            decimal_mark=typed["decimal_mark"],
            payer=_place(typed["payer"]),
            text=tuple(int(place) for place in typed["text"]),
            currency=_place(typed["currency"]),
            currency_always=typed["currency_always"],
            direction=_place(typed["direction"]),
            reference=_place(typed["reference"]),
        )


def _place(typed: str) -> int | None:
    return int(typed) if typed else None


def _proposed(table: Table) -> dict[str, Any]:
    return {name: value if isinstance(value, list) else str(value) for name, value in csvfile.propose(table).items()}


def _ask_columns(request: HttpRequest, name: str, data: bytes, form: ColumnsForm) -> HttpResponse:
    packed = base64.b64encode(zlib.compress(data)).decode()
    if len(packed) > CARRIED_BYTES_MAX:
        messages.error(request, text("The first file of a new bank has to be smaller. Export a shorter time."))
        return redirect("bank_desk:index")
    return page(
        request,
        "funding/desk/columns.html",
        title=text("A new table"),
        icon="table",
        above=_above(),
        form=form,
        heading=form.table.heading,
        sample=[cells for _number, cells in form.table.rows[:SAMPLE_ROWS]],
        file_name=name,
        packed=packed,
    )


@require_POST
@allowed(BRING)
def columns(request: HttpRequest) -> HttpResponse:
    """Take in a CSV with the meaning of its columns, and remember it once the file could be read with it."""
    name = request.POST.get("file_name", "")
    try:
        data = _unpacked(request.POST.get("packed", ""))
        table = csvfile.read_table(reading.decoded(data))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("bank_desk:index")
    form = ColumnsForm(table, request.POST)
    if not form.is_valid():
        return _ask_columns(request, name, data, form)
    try:
        statement = csvfile.parse(table, form.columns())
        report = bank_lines.take_in(name=name, data=data, statement=statement, by=_person(request))
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _ask_columns(request, name, data, form)
    bank_lines.remember_columns(heading_digest=table.digest, name=form.cleaned_data["bank"], columns=form.columns())
    messages.success(request, str(report))
    return redirect("bank_desk:index")


def _unpacked(packed: str) -> bytes:
    try:
        data = zlib.decompressobj().decompress(
            base64.b64decode(packed[:CARRIED_BYTES_MAX], validate=True), FILE_BYTES_MAX
        )
    except (binascii.Error, zlib.error, ValueError) as error:
        raise StatementUnknown from error
    return data


@require_POST
@allowed(SETTLE)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what a treasurer decided about a line."""
    line = get_object_or_404(BankLine, pk=pk)
    decide = _DECISIONS.get(request.POST.get("do", ""))
    try:
        if decide is None:
            messages.error(request, text("Nothing was changed: please choose what the line is."))
        else:
            messages.success(request, decide(request, line))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    state = request.POST.get("state", WAITING)
    return redirect(reverse("bank_desk:index") + f"?state={state if state in State.values else WAITING}")


def _count(request: HttpRequest, line: BankLine) -> str:
    reference = bank_matching.squash(request.POST.get("reference", ""))
    gift = Gift.objects.filter(reference=reference).first() if reference else line.suggested_gift
    if gift is None:
        raise bank_lines.LineDoesNotFit(why=text("no gift has that reference"))
    bank_lines.count_for(line_id=line.pk, gift_id=gift.pk, by=_person(request))
    return text("Counted for the gift.")


def _same(request: HttpRequest, line: BankLine) -> str:
    if line.suggested_payment_id is None:
        raise bank_lines.LineDoesNotFit(why=text("no gift like it was recorded"))
    bank_lines.same_as(line_id=line.pk, payment_id=line.suggested_payment_id, by=_person(request))
    return text("It is the gift that was recorded before. Nothing was counted again.")


def _new(request: HttpRequest, line: BankLine) -> str:
    chosen = request.POST.get("campaign", "")
    campaign = get_object_or_404(Campaign, pk=int(chosen) if chosen.isascii() and chosen.isdigit() else 0)
    bank_lines.count_as_new(
        line_id=line.pk,
        campaign=campaign,
        display_name=request.POST.get("display_name", ""),
        anonymous="shown" not in request.POST,
        by=_person(request),
    )
    return text("Counted as a new gift.")


def _ignore(request: HttpRequest, line: BankLine) -> str:
    bank_lines.ignore(line_id=line.pk, note=request.POST.get("note", ""), by=_person(request))
    return text("Set aside. It is no gift.")


def _again(request: HttpRequest, line: BankLine) -> str:
    bank_lines.look_again(line_id=line.pk, by=_person(request))
    return text("The line waits again.")


_DECISIONS: dict[str, Callable[[HttpRequest, BankLine], str]] = {
    "count": _count,
    "same": _same,
    "new": _new,
    "ignore": _ignore,
    "again": _again,
}


def _person(request: HttpRequest) -> Account:
    return cast("Account", request.user)


class BankPages(DeskPages):
    """Bank statements and their lines."""

    name = "bank_desk"
    url_prefix = "bank"
    icon = "table"
    menu_label = _("Bank")
    permission = SEE

    def get_urlpatterns(self) -> list[Any]:
        """The pages."""
        return [
            path("", index, name="index"),
            path("statements/", bring, name="bring"),
            path("statements/columns/", columns, name="columns"),
            path("lines/<int:pk>/decisions/", settle, name="settle"),
        ]
