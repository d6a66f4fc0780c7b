"""Letters on the desk: what waits, what could not be delivered. What a letter says is shown to nobody."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from standfirst.mail import outbox
from standfirst.mail.models import Letter

VIEW_PERMISSION = "mail.view_letter"
CHANGE_PERMISSION = "mail.change_letter"
MENU_ORDER = 900
KEPT_PAGES = {"index", "index_results", "inspect"}


class OneLetter(generic.InspectView):
    """What became of a letter, and the button that tries it again."""

    page_title = _("Letter")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether trying again makes sense."""
        undelivered = self.object.state == Letter.State.GIVEN_UP and self.object.to
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"may_try_again": undelivered and self.request.user.has_perm(CHANGE_PERMISSION)}


@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a letter back into the outbox."""
    if not request.user.has_perm(CHANGE_PERMISSION):
        raise PermissionDenied
    letter = get_object_or_404(Letter, pk=pk)
    outbox.try_again(letter_id=letter.pk)
    messages.success(request, text("The letter is in the outbox again."))
    return redirect(reverse("letters_desk:inspect", args=[letter.pk]))


class LetterViewSet(ModelViewSet):
    """The outbox."""

    model = Letter
    name = "letters_desk"
    url_prefix = "letters"
    icon = "mail"
    menu_label = _("Letters")
    menu_order = MENU_ORDER
    add_to_settings_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    inspect_view_enabled = True
    inspect_view_class = OneLetter
    inspect_template_name = "mail/desk/letter.html"
    form_fields: ClassVar = ["state"]  # asked for by Wagtail; there is no page with it
    list_display: ClassVar = [
        TitleColumn("subject", label=_("Subject"), accessor="subject", url_name="letters_desk:inspect"),
        "to",
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        "tries",
        "error",
        "made_at",
    ]
    list_filter: ClassVar = ["state", "made_at"]
    search_fields: ClassVar = ["to", "key"]
    search_backend_name = None
    inspect_view_fields: ClassVar = [
        "key",
        "to",
        "subject",
        "state",
        "tries",
        "error",
        "made_at",
        "next_try_at",
        "sent_at",
    ]

    def get_common_view_kwargs(self, **kwargs: Any) -> Any:
        """Offer no page that would write or delete a letter."""
        names = ("add_url_name", "edit_url_name", "delete_url_name", "history_url_name", "usage_url_name")
        return super().get_common_view_kwargs(**dict.fromkeys(names) | kwargs)

    def get_urlpatterns(self) -> list[Any]:
        """Leave those pages out, too."""
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name in KEPT_PAGES]
        return [*kept, path("<int:pk>/tries/", try_again, name="try_again")]


class UndeliveredPanel(Component):
    """On the desk's first page, for those who may see letters: how many could not be delivered."""

    order = 300
    template_name = "mail/desk/panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Count them, for those who may see them."""
        may_see = parent_context["request"].user.has_perm(VIEW_PERMISSION)
        return {"undelivered": outbox.condition().given_up if may_see else 0}


@hooks.register("register_admin_viewset")
def register_letters() -> LetterViewSet:
    """Put the outbox on the desk."""
    return LetterViewSet()


@hooks.register("construct_homepage_panels")
def show_undelivered(_request: HttpRequest, panels: list[Any]) -> None:
    """Announce letters that could not be delivered."""
    panels.append(UndeliveredPanel())
