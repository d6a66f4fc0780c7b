"""The discussion's addresses: nouns."""

from django.urls import include, path

from standfirst.discussion import subject_keys, views

__all__ = ["app_name", "subject_keys", "urlpatterns"]

app_name = "discussion"

urlpatterns = [
    path("", include("standfirst.discussion.following.urls")),
    path("discussion/threads/<subject:key>/comments/", views.post, name="comments"),
    path("discussion/threads/<subject:key>/page/", views.further, name="further"),
    path("discussion/threads/<subject:key>/mine/", views.own_comments, name="mine"),
    path("discussion/threads/<subject:key>/since/<int:event>/", views.since, name="since"),
    path("discussion/threads/<subject:key>/", views.thread, name="thread"),
    path("discussion/comments/<int:comment_id>/replies/", views.replies, name="replies"),
    path("discussion/comments/<int:comment_id>/reply/", views.reply, name="reply"),
    path("discussion/comments/<int:comment_id>/votes/", views.vote, name="votes"),
    path("discussion/comments/<int:comment_id>/edits/", views.edit, name="edits"),
    path("discussion/comments/<int:comment_id>/", views.comment, name="comment"),
]
