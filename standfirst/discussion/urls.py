"""The discussion's addresses: nouns. A key may hold a colon."""

from django.urls import path

from standfirst.discussion import views

app_name = "discussion"

urlpatterns = [
    path("discussion/threads/<path:key>/comments/", views.post, name="comments"),
    path("discussion/threads/<path:key>/page/", views.further, name="further"),
    path("discussion/threads/<path:key>/mine/", views.own_comments, name="mine"),
    path("discussion/threads/<path:key>/since/<int:event>/", views.since, name="since"),
    path("discussion/threads/<path:key>/", views.thread, name="thread"),
    path("discussion/comments/<int:comment_id>/replies/", views.replies, name="replies"),
    path("discussion/comments/<int:comment_id>/reply/", views.reply, name="reply"),
    path("discussion/comments/<int:comment_id>/votes/", views.vote, name="votes"),
    path("discussion/comments/<int:comment_id>/edits/", views.edit, name="edits"),
    path("discussion/comments/<int:comment_id>/", views.comment, name="comment"),
]
