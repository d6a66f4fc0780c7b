"""The inbox on the desk: what payment services reported, and what waits for a person."""

from typing import Any, ClassVar

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

from standfirst.funding import tasks
from standfirst.funding.desk.campaigns import LastingViewSet
from standfirst.funding.models import ProviderEvent

RETRY_PERMISSION = "funding.change_providerevent"


class OneMessage(generic.InspectView):
    """A message, and the button that tries it again."""

    page_title = _("Message")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether trying again makes sense."""
        undone = self.object.state != ProviderEvent.State.DONE
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"may_try_again": undone and self.request.user.has_perm(RETRY_PERMISSION)}


@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a message back in line."""
    if not request.user.has_perm(RETRY_PERMISSION):
        raise PermissionDenied
    event = get_object_or_404(ProviderEvent, pk=pk)
    tasks.try_again(event_pk=event.pk)
    messages.success(request, text("The message is in line again."))
    return redirect(reverse("inbox_desk:inspect", args=[event.pk]))


class InboxViewSet(LastingViewSet):
    """Messages of payment services."""

    model = ProviderEvent
    name = "inbox_desk"
    url_prefix = "payment-messages"
    icon = "mail"
    menu_label = _("Payment messages")
    inspect_view_enabled = True
    inspect_view_class = OneMessage
    inspect_template_name = "funding/desk/message.html"
    list_display: ClassVar = [
        TitleColumn("type", label=_("Says"), accessor="type", url_name="inbox_desk:inspect"),
        "object_ref",
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        "tries",
        "error",
        "received_at",
    ]
    list_filter: ClassVar = ["state", "provider", "received_at"]
    search_fields: ClassVar = ["event_id", "object_ref", "type"]
    search_backend_name = None
    inspect_view_fields: ClassVar = [
        "provider",
        "event_id",
        "type",
        "object_ref",
        "state",
        "tries",
        "error",
        "received_at",
        "next_try_at",
    ]
    form_fields: ClassVar = ["state"]

    def get_common_view_kwargs(self, **kwargs: Any) -> Any:
        """Offer neither adding nor editing."""
        return super().get_common_view_kwargs(**{"edit_url_name": None, "add_url_name": None} | kwargs)

    def get_urlpatterns(self) -> list[Any]:
        """Add the retry, leave out adding and editing."""
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name not in {"add", "edit"}]
        return [*kept, path("<int:pk>/tries/", try_again, name="try_again")]
