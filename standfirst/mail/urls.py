"""Mail's only address: where a mail service reports what came back."""

from django.urls import path

from standfirst.mail import views

app_name = "mail"

urlpatterns = [path("mail/bounces/", views.report, name="bounces")]
