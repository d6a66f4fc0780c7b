"""The ways in which a supporter can pay here now: only those that are set up."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models import Campaign, Interval
from standfirst.funding.providers import registry
from standfirst.funding.providers.bank import BankTransfer
from standfirst.funding.providers.protocol import NotSetUp
from standfirst.funding.providers.stripe import Stripe
from standfirst.kit.errors import Refusal


class MethodNotOffered(Refusal):
    """Somebody chose a way to pay that this site does not have."""

    code = "funding.method_not_offered"
    status = 422
    message = _("This way to pay is not offered here. Please choose another one; nothing was charged.")
    field = "method"


class CannotComeAgain(Refusal):
    """What is chosen cannot repeat by itself."""

    code = "funding.cannot_come_again"
    status = 422
    message = _(
        "A bank transfer does not repeat by itself. Give once, or choose a card; "
        "your bank can repeat the transfer for you with a standing order."
    )
    field = "method"


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay: its provider's name, and what it can do."""

    name: str
    label: str | Promise
    recurring: bool
    has_fees: bool


CARD = Method(registry.ONLINE, _("Card, wallet and more"), recurring=Stripe.recurring, has_fees=True)
TRANSFER = Method(BankTransfer.name, _("Bank transfer"), recurring=BankTransfer.recurring, has_fees=False)


def offered(campaign: Campaign, currency: str) -> list[Method]:
    """Return the ways to pay ``campaign`` in ``currency``; the first one is chosen unless another is."""
    found = [CARD] if registry.takes_gifts_online() else []
    # A bank changes other currencies at its own rate: what arrived would not be what was meant.
    if registry.bank_account().ready and currency == campaign.currency:
        found.append(TRANSFER)
    return found


def intervals(methods: list[Method]) -> list[Interval]:
    """Return how often one can give with any of ``methods``."""
    return list(Interval) if any(method.recurring for method in methods) else [Interval.ONCE]


def chosen(name: str, *, campaign: Campaign, currency: str, interval: Interval) -> Method:
    """Return the way to pay that is meant by ``name``, the first one by "".

    Refusals: NotSetUp (there is none), MethodNotOffered, CannotComeAgain.
    """
    methods = offered(campaign, currency)
    if not methods:
        raise NotSetUp
    found = next((method for method in methods if method.name == name), None) if name else methods[0]
    if found is None:
        raise MethodNotOffered
    if interval != Interval.ONCE and not found.recurring:
        raise CannotComeAgain
    return found
