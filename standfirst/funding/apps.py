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
        from standfirst.funding import pools
        from standfirst.funding.books import returned, spreading
        from standfirst.funding.payments import counting, subscriptions
        from standfirst.funding.supporters import letters, links
        from standfirst.mail import enclosures

        # Pools first: whoever books a refund holds their rows before receipts' numbers, too.
        counting.on_counted(pools.follow_all)
        counting.on_counted(spreading.follow_all)
        counting.on_counted(letters.after_payments)
        returned.on_posted(pools.follow)
        returned.on_posted(spreading.follow)
        subscriptions.on_renewal_failed(letters.renewal_failed)
        subscriptions.on_ended(letters.subscription_ended)
        enclosures.register(letters.RECEIPT_KIND, letters.enclose_receipt)
        enclosures.register(letters.LETTER_KIND, links.for_letter)
        enclosures.register(links.ASKED_KIND, links.for_whoever_asked)
