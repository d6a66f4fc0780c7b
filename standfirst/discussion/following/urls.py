"""Following's addresses: nouns."""

from django.urls import path

from standfirst.discussion import subject_keys
from standfirst.discussion.following import views

__all__ = ["subject_keys", "urlpatterns"]

urlpatterns = [
    path("discussion/feed/", views.feed, {"form": "rss"}, name="feed"),
    path("discussion/feed/atom/", views.feed, {"form": "atom"}, name="feed"),
    path("discussion/feed/json/", views.feed, {"form": "json"}, name="feed"),
    path("discussion/threads/<subject:key>/feed/", views.thread_feed, {"form": "rss"}, name="thread_feed"),
    path("discussion/threads/<subject:key>/feed/atom/", views.thread_feed, {"form": "atom"}, name="thread_feed"),
    path("discussion/threads/<subject:key>/feed/json/", views.thread_feed, {"form": "json"}, name="thread_feed"),
    path("discussion/threads/<subject:key>/follows/", views.follow_thread, name="follows"),
    path("discussion/comments/<int:comment_id>/follow/", views.comment_form, name="follow_comment"),
    path("discussion/comments/<int:comment_id>/follows/", views.follow_comment, name="comment_follows"),
    path("discussion/following/", views.link_form, name="follow_link"),
    path("discussion/following/asked/", views.asked, name="follow_asked"),
    path("discussion/following/links/", views.send_link, name="follow_links"),
    path("discussion/following/confirmations/<str:token>/", views.confirmation, name="follow_confirm"),
    path("discussion/following/stops/<str:token>/", views.stop, name="follow_stop"),
    path("discussion/following/<str:token>/delivery/", views.delivery, name="follow_delivery"),
    path("discussion/following/<str:token>/ends/", views.ends, name="follow_ends"),
    path("discussion/following/<str:token>/", views.manage, name="follow_manage"),
]
