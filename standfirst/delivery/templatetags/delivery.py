"""``{% fragment "meter" %}`` and ``{% fragment "count" thread.pk %}``."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from standfirst.delivery.fragments import hole

register = template.Library()


@register.simple_tag
def fragment(kind: str, argument: object = "") -> SafeString:
    """Hold a place open for a fragment."""
    name = f"{kind}:{argument}" if argument != "" else kind
    return mark_safe(hole(name))  # noqa: S308 - the name is checked and the mark is ours
