"""Campaigns and goals on the desk."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms as django_forms
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

from standfirst.accounts.desk import LastingViewSet
from standfirst.delivery.changes import recording
from standfirst.funding import amounts, campaigns, pools
from standfirst.funding.desk import forms
from standfirst.funding.giving import presets
from standfirst.funding.models import Campaign, MatchingPool
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

END_PERMISSION = "funding.change_matchingpool"
TERMS = ("about", "fee_basis_points", "fee_fixed_minor")
COUNTING = ("net_of_fees", "spreads_yearly")
SHOWING = ("shows_on_its_way", "shows_promised", "beyond_goal")


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
        with recording():
            campaign = campaigns.create(goal_minor=self.form.goal_minor(), by=self.request.user, **wishes)
            return campaigns.set_counting(campaign=campaign, **_typed(typed, COUNTING))


class ChangeCampaign(ByVerb, generic.EditView):
    """The page of a campaign that stands."""

    def save_instance(self) -> Campaign:
        """Change it, and set the goal from now on."""
        # One refusal leaves all as it was.
        with recording():
            return self._change(self.form.cleaned_data)

    def _change(self, typed: Mapping[str, Any]) -> Campaign:
        campaign = campaigns.change(
            campaign=self.object, name=typed["name"], tz=typed["tz"], active=typed["active"], featured=typed["featured"]
        )
        campaigns.set_goal(campaign=campaign, goal_minor=self.form.goal_minor(), by=self.request.user)
        campaigns.set_terms(campaign=campaign, **_typed(typed, TERMS))
        campaigns.set_counting(campaign=campaign, **_typed(typed, COUNTING))
        campaigns.set_showing(campaign=campaign, **_typed(typed, SHOWING))
        for interval, offered in self.form.offered().items():
            presets.replace(campaign=campaign, interval=interval, amounts=offered, locale=current_locale())
        campaigns.set_milestones(campaign=campaign, steps=self.form.steps())
        return campaign


def _typed(typed: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: typed[name] for name in names}


def goal_text(campaign: Campaign) -> str:
    """Return the goal that counts now."""
    goal = campaigns.goal_minor(campaign)
    return "–" if goal is None else Money(goal, campaign.currency).show(current_locale())


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


class PoolForm(django_forms.ModelForm[MatchingPool]):
    """A new promise."""

    cap = django_forms.CharField(label=_("At most"), max_length=amounts.TEXT_LENGTH_MAX)

    class Meta:
        model = MatchingPool
        fields: ClassVar = ["campaign", "sponsor", "slug", "percent", "starts_at", "ends_at"]
        help_texts: ClassVar = {
            "slug": _("Stands in the books and never changes."),
            "sponsor": _("Readers see this name."),
            "percent": _("100 adds as much as was given."),
        }

    def money(self) -> Money:
        """Return the cap. Refusal: AmountNotUnderstood."""
        currency = self.cleaned_data["campaign"].currency
        return amounts.understood(self.cleaned_data["cap"], currency=currency, locale=current_locale())


class CreatePool(ByVerb, generic.CreateView):
    """The page of a new promise."""

    def save_instance(self) -> MatchingPool:
        """Write it down."""
        wishes = {name: self.form.cleaned_data[name] for name in PoolForm.Meta.fields}
        return pools.create(cap=self.form.money(), **wishes)

    def get_edit_url(self) -> str:
        """Lead to what was promised: it is ended, not edited."""
        return reverse("pools_desk:inspect", args=[self.object.pk])


class OnePool(generic.InspectView):
    """A promise, what it added, and the button that ends it."""

    page_title = _("Matching pool")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what was used."""
        pool: MatchingPool = self.object
        context: dict[str, Any] = super().get_context_data(**kwargs)
        running = pool.ended_early_at is None and pool.ends_at > clock.now()
        return context | {
            "cap": Money(pool.cap_minor, pool.campaign.currency).show(current_locale()),
            "used": pools.used(pool, registry.mode()).show(current_locale()),
            "may_end": running and self.request.user.has_perm(END_PERMISSION),
        }


@require_POST
def end_pool(request: HttpRequest, pk: int) -> HttpResponse:
    """End a promise now."""
    if not request.user.has_perm(END_PERMISSION):
        raise PermissionDenied
    pools.end(pool=get_object_or_404(MatchingPool, pk=pk))
    messages.success(request, text("The promise has ended. What it added stays."))
    return redirect(reverse("pools_desk:inspect", args=[pk]))


class PoolViewSet(LastingViewSet):
    """Promises to add to gifts."""

    model = MatchingPool
    # No editing: gifts were given on the strength of the promise.
    kept_pages = frozenset({"index", "index_results", "add", "inspect"})
    name = "pools_desk"
    url_prefix = "matching"
    icon = "plus"
    menu_label = _("Matching")
    add_view_class = CreatePool
    inspect_view_enabled = True
    inspect_view_class = OnePool
    inspect_template_name = "funding/desk/pool.html"
    inspect_view_fields: ClassVar = ["sponsor", "campaign", "slug", "percent", "starts_at", "ends_at", "ended_early_at"]
    list_display: ClassVar = [
        TitleColumn("sponsor", label=_("Who promises"), accessor="sponsor", url_name="pools_desk:inspect"),
        "campaign",
        "percent",
        "starts_at",
        "ends_at",
        "ended_early_at",
    ]

    def get_form_class(self, for_update: bool = False) -> Any:  # noqa: FBT001, FBT002 - Wagtail's signature
        """Return the form."""
        return PoolForm

    def get_urlpatterns(self) -> list[Any]:
        """Add the end."""
        return [*super().get_urlpatterns(), path("<int:pk>/ends/", end_pool, name="end")]
