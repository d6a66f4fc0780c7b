from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "standfirst.web"
    label = "web"

    def ready(self) -> None:
        from django.conf import settings

        from standfirst.web import receivers
        from standfirst.web.pages import fragments  # noqa: F401 - registers what renders each kind
        from standfirst.web.processes import purging

        receivers.connect()
        purging.follow(settings.STANDFIRST.cdn_access)
