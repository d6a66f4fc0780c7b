from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class StoriesConfig(AppConfig):
    name = "standfirst.stories"
    label = "stories"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from standfirst.stories import receivers, roles

        receivers.connect()
        # The last app's turn: by then every table and every permission exists.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(roles.after_migrating, sender=last, dispatch_uid="stories.found")
