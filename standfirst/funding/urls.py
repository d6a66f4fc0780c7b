"""The addresses at which readers give, and at which payment services report."""

from django.urls import include, path

from standfirst.funding import views

urlpatterns = [
    path("support/", views.support, name="support"),
    path("support/thanks/<uuid:public_id>/", views.thanks, name="gift-thanks"),
    path("support/cancelled/<uuid:public_id>/", views.cancelled, name="gift-cancelled"),
    path("support/transfers/<uuid:public_id>/", views.transfer, name="gift-transfer"),
    path("support/<slug:slug>/", views.support, name="support-campaign"),
    path("gifts/", views.gifts_collection, name="gifts"),
    path("funding/events/<slug:provider>/", views.events, name="funding-events"),
    path("funding/", include("standfirst.funding.public.urls")),
]
