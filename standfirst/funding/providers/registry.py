"""Which payment services this site has, made from its settings."""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext

from standfirst.funding.models import Mode
from standfirst.funding.providers.bank import BankAccount, BankTransfer
from standfirst.funding.providers.offline import Offline
from standfirst.funding.providers.protocol import NotSetUp, Provider
from standfirst.funding.providers.stripe import Stripe, StripeAccount
from standfirst.funding.rehearsal import keys

ONLINE = "stripe"
# No bank has this number: whoever transfers in a rehearsal all the same gets their money back.
REHEARSAL_IBAN = "DE36000000000000000000"


def mode() -> Mode:
    """Return whether this site takes real money."""
    return Mode(settings.STANDFIRST.mode)


def site_mark() -> str:
    """Return the mark on our gifts at a provider: several sites may share one account there."""
    return str(settings.STANDFIRST.url)


def provider(name: str) -> Provider:
    """Return the provider ``name``. NotSetUp if there is none, or if its settings are missing."""
    if name == Offline.name:
        return Offline()
    if name == BankTransfer.name:
        return BankTransfer(bank_account())
    if name != Stripe.name:
        raise NotSetUp
    return _stripe(_stripe_account())


def takes_gifts_online() -> bool:
    """Say whether a supporter can pay here now."""
    return _stripe_account().ready


def bank_account() -> BankAccount:
    """Return where transfers go; in rehearsal a bank account that does not exist."""
    found = settings.STANDFIRST
    if mode() is Mode.REHEARSAL and found.bank_iban:
        return BankAccount(name=f"{found.bank_name} ({gettext('rehearsal')})", iban=REHEARSAL_IBAN, bic="")
    return BankAccount(name=found.bank_name, iban=found.bank_iban, bic=found.bank_bic)


def payment_pages() -> tuple[str, ...]:
    """Return the origins to which the gift form may lead; a browser's policy needs to know them."""
    if mode() is Mode.REHEARSAL:
        return (settings.STANDFIRST.rehearsal_url,)
    return ("https://checkout.stripe.com",)


def _stripe_account() -> StripeAccount:
    configuration = settings.STANDFIRST
    if mode() is Mode.REHEARSAL:
        shared = keys.derived(settings.SECRET_KEY)
        return StripeAccount(
            shared.api_key, shared.webhook_secret, live=False, site=site_mark(), api_base=configuration.rehearsal_url
        )
    return StripeAccount(
        configuration.stripe_secret_key, configuration.stripe_webhook_secret, live=True, site=site_mark()
    )


@cache
def _stripe(account: StripeAccount) -> Stripe:
    return Stripe(account)
