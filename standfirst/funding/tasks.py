"""What is done in the background: messages of providers, refunds under way, the check of the books."""

import logging

from django.tasks import task

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding.books import chain, checking
from standfirst.funding.models import Payment, Refund
from standfirst.funding.payments import inbox, refunds
from standfirst.kit import clock
from standfirst.kit.money import Money

log = logging.getLogger(__name__)
ROUND_MAX = 200  # messages, and refunds, of which one round of the scheduler begins no more


@task
def process_message(event_pk: int) -> str:
    """Process one message of the inbox. Harmless when it is done already."""
    return inbox.process(event_pk)


@task
def send_refund(refund_id: int) -> str:
    """Ask the provider for a refund that staff asked for. Harmless when it is done already."""
    return str(refunds.send(refund_id).status)


@verb
def ask_refund(*, payment: Payment, amount: Money, reason: str, by: Account) -> Refund:
    """Write down that ``amount`` shall go back, and the task that asks the provider. As ``refunds.ask``."""
    refund = refunds.ask(payment=payment, amount=amount, reason=reason, by=by)
    send_refund.enqueue(refund.pk)
    return refund


@verb
def try_again(*, event_pk: int) -> None:
    """Put a message of the inbox back in line, with the task that processes it."""
    inbox.try_again(event_pk=event_pk)
    process_message.enqueue(event_pk)


def process_parked() -> int:
    """Try again what was parked, forgotten, or asked of a provider that did not answer; return how many. Scheduled."""
    settled = 0
    while settled < ROUND_MAX and (taken := inbox.process_due()):
        settled += taken
    overdue = refunds.waiting().filter(at__lte=clock.now() - inbox.FORGOTTEN_AFTER).values_list("pk", flat=True)
    asked = list(overdue[:ROUND_MAX])
    for refund_id in asked:
        refunds.send(refund_id)
    return settled + len(asked)


def ledger_self_check(*, whole_chain: bool = False) -> list[checking.Broken]:
    """Check the books and log what is broken, loudly; return it. Scheduled, and run after tests.

    Every few minutes the chain is followed from where it was last found sound; each night, whole.
    """
    end = chain.end()
    broken = checking.check(whole_chain=whole_chain)
    for rule in broken:
        log.critical("the ledger is broken: %s (%s)", rule.rule, rule.where)
    if not broken and end.number:
        chain.remember(sound=end)
    return broken
