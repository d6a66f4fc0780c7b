"""The questions' addresses."""

from django.urls import path

from standfirst.discussion.questions import views

urlpatterns = [
    path("discussion/threads/<subject:key>/questions/<uuid:mark>/", views.question, name="question"),
]
