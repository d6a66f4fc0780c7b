"""Rules in the desk's menu, and the cool-downs that run on its first page."""

from typing import Any, ClassVar

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from standfirst.discussion.rules import cooling
from standfirst.discussion.rules.policies import MODERATE


class RulesMenuItem(MenuItem):
    """Rules and policies."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to moderators."""
        return request.user.has_perm(MODERATE)


class CoolDownsPanel(Component):
    """Which discussions cool down, and until when; nothing if none does."""

    name: ClassVar[str] = "cool_downs"
    template_name: ClassVar[str] = "discussion/rules/desk/_running.html"
    order: ClassVar[int] = 110

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Read them."""
        return {"running": cooling.running()}
