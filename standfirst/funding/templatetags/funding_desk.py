"""What stands on every page of the desk for treasurers."""

from typing import Any

from django import template

from standfirst.funding import watching
from standfirst.funding.desk.reconciliation import SEE

register = template.Library()


@register.inclusion_tag("funding/desk/_alarm.html", takes_context=True)
def books_alarm(context: Any) -> dict[str, Any]:
    """Say to treasurers that the books need a look; nothing to others, and nothing when all is well."""
    user = getattr(context.get("request"), "user", None)
    may_see = user is not None and user.is_authenticated and user.has_perm(SEE)
    return {"alarm": watching.now().alarm if may_see else ""}
