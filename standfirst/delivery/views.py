"""A fragment alone, for pages that are open: what the live stream tells them to fetch."""

from django.http import Http404, HttpRequest, HttpResponse

from standfirst.delivery import fragments
from standfirst.delivery.pages import shows, stored_page


@stored_page()
def fragment(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of the fragment ``name``; it is kept like a page that is nothing but one hole."""
    found = fragments.render([name]) if fragments.NAME.fullmatch(name) else {}
    if name not in found:
        raise Http404(name)
    response = HttpResponse(fragments.hole(name))
    response.headers["X-Robots-Tag"] = "noindex"
    return shows(response, *found[name].keys)  # beside the hole's own: it may be gone after a change
