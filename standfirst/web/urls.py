"""Every address of the site."""

from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from standfirst.delivery.views import fragment
from standfirst.web.pages import errors, lists, machines, metrics, search, story

urlpatterns = [
    path("", lists.front_page, name="front_page"),
    re_path(r"^(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/(?P<slug>[-\w]+)/$", story.story, name="story"),
    path("", include("standfirst.discussion.urls")),  # early: whoever writes asks for these
    path("sections/<str:slug>/", lists.section, name="section"),
    path("series/<str:slug>/", lists.series, name="series"),
    path("topics/<str:slug>/", lists.topic, name="topic"),
    path("authors/<str:slug>/", lists.author, name="author"),
    path("search/", search.search, name="search"),
    path("feed/", machines.feed, name="feed"),
    path("sitemap.xml", machines.sitemap_index, name="sitemap_index"),
    re_path(r"^sitemaps/(?P<name>[0-9]{4}|pages)\.xml$", machines.sitemap_part, name="sitemap"),
    path("robots.txt", machines.robots, name="robots"),
    path("metrics", metrics.figures, name="metrics"),
    path("fragments/<str:name>", fragment, name="fragment"),
    path("", include("standfirst.funding.urls")),
    path("", include("standfirst.accounts.urls")),
    path("", include("standfirst.mail.urls")),
    path("desk/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^(?P<path>[-\w]+(?:/[-\w]+)*)/$", story.plain_page, name="plain_page"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
