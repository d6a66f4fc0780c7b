"""Searching the stories."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from standfirst.delivery.pages import personal_page
from standfirst.kit.text import clean_line
from standfirst.stories import search as index
from standfirst.web.pages.shell import page


@personal_page
def search(request: HttpRequest) -> HttpResponse:
    """The search page. What somebody looks for is nobody else's business: it is never kept."""
    query = clean_line(request.GET.get("q", ""))[: index.QUERY_LENGTH_MAX]
    number = index.page_number(request.GET.get("page", ""))
    found = index.search(query, number=number)
    context = {
        "query": query,
        "results": found.stories,
        "total": found.total,
        "too_short": 0 < len(query) < index.QUERY_LENGTH_MIN,
        "newer_url": f"?{urlencode({'q': query, 'page': number - 1})}" if number > 1 else "",
        "older_url": f"?{urlencode({'q': query, 'page': number + 1})}" if found.more else "",
    }
    response = page(request, "stories/search.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
