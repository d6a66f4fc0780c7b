"""The inbox on the desk: what payment services reported, and what waits for a person."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn

from standfirst.accounts.desk import TriedAgainViewSet
from standfirst.funding import tasks
from standfirst.funding.models import ProviderEvent

RETRY_PERMISSION = "funding.change_providerevent"


class InboxViewSet(TriedAgainViewSet):
    """Messages of payment services."""

    model = ProviderEvent
    name = "inbox_desk"
    url_prefix = "payment-messages"
    icon = "mail"
    menu_label = _("Payment messages")
    page_title = _("Message")
    retry_permission = RETRY_PERMISSION
    retried = _("The message is in line again.")
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

    def is_waiting(self, row: ProviderEvent) -> bool:
        """Return whether the message is not done."""
        return row.state != ProviderEvent.State.DONE

    def try_again(self, row: ProviderEvent) -> None:
        """Ask the payment service again what is true."""
        tasks.try_again(event_pk=row.pk)
