"""The inbox: a provider's message is kept, answered, and only then acted on.

A message is a reason to ask the provider, never a fact itself. What cannot be settled now is
parked and tried again; what contradicts our books waits for a person. Nothing is dropped.

Whoever settles borrows messages for a while (``take``), asks about each payment once, whatever number of messages it
has, and books all answers in one transaction. Who dies with them loses nothing: they fall due again.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest

from django.db import IntegrityError, OperationalError, connection
from django.db.models import Q

from standfirst.delivery.changes import statement, verb
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
from standfirst.kit import clock, rows

log = logging.getLogger(__name__)
TRIES_MAX = 60  # with the waits below about two days; the provider itself gives up after three
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(minutes=1)  # what was begun and not ended by then is begun again by the scheduler
LENT_FOR = timedelta(minutes=3)  # longer than a batch takes while the provider answers each question at the last moment
BATCH_MAX = 32  # messages that are borrowed together, and what else waits of their payments
BATCH_MAX_ON_SQLITE = 10  # where nobody else can write while they are booked, a tenth of a second
AT_ONCE_MAX = 8  # questions; at Stripe's quarter of a second a third of the hundred that it allows each second
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
_askers = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="ask")  # its threads keep their connections open


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says now about the payment that these messages are about."""

    messages: tuple[ProviderEvent, ...]
    facts: Facts


@statement
def receive(*, provider: str, messages: Sequence[EventRef]) -> list[int]:
    """Keep verified messages, each once; return the ids of those that came for the first time. No lock.

    A message of a service is one of these; more than ROWS_AT_ONCE together would be several statements.
    """
    at = clock.now()
    kept = [
        ProviderEvent(
            provider=provider,
            event_id=ref.event_id,
            type=ref.type,
            object_ref=ref.object_ref,
            payment_ref=ref.payment_ref,
            received_at=at,
            next_try_at=at,
        )
        for ref in messages
    ]
    return [pk for (pk,) in rows.add_new(kept, told=("id",))]


@verb
def take(*, most: int = BATCH_MAX) -> list[ProviderEvent]:
    """Borrow messages whose time has come, and what else waits of the same payments; [] if there are none.

    Nobody else takes them for LENT_FOR. Locks their rows; those that are locked already are passed by.
    """
    at = clock.now()
    waiting = ProviderEvent.objects.filter(state__in=[State.NEW, State.PARKED]).order_by("pk")
    due = waiting.filter(Q(next_try_at__lte=at) | Q(next_try_at=None)).select_for_update(skip_locked=True)
    taken = list(due[:most])
    if not taken:
        return []
    payments = {event.payment_ref for event in taken} - {""}
    ids = [event.pk for event in taken]
    if payments:
        taken += due.filter(payment_ref__in=payments).exclude(pk__in=ids)
        ids = [event.pk for event in taken]
    ProviderEvent.objects.filter(pk__in=ids).update(next_try_at=at + LENT_FOR)
    return taken


def batch_max() -> int:
    """Return how many messages are borrowed together."""
    return BATCH_MAX if connection.vendor == "postgresql" else BATCH_MAX_ON_SQLITE


def process_due() -> int:
    """Settle a batch of messages whose time has come; return how many that were. Safe to run many times at once."""
    taken = take(most=batch_max())
    process_all(taken)
    return len(taken)


def process(event_pk: int) -> str:
    """Ask the provider what a message is about and apply the answer; return the message's new state.

    Safe to repeat and to run many times at once.
    """
    event = ProviderEvent.objects.get(pk=event_pk)
    if event.state == State.DONE:
        return State.DONE
    return process_all([event])[event_pk]


def process_all(events: Sequence[ProviderEvent]) -> dict[int, str]:
    """Settle messages: one question for each payment, one transaction for all answers. Return their states by id."""
    asked = _by_payment(events)
    said = [_ask(asked[0])] if len(asked) == 1 else list(_askers.map(_ask, asked))
    states: dict[int, str] = {}
    answers: dict[object, list[Answer]] = {}
    for messages, reply in zip(asked, said, strict=True):
        if isinstance(reply, Facts):
            answers.setdefault(reply.gift_id or messages[0].pk, []).append(Answer(messages, reply))
        elif len(messages) == 1 or isinstance(reply, ProviderUnreachable | NotSetUp):
            states |= _set_aside(messages, reply)
        else:  # the others may be about something that can be asked about
            states |= {pk: state for each in messages for pk, state in process_all([each]).items()}
    # One answer of each gift at a time: what is applied to a gift is read before the next is.
    for batch in zip_longest(*answers.values()):
        states |= _book([answer for answer in batch if answer is not None])
    return states


def _by_payment(events: Sequence[ProviderEvent]) -> list[tuple[ProviderEvent, ...]]:
    found: dict[tuple[str, str | int], list[ProviderEvent]] = {}
    for event in events:
        found.setdefault((event.provider, event.payment_ref or event.pk), []).append(event)
    return [tuple(messages) for messages in found.values()]


def _ask(messages: Sequence[ProviderEvent]) -> Facts | Exception:
    try:
        provider = registry.provider(messages[0].provider)
        return provider.fetch(provider.telling([each.object_ref for each in messages]))
    except Exception as trouble:  # noqa: BLE001 - it is told apart where it is written down
        return trouble


def _book(answers: Sequence[Answer]) -> dict[int, str]:
    try:
        troubles = settle(answers=answers)
    except Exception as trouble:
        if len(answers) > 1:  # a deadlock, or one that breaks all: each is tried alone
            log.warning("%s payments are booked one by one", len(answers), exc_info=True)
            return {pk: state for answer in answers for pk, state in _book([answer]).items()}
        troubles = [trouble]
    states: dict[int, str] = {}
    for answer, why in zip(answers, troubles, strict=True):
        done = {each.pk: str(State.DONE) for each in answer.messages}
        states |= done if why is None else _set_aside(answer.messages, why)
        if why is None and answer.facts.declined_ref:
            _stop_trying(answer.facts)
    return states


def _set_aside(messages: Sequence[ProviderEvent], trouble: Exception) -> dict[int, str]:
    if isinstance(trouble, NotOurs):
        return {each.pk: finish(event_pk=each.pk, note=str(trouble)) for each in messages}
    if isinstance(trouble, _FOR_LATER):
        return {each.pk: park(event_pk=each.pk, why=str(trouble)) for each in messages}
    if not isinstance(trouble, _CONTRADICTIONS):
        # An answer of an unknown shape must not lose the message.
        log.error("message %s cannot be understood", messages[0].event_id, exc_info=trouble)
    return {each.pk: quarantine(event_pk=each.pk, why=f"{type(trouble).__name__}: {trouble}") for each in messages}


def _stop_trying(facts: Facts) -> None:
    """Close the payment page of a gift for which too many cards were declined. If that fails, the next decline does."""
    still_open = Gift.objects.filter(status=Gift.Status.OPEN).exclude(session_ref="")
    gift = still_open.filter(public_id=facts.gift_id).first() if facts.gift_id else None
    if gift is not None and allowances.spent(gift):
        try:
            registry.provider(gift.provider).close(gift.session_ref)
        except (ProviderUnreachable, NotSetUp, NotFound) as trouble:
            log.warning("the payment page of gift %s stays open: %s", gift.public_id, trouble)


@verb
def settle(*, answers: Sequence[Answer]) -> list[Exception | None]:
    """Apply answers, each of another gift, and end their messages, in one transaction. As ``counting.apply_all``."""
    troubles = counting.apply_all(many=[answer.facts for answer in answers])
    applied = [answer for answer, trouble in zip(answers, troubles, strict=True) if trouble is None]
    _end([each.pk for answer in applied for each in answer.messages], "")
    return troubles


@verb
def finish(*, event_pk: int, note: str = "") -> str:
    """End a message."""
    _end([event_pk], note)
    return State.DONE


def _end(ids: Sequence[int], note: str) -> None:
    ProviderEvent.objects.filter(pk__in=ids).update(state=State.DONE, error=note[:ERROR_LENGTH_MAX], next_try_at=None)


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
