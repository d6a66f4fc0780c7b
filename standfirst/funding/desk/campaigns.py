"""Campaigns and goals on the desk."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from standfirst.funding import campaigns
from standfirst.funding.desk import forms
from standfirst.funding.giftform import locale
from standfirst.funding.models import Campaign
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

KEPT_PAGES = {"index", "index_results", "add", "edit", "inspect"}  # money is not deleted, copied or used elsewhere


class LastingViewSet(ModelViewSet):
    """Rows that nobody deletes or copies."""

    copy_view_enabled = False
    add_to_reference_index = False

    def get_common_view_kwargs(self, **kwargs: Any) -> Any:
        """Offer no page that is not there."""
        gone = {"delete_url_name": None, "history_url_name": None, "usage_url_name": None}
        return super().get_common_view_kwargs(**gone | kwargs)

    def get_urlpatterns(self) -> list[Any]:
        """Leave out the pages that would delete or copy."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in KEPT_PAGES]


class ByVerb:
    """A form's view whose writing is done by a verb; what the verb refuses is shown in the form."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Write, or show why not."""
        try:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except Refusal as refusal:
            forms.show_refusal(form, refusal)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            answer = self.form_invalid(form)  # type: ignore[attr-defined]
        return answer


class CreateCampaign(ByVerb, generic.CreateView):
    """The page of a new campaign."""

    def save_instance(self) -> Campaign:
        """Create it."""
        typed = self.form.cleaned_data
        wishes = {name: typed[name] for name in ("slug", "name", "currency", "tz", "kind", "active", "featured")}
        return campaigns.create(goal_minor=self.form.goal_minor(), by=self.request.user, **wishes)


class ChangeCampaign(ByVerb, generic.EditView):
    """The page of a campaign that stands."""

    def save_instance(self) -> Campaign:
        """Change it, and set the goal from now on."""
        typed = self.form.cleaned_data
        campaign = campaigns.change(
            campaign=self.object, name=typed["name"], tz=typed["tz"], active=typed["active"], featured=typed["featured"]
        )
        campaigns.set_goal(campaign=campaign, goal_minor=self.form.goal_minor(), by=self.request.user)
        return campaign


def goal_text(campaign: Campaign) -> str:
    """Return the goal that counts now."""
    goal = campaigns.goal_minor(campaign)
    return "–" if goal is None else Money(goal, campaign.currency).show(locale())


class CampaignViewSet(LastingViewSet):
    """What readers are asked to pay for."""

    model = Campaign
    icon = "site"
    menu_label = _("Campaigns and goals")
    add_view_class = CreateCampaign
    edit_view_class = ChangeCampaign
    list_display: ClassVar = [
        "name",
        Column("goal", label=_("Goal"), accessor=goal_text),
        "currency",
        "tz",
        "active",
        "featured",
    ]

    def get_form_class(self, for_update: bool = False) -> Any:  # noqa: FBT001, FBT002 - Wagtail's signature
        """Return the form."""
        return forms.CampaignChangeForm if for_update else forms.CampaignForm
