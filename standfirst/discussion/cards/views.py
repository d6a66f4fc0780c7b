"""A card's frame: the one page on which a browser may ask another server, for one picture, after a click.

It is a page of its own, so that the policy of a story's page stays as strict as it is: nothing from elsewhere.
Which picture is shown stands in a published comment, never in the address of the card.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from standfirst.delivery.pages import shows, stored_page
from standfirst.discussion import threads
from standfirst.discussion.cards.addresses import pictures_in
from standfirst.discussion.refusals import NoSuchComment


@require_safe
@stored_page()
def card(request: HttpRequest, comment_id: int, number: int) -> HttpResponse:
    """The picture whose address is the ``number``-th of a published comment that are pictures, counted from 0."""
    comment, thread = threads.published_comment(comment_id)
    pictures = pictures_in(comment.html)
    if number >= len(pictures) or thread.withdrawn_at is not None:
        raise NoSuchComment
    picture = pictures[number]
    response = render(request, "discussion/cards/card.html", {"address": picture.address})
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src https://{picture.server}; style-src 'self';"
        " frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return shows(response, thread.change_key)
