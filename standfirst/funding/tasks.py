"""What is done in the background: messages of providers, refunds under way, the check of the books."""

import logging
from collections.abc import Sequence

from django.tasks import task

from standfirst.delivery.changes import verb
from standfirst.funding import inbox, ledger, refunds
from standfirst.funding.providers.protocol import EventRef
from standfirst.kit import clock

log = logging.getLogger(__name__)


@task
def process_message(event_pk: int) -> str:
    """Process one message of the inbox. Harmless when it is done already."""
    return inbox.process(event_pk)


@verb
def take_in(*, provider: str, messages: Sequence[EventRef]) -> list[int]:
    """Keep verified messages and the tasks that will process them, in one transaction; return their ids."""
    waiting = inbox.receive(provider=provider, messages=messages)
    for event_pk in waiting:
        process_message.enqueue(event_pk)
    return waiting


def process_parked() -> int:
    """Try again what was parked, forgotten, or asked of a provider that did not answer; return how many. Scheduled."""
    due = inbox.due()
    for event_pk in due:
        inbox.process(event_pk)
    overdue = refunds.waiting().filter(at__lte=clock.now() - inbox.FORGOTTEN_AFTER).values_list("pk", flat=True)
    asked = list(overdue[: inbox.BATCH_MAX])
    for refund_id in asked:
        refunds.send(refund_id)
    return len(due) + len(asked)


def ledger_self_check() -> list[ledger.Broken]:
    """Check the books and log what is broken, loudly; return it. Scheduled, and run after tests."""
    broken = ledger.check()
    for rule in broken:
        log.critical("the ledger is broken: %s (%s)", rule.rule, rule.where)
    return broken
