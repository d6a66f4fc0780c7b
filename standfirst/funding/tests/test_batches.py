"""Messages are settled in batches: one question for a payment, one transaction for many, nobody held up by another."""

import json
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from standfirst.funding import meter, tasks
from standfirst.funding.models import Gift, Payment, ProviderEvent, Transfer
from standfirst.funding.payments import counting, inbox, settlers
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import EventRef
from standfirst.funding.rehearsal.webhooks import signature
from standfirst.testing.funding import make_campaign, paid_facts, started_gift, wait_until
from standfirst.testing.payment_service import ScriptedService, scripted

KINDS = {"cs": "checkout.session.completed", "pi": "payment_intent.succeeded", "ch": "charge.succeeded"}


def keep(gift: Gift, *kinds: str, payment: str | None = None) -> None:
    """Put messages about a gift's payment into the inbox."""
    for kind in kinds or KINDS:
        ref = f"{kind}_{gift.pk}"
        named = f"pi_{gift.pk}" if payment is None else payment
        message = EventRef(event_id=f"evt_{ref}", type=KINDS[kind], object_ref=ref, payment_ref=named)
        inbox.receive(provider="stripe", messages=[message])


def paid(service: ScriptedService, minor: int = 2_500, **wishes: Any) -> Gift:
    """Start a gift in one campaign for all, and have the service say that it is paid, whatever it is asked about."""
    gift = started_gift(make_campaign() if not Gift.objects.exists() else Gift.objects.all()[0].campaign, minor)
    service.facts |= {f"{kind}_{gift.pk}": paid_facts(gift, **wishes) for kind in KINDS}
    return gift


def states() -> dict[str, str]:
    return dict(ProviderEvent.objects.values_list("object_ref", "state"))


def raised() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


@pytest.mark.usefixtures("books")
def test_one_question_settles_all_messages_of_a_payment() -> None:
    with scripted() as service:
        first, second = paid(service), paid(service)
        keep(first, "ch", "pi", "cs")
        keep(second, "pi", "ch")

        settled = inbox.process_due()

    assert (settled, sorted(service.asked)) == (5, [f"ch_{first.pk}", f"pi_{second.pk}"])
    assert (set(states().values()), Payment.objects.count(), raised()) == ({"done"}, 2, 5_000)


@pytest.mark.parametrize(
    ("thing", "payment"),
    [
        ({"id": "cs_1", "payment_intent": "pi_1"}, "pi_1"),
        ({"id": "ch_1", "payment_intent": "pi_1"}, "pi_1"),
        ({"id": "pi_1"}, "pi_1"),
        ({"id": "cs_1", "payment_intent": None}, ""),
        ({"id": "cs_1", "payment_intent": {"id": "pi_1"}}, ""),
        ({"id": "cs_1", "payment_intent": "pi_" + "1" * 200}, ""),
        ({"id": "in_1"}, ""),
    ],
)
def test_a_message_of_stripe_says_of_which_payment_it_is(thing: dict[str, Any], payment: str) -> None:
    stripe: Any = registry.provider("stripe")
    event = {"id": "evt_1", "object": "event", "type": "charge.succeeded", "livemode": False, "data": {"object": thing}}
    body = json.dumps(event).encode()

    found = stripe.verify(body, {"Stripe-Signature": signature(body, stripe.account.webhook_secret, int(time.time()))})

    assert [each.payment_ref for each in found] == [payment]


def test_of_a_payments_messages_stripe_is_asked_about_the_session() -> None:
    assert registry.provider("stripe").telling(["ch_1", "cs_1", "pi_1"]) == "cs_1"


@pytest.mark.usefixtures("books")
def test_what_waits_of_a_payment_is_borrowed_with_its_first_message_however_far_behind() -> None:
    with scripted() as service:
        first, second = paid(service), paid(service)
        keep(first, "cs")
        keep(second)
        keep(first, "ch")

        taken = inbox.take(most=1)

    assert [each.object_ref for each in taken] == [f"cs_{first.pk}", f"ch_{first.pk}"]


@pytest.mark.usefixtures("books")
def test_a_payment_that_contradicts_our_books_holds_up_no_other() -> None:
    with scripted() as service:
        good, bad, other = paid(service), paid(service), paid(service, 1_000)
        Gift.objects.filter(pk=bad.pk).update(amount_minor=9_900)
        for gift in (good, bad, other):
            keep(gift)

        inbox.process_due()

    found = {gift.pk: {states()[f"{kind}_{gift.pk}"] for kind in KINDS} for gift in (good, bad, other)}
    assert found == {good.pk: {"done"}, bad.pk: {"quarantined"}, other.pk: {"done"}}
    assert (raised(), Gift.objects.get(pk=bad.pk).status) == (3_500, "open")


@pytest.mark.usefixtures("books")
def test_a_batch_that_the_database_refuses_is_booked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as service:
        good, bad = paid(service), paid(service)

        def stumble(payments: Sequence[Payment]) -> None:
            if bad.pk in {payment.gift_id for payment in payments}:
                raise OperationalError("deadlock detected")

        monkeypatch.setattr(counting, "_on_counted", [*counting._on_counted, stumble])
        keep(good)
        keep(bad, "cs")

        inbox.process_due()

    assert (states()[f"cs_{good.pk}"], states()[f"cs_{bad.pk}"]) == ("done", "parked")
    assert (raised(), Payment.objects.count(), Transfer.objects.count()) == (2_500, 1, 1)


@pytest.mark.usefixtures("books")
def test_two_answers_about_one_gift_in_a_batch_count_once() -> None:
    with scripted() as service:
        gift = paid(service)
        keep(gift, "cs", "ch", payment="")

        inbox.process_due()

    assert (len(service.asked), set(states().values()), raised()) == (2, {"done"}, 2_500)
    assert (Payment.objects.count(), Gift.objects.get().status) == (1, "paid")


@pytest.mark.usefixtures("books")
def test_messages_that_the_service_cannot_answer_together_are_asked_about_apart() -> None:
    with scripted() as service:
        gift = paid(service)
        del service.facts[f"cs_{gift.pk}"]
        keep(gift)

        inbox.process_due()

    assert states() == {f"cs_{gift.pk}": "parked", f"pi_{gift.pk}": "done", f"ch_{gift.pk}": "done"}
    assert raised() == 2_500


@pytest.mark.usefixtures("books")
def test_what_somebody_borrowed_is_nobody_elses_and_falls_due_again_if_they_die_with_it() -> None:
    with scripted() as service:
        keep(paid(service))
        borrowed = inbox.take()
        meanwhile = tasks.process_parked()
        ends = {each.next_try_at - each.received_at for each in ProviderEvent.objects.all() if each.next_try_at}
        ProviderEvent.objects.update(next_try_at=borrowed[0].received_at)

        later = tasks.process_parked()

    assert (len(borrowed), meanwhile, later, raised()) == (3, 0, 3, 2_500)
    assert all(inbox.LENT_FOR <= lent < inbox.LENT_FOR + timedelta(minutes=1) for lent in ends)


@pytest.mark.usefixtures("committed_books")
def test_threads_settle_what_comes_and_what_was_there_before() -> None:
    with scripted() as service:
        before, after = paid(service), paid(service)
        keep(before)
        settlers.start()
        try:
            wait_until(lambda: raised() == 2_500)
            keep(after)
            settlers.settle([])
            wait_until(lambda: raised() == 5_000)
            wait_until(lambda: set(states().values()) == {"done"})
        finally:
            settlers.stop()

    assert Payment.objects.count() == 2


@pytest.mark.usefixtures("books")
def test_a_payment_that_is_refused_takes_no_month_from_those_that_are_counted_with_it() -> None:
    campaign = make_campaign()
    bad, good = started_gift(campaign), started_gift(campaign)
    facts = [paid_facts(bad), paid_facts(good)]
    Gift.objects.filter(pk=bad.pk).update(amount_minor=9_900)

    troubles = counting.apply_all(many=facts)

    assert [type(trouble) for trouble in troubles] == [counting.FactsDisagree, type(None)]
    assert (raised(), Payment.objects.get().gift_id) == (2_500, good.pk)
