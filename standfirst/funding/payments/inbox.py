"""The inbox: a provider's message is kept, answered, and only then acted on.

A message is a reason to ask the provider, never a fact itself. What cannot be settled now is
parked and tried again; what contradicts our books waits for a person. Nothing is dropped.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, OperationalError
from django.db.models import Q

from standfirst.delivery.changes import verb
from standfirst.funding import allowances
from standfirst.funding.books.ledger import LedgerConflict
from standfirst.funding.books.rates import RateMissing
from standfirst.funding.models import Gift, ProviderEvent
from standfirst.funding.payments import counting
from standfirst.funding.payments.counting import FactsDisagree, NotOurs, UnknownGift
from standfirst.funding.payments.disputes import DisputesDisagree
from standfirst.funding.payments.refunds import RefundsDisagree
from standfirst.funding.payments.subscriptions import SubscriptionsDisagree
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import (
    EventRef,
    Facts,
    NotFound,
    NotSetUp,
    ProviderRefused,
    ProviderUnreachable,
)
from standfirst.kit import clock

log = logging.getLogger(__name__)
TRIES_MAX = 60  # with the waits below about two days; the provider itself gives up after three
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(minutes=1)  # a new message that was not settled as it came is taken up by the scheduler
BATCH_MAX = 200  # messages in one round of the scheduler
ERROR_LENGTH_MAX = 500  # characters; as the column

State = ProviderEvent.State
_FOR_LATER = (ProviderUnreachable, NotSetUp, NotFound, UnknownGift, RateMissing, OperationalError)
_CONTRADICTIONS = (
    FactsDisagree,
    RefundsDisagree,
    DisputesDisagree,
    SubscriptionsDisagree,
    ProviderRefused,
    LedgerConflict,
    IntegrityError,
)


@verb
def receive(*, provider: str, messages: Sequence[EventRef]) -> list[int]:
    """Keep verified messages, each once; return the ids of those that still need work. No lock."""
    at = clock.now()
    ProviderEvent.objects.bulk_create(
        [
            ProviderEvent(
                provider=provider, event_id=ref.event_id, type=ref.type, object_ref=ref.object_ref, received_at=at
            )
            for ref in messages
        ],
        ignore_conflicts=True,
    )
    kept = ProviderEvent.objects.filter(provider=provider, event_id__in=[ref.event_id for ref in messages])
    return list(kept.exclude(state__in=[State.DONE, State.QUARANTINED]).values_list("pk", flat=True))


def process(event_pk: int) -> str:
    """Ask the provider what a message is about and apply the answer; return the message's new state.

    Safe to repeat and to run many times at once.
    """
    event = ProviderEvent.objects.get(pk=event_pk)
    if event.state == State.DONE:
        return State.DONE
    try:
        facts = registry.provider(event.provider).fetch(event.object_ref)
        gift = settle(event_pk=event_pk, facts=facts)
    except NotOurs as ignored:
        return finish(event_pk=event_pk, note=str(ignored))
    except _FOR_LATER as later:
        return park(event_pk=event_pk, why=str(later))
    except Exception as trouble:
        if not isinstance(trouble, _CONTRADICTIONS):
            # An answer of an unknown shape must not lose the message.
            log.exception("message %s cannot be understood", event.event_id)
        return quarantine(event_pk=event_pk, why=f"{type(trouble).__name__}: {trouble}")
    if facts.declined_ref:
        _stop_trying(gift)
    return State.DONE


def _stop_trying(gift: Gift) -> None:
    """Close the payment page of a gift for which too many cards were declined. If that fails, the next decline does."""
    if gift.status == Gift.Status.OPEN and gift.session_ref and allowances.spent(gift):
        try:
            registry.provider(gift.provider).close(gift.session_ref)
        except (ProviderUnreachable, NotSetUp, NotFound) as trouble:
            log.warning("the payment page of gift %s stays open: %s", gift.public_id, trouble)


@verb
def settle(*, event_pk: int, facts: Facts) -> Gift:
    """Apply the facts, end the message, return the gift: one transaction. Refusals and lock as ``counting.apply``."""
    gift = counting.apply(facts=facts)
    _end(event_pk, "")
    return gift


@verb
def finish(*, event_pk: int, note: str = "") -> str:
    """End a message."""
    _end(event_pk, note)
    return State.DONE


def _end(event_pk: int, note: str) -> None:
    ProviderEvent.objects.filter(pk=event_pk).update(state=State.DONE, error=note[:ERROR_LENGTH_MAX], next_try_at=None)


@verb
def park(*, event_pk: int, why: str) -> str:
    """Lay a message aside until its next try; after the last one a person has to look. Locks its row."""
    event = ProviderEvent.objects.select_for_update().get(pk=event_pk)
    if event.state == State.DONE:
        return State.DONE
    event.tries += 1
    event.state = State.QUARANTINED if event.tries >= TRIES_MAX else State.PARKED
    event.error = why[:ERROR_LENGTH_MAX]
    event.next_try_at = clock.now() + min(FIRST_WAIT * 2 ** min(event.tries - 1, 20), LONGEST_WAIT)
    event.save(update_fields=["tries", "state", "error", "next_try_at"])
    return event.state


@verb
def quarantine(*, event_pk: int, why: str) -> str:
    """Set a message aside for a person: it contradicts our books, or cannot be understood."""
    log.error("message %s waits for a person: %s", event_pk, why)
    ProviderEvent.objects.filter(pk=event_pk).exclude(state=State.DONE).update(
        state=State.QUARANTINED, error=why[:ERROR_LENGTH_MAX], next_try_at=None
    )
    return State.QUARANTINED


@verb
def try_again(*, event_pk: int) -> None:
    """Put a message that waits for a person back in line, as new. A finished one stays finished."""
    ProviderEvent.objects.filter(pk=event_pk).exclude(state=State.DONE).update(
        state=State.NEW, tries=0, next_try_at=clock.now()
    )


def due() -> list[int]:
    """Return the ids of messages whose time has come: parked ones, and new ones that nobody took."""
    at = clock.now()
    waiting = Q(state=State.PARKED, next_try_at__lte=at)
    forgotten = Q(state=State.NEW, received_at__lte=at - FORGOTTEN_AFTER) | Q(state=State.NEW, next_try_at__lte=at)
    return list(
        ProviderEvent.objects.filter(waiting | forgotten).order_by("pk").values_list("pk", flat=True)[:BATCH_MAX]
    )
