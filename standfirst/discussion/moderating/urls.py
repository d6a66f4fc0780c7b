"""Where readers report, object and read the rules."""

from django.urls import path

from standfirst.discussion.moderating import views

urlpatterns = [
    path("discussion/rules/", views.rules, name="rules"),
    path("discussion/comments/<int:comment_id>/report/", views.report, name="report"),
    path("discussion/comments/<int:comment_id>/reports/", views.reported, name="reports"),
    path("discussion/comments/<int:comment_id>/appeal/", views.appeal, name="appeal"),
]
