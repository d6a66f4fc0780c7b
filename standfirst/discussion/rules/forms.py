"""The forms in which moderators write rules and policies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from standfirst.discussion.models import REASON_LENGTH_MAX, RULE_NAME_LENGTH_MAX, RULE_VALUE_LENGTH_MAX, Policy, Rule
from standfirst.discussion.rules.cooling import COOL_MINUTES, MINUTES_MAX
from standfirst.discussion.rules.policies import LIMITS
from standfirst.discussion.rules.writing import Wording
from standfirst.kit.errors import Refusal

AS_WIDER = _("As the wider part of the site has it")


class RuleForm(forms.Form):
    """A rule. Whether it means something is said by the verb's own refusals."""

    name = forms.CharField(label=_("Name"), max_length=RULE_NAME_LENGTH_MAX, help_text=_("For moderators."))
    kind = forms.ChoiceField(label=_("What it looks for"), choices=Rule.Kind.choices)
    value = forms.CharField(
        label=_("What exactly"),
        required=False,
        max_length=RULE_VALUE_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_(
            "Words and phrases: one a line; whole words are found, also behind accents, look-alike letters and gaps."
            " A pattern: a regular expression (RE2), capitals and small letters alike."
            " Address ranges: one a line, such as 192.0.2.0/24. Otherwise empty."
        ),
    )
    number = forms.IntegerField(
        label=_("How many"),
        required=False,
        min_value=1,
        help_text=_("For many links, the same text from many, and many comments of one person or address."),
    )
    minutes = forms.IntegerField(
        label=_("Within how many minutes"),
        required=False,
        min_value=1,
        help_text=_("For many comments of one person or address: at most 60."),
    )
    newcomers_only = forms.BooleanField(label=_("Only from people who have no published comment yet"), required=False)
    verdict = forms.ChoiceField(
        label=_("What becomes of the comment"),
        choices=Rule.Verdict.choices,
        initial=Rule.Verdict.HOLD,
        help_text=_("“Publish” spares it the rules below this one, and the look at links and capitals."),
    )
    told = forms.CharField(
        label=_("What its author reads"),
        required=False,
        max_length=REASON_LENGTH_MAX,
        help_text=_("A sentence. Without one, they read that a person looks at it first, or that the rules forbid it."),
    )

    def wording(self) -> Wording:
        """Return what was typed."""
        return Wording(**self.cleaned_data)

    def refused(self, refusal: Refusal) -> None:
        """Say what is wrong beside the field that it belongs to."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def _number(label: Any, most: int, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most, help_text=help_text)


class PolicyForm(forms.Form):
    """A policy. What is left empty is as the wider scope has it."""

    takes = forms.ChoiceField(
        label=_("Who may comment"), required=False, choices=[("", AS_WIDER), *Policy.Takes.choices]
    )
    checks = forms.ChoiceField(
        label=_("What is checked first"), required=False, choices=[("", AS_WIDER), *Policy.Checks.choices]
    )
    closes_after_days = _number(
        _("Closes after how many days"),
        LIMITS["closes_after_days"],
        _("Counted from when the story appeared. Empty: as the wider part has it; 0: never."),
    )
    slow_seconds = _number(
        _("Slow mode: seconds between two comments of a person"),
        LIMITS["slow_seconds"],
        _("Empty: as the wider part has it; 0: no slow mode."),
    )
    cool_comments = _number(
        _("Cool down at how many comments within ten minutes"),
        LIMITS["cool_comments"],
        _("When it is also twice as many as usual. A lively story has some twenty. 0: never."),
    )
    cool_reports = _number(
        _("Cool down at how many reports within ten minutes"), LIMITS["cool_reports"], _("Five are many. 0: never.")
    )


class CoolDownForm(forms.Form):
    """A cool-down begun by hand."""

    reason = forms.CharField(label=_("Why"), max_length=REASON_LENGTH_MAX)
    minutes = forms.IntegerField(
        label=_("For how many minutes"), min_value=1, max_value=MINUTES_MAX, initial=COOL_MINUTES
    )
