"""What funding asks of a payment service, and the only shape in which it sees an answer."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

type GiftState = Literal["open", "pending", "paid", "failed", "lapsed"]
type RefundState = Literal["asked", "done", "failed"]


class EventRefused(Refusal):
    """A message that is not proven to come from the provider, or not meant for this site."""

    code = "funding.event_refused"
    status = 400
    message = _("This message is not proven to come from the payment service. Nothing was written.")


class ProviderUnreachable(Refusal):
    """The payment service does not answer, or answers that it cannot now."""

    code = "funding.provider_unreachable"
    status = 503
    message = _("The payment service does not answer at the moment. Nothing was charged. Please try again in a minute.")


class ProviderRefused(Refusal):
    """The payment service said no for good."""

    code = "funding.provider_refused"
    status = 409
    message = _("The payment service refused this ({reason}). Nothing was charged or paid back.")


class NotSetUp(Refusal):
    """No key is configured, so no money can be taken this way."""

    code = "funding.not_set_up"
    status = 503
    message = _("Gifts by card are not set up here yet. Nothing was charged. Please write to the newsroom.")


class NotFound(Refusal):
    """The provider does not know what a message speaks of."""

    code = "funding.unknown_at_provider"
    status = 404
    message = _("The payment service does not know {ref}.")


@dataclass(frozen=True, slots=True)
class Intent:
    """A gift, as a provider needs to know it."""

    public_id: uuid.UUID
    amount: Money
    description: str
    success_url: str
    cancel_url: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the supporter pays, and the provider's name for that place."""

    url: str
    session_ref: str


@dataclass(frozen=True, slots=True)
class EventRef:
    """A verified message: who it is (for "once only"), what it says, and what it speaks of."""

    event_id: str
    type: str
    object_ref: str


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """Money that went back, or did not, as the provider says now."""

    ref: str
    amount: Money
    state: RefundState
    at: datetime
    asked_as: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that arrived."""

    ref: str
    amount: Money
    paid_at: datetime
    fee: Money | None = None
    fee_ref: str = ""
    refunds: tuple[RefundFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the provider says now about one gift. ``charge`` stands exactly when it is paid."""

    provider: str
    state: GiftState
    live: bool
    gift_id: uuid.UUID | None
    site: str
    charge: Charge | None = None
    email: str = ""


class Provider(Protocol):
    """A way to take money."""

    name: ClassVar[str]
    refundable: ClassVar[bool]

    def start(self, intent: Intent) -> Redirect:
        """Open the place where ``intent`` is paid; the same intent again is the same place."""
        ...

    def fetch(self, ref: str) -> Facts:
        """Ask the provider what is true now about the gift that ``ref`` belongs to."""
        ...

    def verify(self, body: bytes, headers: Mapping[str, str]) -> list[EventRef]:
        """Return what a message says, or raise EventRefused."""
        ...

    def refund(self, charge_ref: str, amount: Money, asked_as: uuid.UUID) -> RefundFacts:
        """Send ``amount`` back; the same ``asked_as`` again is the same refund."""
        ...
