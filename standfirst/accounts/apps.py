from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "standfirst.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from standfirst.accounts import codes
        from standfirst.mail import enclosures

        enclosures.register(codes.KIND, codes.enclose)
