"""What everybody on the desk sees of the money: the sum, and for treasurers what waits for them. No names."""

from typing import Any, ClassVar

from wagtail.admin.ui.components import Component

from standfirst.funding import meter
from standfirst.funding.desk.inbox import RETRY_PERMISSION
from standfirst.funding.models import ProviderEvent
from standfirst.funding.providers import registry


class FundingPanel(Component):
    """The month's figures on the desk's first page."""

    name: ClassVar[str] = "funding"
    template_name: ClassVar[str] = "funding/desk/panel.html"
    order: ClassVar[int] = 120

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Read the meter."""
        user = parent_context["request"].user
        waiting = ProviderEvent.objects.filter(state=ProviderEvent.State.QUARANTINED).count()
        return {
            "meter": meter.read(),
            "waiting": waiting if user.has_perm(RETRY_PERMISSION) else 0,
            "refused": registry.refuses_messages() and user.has_perm(RETRY_PERMISSION),
        }
