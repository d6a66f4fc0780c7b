from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "standfirst.funding"
    label = "funding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from standfirst.funding import letters, links, payments
        from standfirst.mail import enclosures

        payments.on_counted(letters.after_payment)
        enclosures.register(letters.RECEIPT_KIND, letters.enclose_receipt)
        enclosures.register(letters.LETTER_KIND, links.for_letter)
        enclosures.register(links.ASKED_KIND, links.for_whoever_asked)
