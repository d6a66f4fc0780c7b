"""Letters on the desk: what waits, what could not be delivered, and who gets none. What one says is shown to nobody."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, TitleColumn

from standfirst.accounts.desk import LastingViewSet, TriedAgainViewSet
from standfirst.mail import outbox
from standfirst.mail.models import Letter, Suppression

VIEW_PERMISSION = "mail.view_letter"
CHANGE_PERMISSION = "mail.change_letter"
MENU_ORDER = 900


class LetterViewSet(TriedAgainViewSet):
    """The outbox."""

    model = Letter
    name = "letters_desk"
    url_prefix = "letters"
    icon = "mail"
    menu_label = _("Letters")
    menu_order = MENU_ORDER
    add_to_settings_menu = True
    page_title = _("Letter")
    retry_permission = CHANGE_PERMISSION
    retried = _("The letter is in the outbox again.")
    inspect_template_name = "mail/desk/letter.html"
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

    def is_waiting(self, row: Letter) -> bool:
        """Return whether we gave up on a letter that still has an address."""
        return row.state == Letter.State.GIVEN_UP and bool(row.to)

    def try_again(self, row: Letter) -> None:
        """Put the letter back into the outbox."""
        outbox.try_again(letter_id=row.pk)


class SuppressionViewSet(LastingViewSet):
    """Addresses to which nothing is sent. Bounces and the command line add to them; here one is let go."""

    model = Suppression
    name = "suppressions_desk"
    url_prefix = "suppressions"
    kept_pages = frozenset({"index", "index_results", "delete"})
    form_fields: ClassVar = ["address"]  # asked for by Wagtail; there is no page with it
    search_backend_name = None
    icon = "warning"
    menu_label = _("Suppressed addresses")
    menu_order = MENU_ORDER + 1
    add_to_settings_menu = True
    list_display: ClassVar = [
        TitleColumn("address", label=_("Address"), url_name="suppressions_desk:delete"),
        Column("reason", label=_("Why"), accessor="get_reason_display", sort_key="reason"),
        "note",
        "suppressed_at",
    ]
    list_filter: ClassVar = ["reason", "suppressed_at"]
    search_fields: ClassVar = ["address"]


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


@hooks.register("register_admin_viewset")
def register_suppressions() -> SuppressionViewSet:
    """Put the addresses that get nothing on the desk."""
    return SuppressionViewSet()


@hooks.register("construct_homepage_panels")
def show_undelivered(_request: HttpRequest, panels: list[Any]) -> None:
    """Announce letters that could not be delivered."""
    panels.append(UndeliveredPanel())
