"""Exchange rates on the desk: typed, or taken from the European Central Bank's table."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views import generic

from standfirst.accounts.desk import LastingViewSet
from standfirst.funding import campaigns
from standfirst.funding.books import rate_sheets
from standfirst.funding.desk.campaigns import ByVerb
from standfirst.funding.models import Rate
from standfirst.kit.errors import Refusal

ADD = "funding.add_rate"


class RateForm(forms.ModelForm[Rate]):
    """One rate."""

    class Meta:
        model = Rate
        fields: ClassVar = ["day", "base", "quote", "rate", "source"]
        help_texts: ClassVar = {
            "base": _("Three capitals, such as USD."),
            "rate": _("What one unit of the first currency is worth in the second."),
            "source": _("Where you read it. It stands beside every gift that is counted by it."),
        }

    def clean_base(self) -> str:
        """Want a currency that exists."""
        return self._currency("base")

    def clean_quote(self) -> str:
        """Want a currency that exists."""
        return self._currency("quote")

    def _currency(self, name: str) -> str:
        code = str(self.cleaned_data[name]).upper()
        try:
            campaigns.check_currency(code)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return code


class AddRate(ByVerb, generic.CreateView):
    """The page of a new rate."""

    def save_instance(self) -> Rate:
        """Keep it."""
        return rate_sheets.keep(**{name: self.form.cleaned_data[name] for name in RateForm.Meta.fields})

    def get_edit_url(self) -> str:
        """Lead to the list: a rate is not edited."""
        return reverse("rates_desk:index")


class RateList(generic.IndexView):
    """All rates, the newest first, and the form that brings a table."""

    default_ordering = "-day"


@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a table."""
    if not request.user.has_perm(ADD):
        raise PermissionDenied
    file = request.FILES.get("file")
    try:
        new = rate_sheets.take_in(data=file.read(rate_sheets.SHEET_BYTES_MAX + 1) if file is not None else b"")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext("%(n)d new rate. Parked gifts are counted within the hour.",
                        "%(n)d new rates. Parked gifts are counted within the hour.", new)  # fmt: skip
        messages.success(request, said % {"n": new})
    return redirect("rates_desk:index")


class RateViewSet(LastingViewSet):
    """What a currency was worth on a day."""

    model = Rate
    kept_pages = frozenset({"index", "index_results", "add", "inspect"})  # what was counted by a rate says so
    name = "rates_desk"
    url_prefix = "rates"
    icon = "order"
    menu_label = _("Exchange rates")
    add_view_class = AddRate
    index_view_class = RateList
    index_template_name = "funding/desk/rates.html"
    list_display: ClassVar = ["day", "base", "quote", "rate", "source"]
    list_filter: ClassVar = ["base", "quote", "day"]

    def get_form_class(self, for_update: bool = False) -> Any:  # noqa: FBT001, FBT002 - Wagtail's signature
        """Return the form."""
        return RateForm

    def get_urlpatterns(self) -> list[Any]:
        """Add the table."""
        return [*super().get_urlpatterns(), path("tables/", take_in, name="take_in")]
