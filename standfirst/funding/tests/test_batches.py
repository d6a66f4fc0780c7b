"""Messages are settled in batches: one question for a payment, one transaction for many, nobody held up by another."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from standfirst.funding import meter, tasks
from standfirst.funding.books import checking
from standfirst.funding.models import Donor, Gift, Payment, ProviderEvent, Receipt, Transfer
from standfirst.funding.payments import counting, inbox, settlers
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import EventRef
from standfirst.funding.rehearsal.webhooks import signature
from standfirst.kit import clock
from standfirst.mail.models import Letter
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


def numbers() -> list[int]:
    return sorted(Receipt.objects.values_list("number", flat=True))


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


@pytest.mark.usefixtures("books")
def test_many_payments_are_counted_with_the_statements_of_a_few() -> None:
    def statements(count: int) -> int:
        with scripted() as service, CaptureQueriesContext(connection) as asked:
            for _ in range(count):
                keep(paid(service, email=f"reader-{Gift.objects.count()}@example.org"), "cs")
            asked.initial_queries = len(connection.queries_log)
            inbox.process_all(inbox.take(most=count))
        return len(asked)

    statements(2)  # the month, and what is asked once only
    few = statements(2)

    assert (statements(9), raised()) == (few, 13 * 2_500)
    assert not checking.check()


@pytest.mark.usefixtures("books")
def test_a_charge_that_two_gifts_claim_is_counted_once_and_holds_up_no_other() -> None:
    with scripted() as service:
        first, second, other = (paid(service, email="ada@example.org") for _ in range(3))
        charge = paid_facts(first).charge
        service.facts[f"cs_{second.pk}"] = replace(paid_facts(second, email="ada@example.org"), charge=charge)
        for gift in (first, second, other):
            keep(gift, "cs")

        inbox.process_due()

    assert [states()[f"cs_{gift.pk}"] for gift in (first, second, other)] == ["done", "quarantined", "done"]
    assert "IntegrityError" in ProviderEvent.objects.get(state="quarantined").error
    assert set(Payment.objects.values_list("gift", flat=True)) == {first.pk, other.pk}
    assert (Gift.objects.get(pk=second.pk).status, Gift.objects.get(pk=second.pk).donor) == ("open", None)
    assert (raised(), Letter.objects.count(), numbers()) == (5_000, 2, [1, 2])
    assert not checking.check()


@pytest.mark.usefixtures("committed_books")
@pytest.mark.parametrize("where", ["_add_payments", "_mark_paid", "_tell_of"])
def test_who_dies_while_a_batch_is_written_leaves_nothing_and_it_is_settled_once_later(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*given: Any) -> None:
        written(*given)
        raise SystemExit

    with scripted() as service:
        for name in ("ada", "bob"):
            keep(paid(service, email=f"{name}@example.org"))
        written = getattr(counting, where)
        monkeypatch.setattr(counting, where, die)
        with pytest.raises(SystemExit):
            inbox.process_due()
        monkeypatch.setattr(counting, where, written)
        left = (Payment.objects.count(), Letter.objects.count(), Donor.objects.count(), set(states().values()))
        ProviderEvent.objects.update(next_try_at=clock.now())
        inbox.process_due()
        inbox.process_due()

    assert left == (0, 0, 0, {"new"})
    assert (set(states().values()), raised(), numbers()) == ({"done"}, 5_000, [1, 2])
    assert set(Letter.objects.values_list("to", flat=True)) == {"ada@example.org", "bob@example.org"}
    assert not checking.check(whole_chain=True)


@pytest.mark.usefixtures("books")
def test_a_batch_that_cannot_be_written_together_is_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any) -> None:
        raise IntegrityError("somebody was first")

    monkeypatch.setattr(counting, "_mark_paid", refuse)
    with scripted() as service:
        for name in ("ada", "bob", "ada"):
            keep(paid(service, email=f"{name}@example.org"))

        inbox.process_due()

    assert (set(states().values()), raised(), numbers()) == ({"done"}, 7_500, [1, 2, 3])
    assert sorted(Gift.objects.values_list("donor__email", "status")) == [
        ("ada@example.org", "paid"),
        ("ada@example.org", "paid"),
        ("bob@example.org", "paid"),
    ]
    assert not checking.check(whole_chain=True)


@pytest.mark.usefixtures("books")
def test_a_supporter_whom_another_adds_at_this_moment_is_the_same_one(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Donor.objects.create(email="ada@example.org", created_at=clock.now())
    found, looks = counting._donors, iter([True])
    monkeypatch.setattr(counting, "_donors", lambda given: {} if next(looks, False) else found(given))

    with scripted() as service:
        for email in ("Ada@example.org", "bob@example.org", "bob@example.org", ""):
            keep(paid(service, email=email), "cs")
        inbox.process_due()

    assert (set(states().values()), Donor.objects.count()) == ({"done"}, 2)
    assert list(Gift.objects.order_by("pk").values_list("donor__email", flat=True))[1:] == ["bob@example.org"] * 2 + [
        None
    ]
    assert Gift.objects.order_by("pk")[0].donor == known


@pytest.mark.usefixtures("books")
def test_what_is_counted_already_is_counted_no_more_beside_what_is_new() -> None:
    with scripted() as service:
        old, new = paid(service), paid(service)
        keep(old, "cs")
        inbox.process_due()
        keep(old, "ch")
        keep(new)

        inbox.process_due()

    assert (set(states().values()), raised(), numbers()) == ({"done"}, 5_000, [1, 2])
    assert (Payment.objects.count(), Transfer.objects.count()) == (2, 2)
