from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "standfirst.discussion"
    label = "discussion"
    default_auto_field = "django.db.models.BigAutoField"
