"""The desk's forms. They read and check what staff type; the views hand it to the verbs."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from standfirst.funding import amounts, campaigns
from standfirst.funding.bank import matching as bank_matching
from standfirst.funding.giving import presets
from standfirst.funding.models import NAME_LENGTH_MAX, REFERENCE_LENGTH_MAX, Campaign, Gift, Interval
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

LINES_LENGTH_MAX = 2_000  # characters of amounts or milestones, one on each line
MILESTONES_MAX = 12  # more do not fit beside a bar
_OFFERED = {
    Interval.ONCE: _("Amounts offered once"),
    Interval.MONTH: _("Amounts offered monthly"),
    Interval.YEAR: _("Amounts offered yearly"),
}


class TooMany(Refusal):
    """More lines than are shown."""

    code = "funding.too_many_lines"
    status = 422
    message = _("At most {most} lines. Nothing was changed.")


class StepNotUnderstood(Refusal):
    """A line is no milestone."""

    code = "funding.milestone_not_understood"
    status = 422
    message = _("“{line}” is no milestone. Write an amount, a colon, and what it makes possible. Nothing was changed.")
    field = "milestones"


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
        fields: ClassVar = [
            "name",
            "slug",
            "currency",
            "tz",
            "kind",
            "active",
            "featured",
            "net_of_fees",
            "spreads_yearly",
        ]
        help_texts: ClassVar = {
            "active": _("If not, its pages stay and say what was given."),
            "featured": _(
                "One campaign stands on every page; others have pages of their own and can stand in stories."
            ),
            "net_of_fees": _(
                "Otherwise the amounts that supporters chose count, and fees are an expense."
                " Wherever the sum is shown it says so. Settled by the first gift."
            ),
            "spreads_yearly": _(
                "A twelfth counts in each of twelve months. Otherwise a yearly gift counts in the month in which"
                " it is paid. For gifts that are paid from now on; needs a goal for each month."
            ),
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
        return amounts.understood(typed, currency=currency, locale=current_locale()).minor


class CampaignChangeForm(CampaignForm):
    """A campaign that stands: what the books rest on is left alone."""

    class Meta(CampaignForm.Meta):
        fields: ClassVar = [
            "name",
            "about",
            "tz",
            "active",
            "featured",
            "beyond_goal",
            "shows_on_its_way",
            "shows_promised",
            "net_of_fees",
            "spreads_yearly",
            "fee_basis_points",
            "fee_fixed_minor",
        ]
        help_texts: ClassVar = {
            **CampaignForm.Meta.help_texts,
            "about": _("Stands above the form and on the campaign’s page."),
            "beyond_goal": _("A sentence that readers see, such as “It pays for the first days of next month.”"),
            "shows_on_its_way": _(
                "Bank debits and the like that have not arrived yet, as a hatched part of the bar. Never in the sum."
            ),
            "shows_promised": _(
                "What regular supporters are due to give before the month ends, as a mark on the bar. Never in the sum."
            ),
            "fee_fixed_minor": _("30 is 0.30 in a currency with two decimals."),
            "fee_basis_points": _("290 is 2.9 %. An estimate, shown to supporters who want to add the fee."),
        }
        widgets: ClassVar = {"about": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign, language = self.instance, current_locale()
        goal = campaigns.goal_minor(campaign)
        if goal is not None:
            self.fields["goal"].initial = Money(goal, campaign.currency).show(language)
        set_here = set(campaign.presets.values_list("interval", flat=True))
        for interval, offered in presets.offered(campaign, campaign.currency).items():
            self.fields[f"offered_{interval}"] = forms.CharField(
                label=_OFFERED[interval],
                required=False,
                max_length=LINES_LENGTH_MAX,
                widget=forms.Textarea(attrs={"rows": 4}),
                initial=_lines(amount.show(language) for amount in offered) if interval in set_here else "",
                help_text=_("One amount on each line, {most} at most. Empty: the usual ones ({usual}).").format(
                    most=presets.OFFERED_MAX, usual=" · ".join(amount.show(language) for amount in offered)
                ),
            )
        self.fields["milestones"] = forms.CharField(
            label=_("Milestones"),
            required=False,
            max_length=LINES_LENGTH_MAX,
            widget=forms.Textarea(attrs={"rows": 4}),
            initial=_lines(
                f"{Money(step.amount_minor, campaign.currency).show(language)}: {step.label}"
                for step in campaign.milestones.all()
            ),
            help_text=_("On each line an amount, a colon, and what it makes possible. Above the goal it is a stretch."),
        )

    def offered(self) -> dict[Interval, list[Money]]:
        """Return the amounts typed for each cadence. Refusals: AmountNotUnderstood, TooMany."""
        found = {interval: self._amounts(f"offered_{interval}") for interval in Interval}
        if any(len(each) > presets.OFFERED_MAX for each in found.values()):
            raise TooMany(most=presets.OFFERED_MAX)
        return found

    def steps(self) -> list[tuple[Money, str]]:
        """Return the milestones typed. Refusals: AmountNotUnderstood, StepNotUnderstood, TooMany."""
        found: dict[int, tuple[Money, str]] = {}
        for line in self.cleaned_data["milestones"].splitlines():
            amount, colon, label = line.partition(":")
            if line.strip() and not (colon and label.strip()):
                raise StepNotUnderstood(line=line.strip()[:60])
            if line.strip():
                money = amounts.understood(amount, currency=self.instance.currency, locale=current_locale())
                if not 0 < money.minor <= campaigns.GOAL_MINOR_MAX:
                    raise StepNotUnderstood(line=line.strip()[:60])
                found[money.minor] = (money, label)
        if len(found) > MILESTONES_MAX:
            raise TooMany(most=MILESTONES_MAX)
        return list(found.values())

    def _amounts(self, name: str) -> list[Money]:
        typed = [line for line in self.cleaned_data[name].splitlines() if line.strip()]
        language = current_locale()
        return [
            amounts.checked(amounts.understood(line, currency=self.instance.currency, locale=language), locale=language)
            for line in typed
        ]


def _lines(said: Iterable[str]) -> str:
    return "\n".join(said)


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
        return amounts.understood(self.cleaned_data["amount"], currency=currency, locale=current_locale())

    def refuse_twin(self, amount: Money) -> None:
        """Refuse what a bank statement brought already, unless it is said to be another. Refusal: LikelyTwin."""
        typed = self.cleaned_data
        twin = bank_matching.likely_arrived(
            amount_minor=amount.minor, currency=amount.currency, on=typed["received_on"], mode=registry.mode()
        )
        if twin is not None and not typed["another"]:
            raise LikelyTwin(day=twin.paid_at.date().isoformat(), name=twin.gift.display_name or "–")


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal beside the field that it is about."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
