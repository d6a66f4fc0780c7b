"""Places held open for fragments, and parts of a page that are made once.

``{% fragment "meter" %}`` and ``{% fragment "count" thread.pk %}``: the place of a fragment.
``{% once %}…{% endonce %}``: a part that is the same wherever it stands; it sees no variables.
"""

from typing import Any

from django import template
from django.conf import settings
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from standfirst.delivery.fragments import hole

register = template.Library()


@register.simple_tag
def fragment(kind: str, argument: object = "") -> SafeString:
    """Hold a place open for a fragment."""
    name = f"{kind}:{argument}" if argument != "" else kind
    return mark_safe(hole(name))  # noqa: S308 - the name is checked and the mark is ours


@register.tag
def once(parser: Parser, _token: Token) -> "OnceNode":
    """Compile a part that is the same wherever it stands."""
    inside = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(inside)


class OnceNode(Node):
    """A part of a template that is rendered once for each language, without any variables."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._made: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Return the part in the current language."""
        language = get_language()
        made = self._made.get(language)
        if made is None or settings.DEBUG:  # where templates change while the process runs
            alone: Any = context.new({})
            made = self._made[language] = self.nodelist.render(alone)
        return made
