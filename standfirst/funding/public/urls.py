"""The addresses at which everybody sees how the money stands."""

from datetime import date

from django.urls import path, register_converter

from standfirst.funding.public import views


class MonthConverter:
    """A month in an address, such as 2026-11."""

    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> str:
        """Leave it as it is: the view reads it."""
        return value

    def to_url(self, value: str) -> str:
        """Leave it as it is."""
        return value


class DayConverter:
    """A day in an address, such as 2026-11-22."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError, and so no such page, if there is none."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()


register_converter(MonthConverter, "month")
register_converter(DayConverter, "day")

urlpatterns = [
    path("", views.overview, name="funding"),
    path("meter.json", views.meter_json, name="meter-json"),
    path("meter.svg", views.meter_svg, name="meter-svg"),
    path("meter.js", views.meter_js, name="meter-js"),
    path("<month:month>/", views.month, name="funding-month"),
    path("<month:month>/ledger.<str:kind>", views.ledger_download, name="funding-ledger"),
    path("<day:day>/", views.day, name="funding-day"),
    path("campaigns/<slug:slug>/", views.overview, name="funding-campaign"),
    path("campaigns/<slug:slug>/meter.json", views.meter_json, name="campaign-meter-json"),
    path("campaigns/<slug:slug>/meter.svg", views.meter_svg, name="campaign-meter-svg"),
    path("campaigns/<slug:slug>/<month:month>/", views.month, name="funding-campaign-month"),
    path(
        "campaigns/<slug:slug>/<month:month>/ledger.<str:kind>", views.ledger_download, name="funding-campaign-ledger"
    ),
]
