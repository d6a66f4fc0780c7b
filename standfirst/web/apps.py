from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "standfirst.web"
    label = "web"

    def ready(self) -> None:
        from standfirst.web import receivers
        from standfirst.web.pages import fragments  # noqa: F401 - registers what renders each kind

        receivers.connect()
