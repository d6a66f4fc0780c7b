"""What funding asks of a payment service, and the only shape in which it sees an answer."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal, Protocol

from django.utils.translation import gettext_lazy as _

from standfirst.funding.models import Interval
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

type GiftState = Literal["open", "pending", "paid", "failed", "lapsed"]
type RefundState = Literal["asked", "done", "failed"]
type DisputeStatus = Literal["inquiry", "open", "won", "lost"]
type SubscriptionStatus = Literal["active", "past_due", "paused", "cancelled", "lapsed"]
type MovementKind = Literal["charge", "refund", "refund_failed", "dispute", "payout", "fee", "other"]


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
    """A gift, as a provider needs to know it. ``charged`` is the gift and what was added for the fees."""

    public_id: uuid.UUID
    charged: Money
    interval: Interval
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
    """A verified message: who it is (for "once only"), what it says, and what it speaks of.

    ``payment_ref`` is the payment that this belongs to, as the message says; "" if it says none. One
    question answers all messages of a payment that were there before it was asked.
    """

    event_id: str
    type: str
    object_ref: str
    payment_ref: str = ""


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """Money that went back, or did not, as the provider says now. ``settled``: what it took from our balance there."""

    ref: str
    amount: Money
    state: RefundState
    at: datetime
    asked_as: uuid.UUID | None = None
    settled: Money | None = None


@dataclass(frozen=True, slots=True)
class DisputeMove:
    """Money that a dispute took from our balance (``withdrawn``) or gave back; ``fee`` is its price."""

    ref: str
    kind: Literal["withdrawn", "reinstated"]
    settled: Money
    fee: Money | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A payment that the supporter's bank takes back or asks about, as the provider says now."""

    ref: str
    amount: Money
    status: DisputeStatus
    opened_at: datetime
    reason: str = ""
    answer_by: datetime | None = None
    moves: tuple[DisputeMove, ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that arrived. ``amount`` is all that was charged; ``settled`` what it brought to our balance, before fees.

    ``invoice_ref`` names the invoice of a renewal; ``adjusted``: the provider itself computed another
    amount than the agreed one, as after a change in the middle of a month.
    """

    ref: str
    amount: Money
    paid_at: datetime
    settled: Money | None = None
    fee: Money | None = None
    fee_ref: str = ""
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()
    invoice_ref: str = ""
    adjusted: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What may be shown of a card."""

    brand: str
    last4: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """A gift that comes again, as the provider says now. ``charged`` is what its next invoice will ask for."""

    ref: str
    customer_ref: str
    status: SubscriptionStatus
    charged: Money
    started_at: datetime
    next_at: datetime | None = None
    resumes_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    card: Card | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the provider says now about one gift. ``charge`` stands exactly when it is paid.

    For a gift that comes again, ``charge`` is the one that the question was about. ``declined_ref``
    names an attempt to pay that failed while somebody was there to pay: never a renewal.
    """

    provider: str
    state: GiftState
    live: bool
    gift_id: uuid.UUID | None
    site: str
    charge: Charge | None = None
    email: str = ""
    name: str = ""
    subscription: SubscriptionFacts | None = None
    declined_ref: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of our balance at the provider: ``amount`` (negative when it leaves) before ``fee``.

    ``source`` names the charge, refund, dispute or payout that moved it; "" for anything else.
    """

    ref: str
    kind: MovementKind
    source: str
    amount: Money
    fee: Money
    at: datetime
    text: str = ""


class Provider(Protocol):
    """A way to take money.

    ``recurring``: gifts can come again by themselves; ``refundable``: money can be sent back from
    here; ``asynchronous``: some payments are known to have worked only days later.
    """

    name: ClassVar[str]
    recurring: ClassVar[bool]
    refundable: ClassVar[bool]
    asynchronous: ClassVar[bool]

    def start(self, intent: Intent) -> Redirect:
        """Open the place where ``intent`` is paid; the same intent again is the same place."""
        ...

    def close(self, session_ref: str) -> None:
        """Close the place that ``start`` opened, so that nothing can be paid there; one that is over stays as it is."""
        ...

    def fetch(self, ref: str) -> Facts:
        """Ask the provider what is true now about the gift that ``ref`` belongs to."""
        ...

    def telling(self, refs: Sequence[str]) -> str:
        """Return which of ``refs``, all of one payment, to ask about: its answer says what all others' would."""
        ...

    def verify(self, body: bytes, headers: Mapping[str, str]) -> list[EventRef]:
        """Return what a message says, or raise EventRefused."""
        ...

    def refund(self, charge_ref: str, amount: Money, asked_as: uuid.UUID) -> RefundFacts:
        """Send ``amount`` back; the same ``asked_as`` again is the same refund."""
        ...

    def change(self, subscription_ref: str, charged: Money, product: str) -> SubscriptionFacts:
        """Have a subscription ask for ``charged`` from its next payment on; nothing is charged or paid back now."""
        ...

    def pause(self, subscription_ref: str, resumes_at: datetime | None) -> SubscriptionFacts:
        """Charge nothing until ``resumes_at`` (None: until ``resume``)."""
        ...

    def resume(self, subscription_ref: str) -> SubscriptionFacts:
        """End a pause; the next payment is that of the usual day."""
        ...

    def cancel(self, subscription_ref: str, *, at_period_end: bool) -> SubscriptionFacts:
        """Never charge again. What is paid stays paid. One that has ended already stays as it is."""
        ...

    def portal(self, customer_ref: str, return_url: str) -> str:
        """Return the address of a page on which a supporter changes their card."""
        ...

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """Return what moved our balance from ``since`` up to ``until``, which is left out; newest first."""
        ...


class GivenOnce:
    """What a way to take money answers about gifts that come again, if it has none, and about a balance it lacks."""

    recurring: ClassVar[bool] = False
    asynchronous: ClassVar[bool] = False

    def close(self, session_ref: str) -> None:
        """Do nothing: no card can be tried there."""

    def telling(self, refs: Sequence[str]) -> str:
        """Return the first: each says all that there is."""
        return refs[0]

    def change(self, subscription_ref: str, charged: Money, product: str) -> SubscriptionFacts:
        """Refuse: nothing comes again this way."""
        raise NotSetUp

    def pause(self, subscription_ref: str, resumes_at: datetime | None) -> SubscriptionFacts:
        """Refuse: nothing comes again this way."""
        raise NotSetUp

    def resume(self, subscription_ref: str) -> SubscriptionFacts:
        """Refuse: nothing comes again this way."""
        raise NotSetUp

    def cancel(self, subscription_ref: str, *, at_period_end: bool) -> SubscriptionFacts:
        """Refuse: nothing comes again this way."""
        raise NotSetUp

    def portal(self, customer_ref: str, return_url: str) -> str:
        """Refuse: there is no card to change."""
        raise NotSetUp

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """Return nothing: nobody else holds this money."""
        return ()
