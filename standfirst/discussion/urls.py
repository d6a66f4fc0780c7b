"""The discussion's addresses: nouns."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from standfirst.discussion import views
from standfirst.discussion.questions.views import question


class SubjectConverter(StringConverter):
    """A subject's key, such as story:42."""

    regex = "[A-Za-z0-9._:-]{1,120}"


register_converter(SubjectConverter, "subject")

app_name = "discussion"

urlpatterns = [
    path("discussion/threads/<subject:key>/questions/<uuid:mark>/", question, name="question"),
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
