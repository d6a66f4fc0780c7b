"""``{% comment_html comment is_open %}``: a comment with its answers, rendered or remembered."""

from django import template
from django.utils.safestring import SafeString

from standfirst.discussion import remembered
from standfirst.discussion.shown import ShownComment

register = template.Library()


@register.simple_tag
def comment_html(comment: ShownComment, is_open: object) -> SafeString:
    """Return what ``discussion/_comment.html`` makes of ``comment``."""
    return remembered.html(comment, is_open=bool(is_open))
