"""Messages in every order, with answers that are as old as the message: the books come out the same."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from standfirst.funding.books import checking
from standfirst.funding.models import Gift, Transfer
from standfirst.funding.payments import inbox
from standfirst.funding.providers.protocol import DisputeFacts, DisputeMove, Facts
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, message, paid_facts, refund_facts, started_gift
from standfirst.testing.payment_service import ScriptedService, scripted

pytestmark = [
    pytest.mark.slow,
    pytest.mark.no_cover,  # tracing nearly doubles it, and one order reaches all that 840 do
]

CHARGED = Money(2_500, "USD")
MESSAGES = (
    "checkout.session.completed",
    "payment_intent.succeeded",
    "refund.created",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
)


@dataclass(frozen=True)
class Story:
    """What the service knew when each of its messages was made."""

    paid: Facts
    ref: str
    won: bool

    def at(self, kind: str) -> Facts:
        back = refund_facts(f"re_{self.ref}", Money(1_000, "USD"))
        refunds = {"refund.created": (back,), "charge.refunded": (back,), "charge.dispute.closed": (back,)}
        disputes = {"charge.dispute.created": (self.dispute(closed=False),)}
        disputes["charge.dispute.closed"] = (self.dispute(closed=True),)
        charge = replace(self.paid.charge, refunds=refunds.get(kind, ()), disputes=disputes.get(kind, ()))  # type: ignore[type-var]
        return replace(self.paid, charge=charge)

    def dispute(self, *, closed: bool) -> DisputeFacts:
        at = clock.now()
        taken = DisputeMove(f"txn_out_{self.ref}", "withdrawn", CHARGED, Money(1_500, "USD"), at)
        moves = [taken]
        if closed and self.won:
            moves.append(DisputeMove(f"txn_in_{self.ref}", "reinstated", CHARGED, None, at + timedelta(days=9)))
        status: Any = ("won" if self.won else "lost") if closed else "open"
        return DisputeFacts(f"dp_{self.ref}", CHARGED, status, at, moves=tuple(moves))


def books_of(story: Story) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in Transfer.objects.filter(payment__provider_ref=f"ch_{story.ref}"):
        sums[row.debit] += row.amount_minor
        sums[row.credit] -= row.amount_minor
    return {account: minor for account, minor in sums.items() if minor}


def after(service: ScriptedService, story: Story, left: list[str]) -> Iterator[dict[str, int]]:
    """Tell what is ``left`` in every order, each from where this one began; yield the books at the end of each."""
    if not left:
        assert checking.check() == []
        yield books_of(story)
    for kind in left:
        with transaction.atomic():
            about = f"{kind} {story.ref}"
            service.facts[about] = story.at(kind)
            assert inbox.process(message(f"evt {about}", about, kind)) == "done"
            yield from after(service, story, [other for other in left if other != kind])
            transaction.set_rollback(True)


def ends(messages: Iterable[str], *, won: bool) -> list[dict[str, int]]:
    gift = started_gift(make_campaign(goal_minor=None, slug="fund"), 2_400)
    Gift.objects.filter(pk=gift.pk).update(cover_minor=100)
    charge = {"ref": "ch_1", "amount": CHARGED, "settled": CHARGED, "fee_ref": "txn_1", "fee": Money(103, "USD")}
    with scripted() as service:
        return list(after(service, Story(paid_facts(gift, charge=charge), "1", won), list(messages)))


@pytest.mark.usefixtures("books")
def test_all_720_orders_of_six_messages_end_in_the_same_books() -> None:
    found = ends(MESSAGES, won=True)

    assert found == 720 * [
        {
            "income:gifts:fund": -1_400,
            "income:fee_cover": -100,
            "clearing:stripe": 2_500 - 103 - 1_000 - 1_500,
            "expense:fees": 103,
            "expense:disputes": 1_500,
        }
    ]


@pytest.mark.usefixtures("books")
def test_a_dispute_lost_after_a_refund_costs_what_exceeds_the_gift_in_every_order() -> None:
    found = ends((kind for kind in MESSAGES if kind != "payment_intent.succeeded"), won=False)

    lost = {"clearing:stripe": -103 - 1_000 - 1_500, "expense:fees": 103, "expense:disputes": 1_000 + 1_500}
    assert found == 120 * [lost]
