"""Pictures for moderators, also while nobody else sees them."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from standfirst.delivery.pages import personal_page
from standfirst.discussion.moderating.desk import moderators_only
from standfirst.discussion.pictures.views import file_of

ROUTE = "discussion/pictures/<picture:name><picture_size:size>.webp"


@personal_page
@require_safe
@moderators_only
def picture(request: HttpRequest, name: str, size: str) -> HttpResponseBase:
    """A file of the shelf."""
    return file_of(name, size, lasting=False)
