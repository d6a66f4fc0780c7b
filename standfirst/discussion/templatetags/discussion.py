"""``{% comment_html comment is_open %}``: a comment with its answers, with its words filled into a mould."""

from django import template
from django.utils.safestring import SafeString

from standfirst.discussion import rendering
from standfirst.discussion.shown import ShownComment

register = template.Library()


@register.simple_tag
def comment_html(comment: ShownComment, is_open: object) -> SafeString:
    """Return what ``discussion/_comment.html`` makes of ``comment``."""
    return rendering.html(comment, is_open=bool(is_open))
