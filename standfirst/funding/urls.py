"""The addresses at which readers give, and at which payment services report."""

from django.urls import include, path

from standfirst.funding.giving import views
from standfirst.funding.supporters import views as supporter_views

urlpatterns = [
    path("funding/events/<slug:provider>/", views.events, name="funding-events"),  # first: nobody asks as often
    path("support/", views.support, name="support"),
    path("support/thanks/<uuid:public_id>/", views.thanks, name="gift-thanks"),
    path("support/cancelled/<uuid:public_id>/", views.cancelled, name="gift-cancelled"),
    path("support/transfers/<uuid:public_id>/", views.transfer, name="gift-transfer"),
    path("support/me/", supporter_views.me, name="supporter"),
    path("support/me/links/", supporter_views.links_collection, name="supporter-links"),
    path("support/me/links/<str:token>/", supporter_views.link, name="supporter-link"),
    path("support/me/asked/", supporter_views.asked, name="supporter-asked"),
    path("support/me/session/", supporter_views.session, name="supporter-session"),
    path("support/me/erasure/", supporter_views.erasure, name="supporter-erasure"),
    path("support/me/gifts/<uuid:public_id>/<slug:what>/", supporter_views.act, name="supporter-act"),
    path("support/me/receipts/<int:payment_id>.pdf", supporter_views.receipt, name="supporter-receipt"),
    path("support/me/years/", supporter_views.years_collection, name="supporter-years"),
    path("support/me/years/<int:statement_id>.pdf", supporter_views.statement, name="supporter-statement"),
    path("support/<slug:slug>/", views.support, name="support-campaign"),
    path("gifts/", views.gifts_collection, name="gifts"),
    path("funding/", include("standfirst.funding.public.urls")),
]
