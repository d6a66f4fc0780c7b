from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "standfirst.discussion"
    label = "discussion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from standfirst.accounts import naming
        from standfirst.discussion import names, receivers

        naming.require(names.check_own)
        receivers.connect()
