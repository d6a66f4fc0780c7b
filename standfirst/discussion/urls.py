"""The discussion's addresses: nouns."""

from django.urls import include, path

from standfirst.discussion import previewing, subject_keys, views
from standfirst.discussion.cards import views as cards
from standfirst.discussion.pictures import views as pictures
from standfirst.discussion.questions.views import question

__all__ = ["app_name", "subject_keys", "urlpatterns"]

app_name = "discussion"

urlpatterns = [
    path("", include("standfirst.discussion.mine.urls")),
    path("", include("standfirst.discussion.following.urls")),
    path("", include("standfirst.discussion.moderating.urls")),
    path("discussion/threads/<subject:key>/questions/<uuid:mark>/", question, name="question"),
    path("discussion/threads/<subject:key>/comments/", views.post, name="comments"),
    path("discussion/threads/<subject:key>/preview/", previewing.preview, name="preview"),
    path("discussion/threads/<subject:key>/pictures/", pictures.pictures, name="pictures"),
    path("discussion/pictures/<picture:name><picture_size:size>.webp", pictures.picture, name="picture"),
    path("discussion/pictures/<picture:name>/removal/", pictures.removal, name="picture_removal"),
    path("discussion/comments/<int:comment_id>/cards/<int:number>/", cards.card, name="card"),
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
