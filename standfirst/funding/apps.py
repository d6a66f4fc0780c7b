from django.apps import AppConfig
from django.conf import settings

from standfirst.kit import clock


class FundingConfig(AppConfig):
    name = "standfirst.funding"
    label = "funding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        configuration = settings.STANDFIRST
        clock.follow(configuration.clock_file if configuration.mode == "rehearsal" else None)
