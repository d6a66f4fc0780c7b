"""The addresses of what is one's own."""

from django.urls import path

from standfirst.discussion.mine import views

urlpatterns = [
    path("discussion/mine/", views.my_comments, name="my_comments"),
    path("discussion/mine/export/", views.export, name="my_export"),
    path("discussion/mine/claims/", views.claim, name="my_claims"),
    path("discussion/mine/erasure/", views.erasure, name="my_erasure"),
    path("discussion/comments/<int:comment_id>/removal/", views.removal, name="removal"),
]
