"""The desk's forms. They read and check what staff type; the views hand it to the verbs."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from standfirst.funding import amounts, bank_matching, campaigns
from standfirst.funding.giftform import locale
from standfirst.funding.models import NAME_LENGTH_MAX, REFERENCE_LENGTH_MAX, Campaign, Gift
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money


class LikelyTwin(Refusal):
    """A gift that is about to be recorded by hand looks like one that a bank statement brought."""

    code = "funding.likely_twin"
    status = 409
    message = _(
        "A bank statement brought the same amount on {day} ({name}). Nothing was recorded."
        " If this is another gift, say so and save again."
    )
    field = "another"


class CampaignForm(forms.ModelForm[Campaign]):
    """A new campaign. The goal is typed as people write amounts."""

    goal = forms.CharField(
        label=_("Goal"),
        required=False,
        max_length=amounts.TEXT_LENGTH_MAX,
        help_text=_("For each month, in the campaign’s currency. Empty: the total is shown without a goal."),
    )

    class Meta:
        model = Campaign
        fields: ClassVar = ["name", "slug", "currency", "tz", "kind", "active", "featured"]
        help_texts: ClassVar = {
            "slug": _("Stands in the books and never changes."),
            "currency": _("Never changes. Another currency is another campaign."),
            "tz": _("Its calendar decides when a month begins, for example Europe/Berlin."),
        }

    def goal_minor(self) -> int | None:
        """Return the goal in minor units, or None. Refusal: AmountNotUnderstood."""
        typed = self.cleaned_data["goal"].strip()
        if not typed:
            return None
        currency = self.cleaned_data.get("currency") or self.instance.currency
        return amounts.understood(typed, currency=currency, locale=locale()).minor


class CampaignChangeForm(CampaignForm):
    """A campaign that stands: what the books rest on is left alone."""

    class Meta(CampaignForm.Meta):
        fields: ClassVar = ["name", "tz", "active", "featured"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goal = campaigns.goal_minor(self.instance)
        if goal is not None:
            self.fields["goal"].initial = Money(goal, self.instance.currency).show(locale())


class OfflineGiftForm(forms.ModelForm[Gift]):
    """Money that arrived by bank or in an envelope."""

    amount = forms.CharField(label=_("Amount"), max_length=amounts.TEXT_LENGTH_MAX)
    received_on = forms.DateField(
        label=_("Received on"), help_text=_("It counts in the month of this day."), initial=lambda: clock.now().date()
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=REFERENCE_LENGTH_MAX,
        help_text=_("From the bank statement or the receipt. The same reference is never counted twice."),
    )
    display_name = forms.CharField(label=_("Name"), required=False, max_length=NAME_LENGTH_MAX)
    another = forms.BooleanField(
        label=_("It is another gift"),
        required=False,
        help_text=_("Tick this if a bank statement brought the same amount, and this gift came besides."),
    )
    field_order = ["campaign", "amount", "received_on", "reference"]

    class Meta:
        model = Gift
        fields: ClassVar = ["campaign", "display_name", "anonymous", "message"]

    def money(self) -> Money:
        """Return the amount. Refusal: AmountNotUnderstood."""
        currency = self.cleaned_data["campaign"].currency
        return amounts.understood(self.cleaned_data["amount"], currency=currency, locale=locale())

    def refuse_twin(self, amount: Money) -> None:
        """Refuse what a bank statement brought already, unless it is said to be another. Refusal: LikelyTwin."""
        typed = self.cleaned_data
        twin = bank_matching.likely_arrived(
            amount_minor=amount.minor, currency=amount.currency, on=typed["received_on"], mode=registry.mode()
        )
        if twin is not None and not typed["another"]:
            raise LikelyTwin(day=twin.paid_at.date().isoformat(), name=twin.gift.display_name or "–")


def show_refusal(form: forms.ModelForm[Any], refusal: Refusal) -> None:
    """Put a refusal beside the field that it is about."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
