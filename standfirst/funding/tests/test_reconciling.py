"""The ledger beside what the payment service moved: what we missed is counted, what differs is said in words."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from standfirst.funding import meter
from standfirst.funding.books import ledger
from standfirst.funding.giving import gifts
from standfirst.funding.models import Gift, Payment, Reconciliation, Transfer
from standfirst.funding.payments import counting, reconciling, refunds
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Movement, ProviderUnreachable
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_facts, refund_facts, started_gift
from standfirst.testing.payment_service import ScriptedService, scripted
from standfirst.web import cli
from standfirst.web.processes import jobs as scheduler_jobs

pytestmark = pytest.mark.usefixtures("books")
FEE = Money(103, "USD")
NOTHING = Money(0, "USD")
HOUR = timedelta(hours=1)


def raised() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


def charge(service: ScriptedService, gift: Gift, number: int = 1, *, tell: bool = True, **changes: Any) -> None:
    """Have the service charge ``gift`` an hour ago; ``tell`` counts it here, too."""
    at = clock.now() - HOUR
    settled = {"paid_at": at, "settled": gift.charged, "fee": FEE, "fee_ref": f"txn_{number}"}
    facts = paid_facts(gift, charge={"ref": f"ch_{number}"} | settled)
    service.facts[f"ch_{number}"] = facts
    line = {"ref": f"txn_{number}", "source": f"ch_{number}", "amount": gift.charged, "fee": FEE} | changes
    service.moved.append(Movement(kind="charge", at=at, **line))
    if tell:
        counting.apply(facts=facts)


def words() -> list[str]:
    return [each.words() for each in reconciling.differences_of(reconciling.compare("stripe"))]


def test_a_ledger_that_says_what_the_service_says_has_no_differences() -> None:
    with scripted() as service:
        charge(service, started_gift(make_campaign()))

        found = reconciling.compare("stripe")

    assert (found.compared, found.differences) == (1, [])
    assert reconciling.latest() == found


def test_a_payment_that_we_never_heard_of_is_counted() -> None:
    with scripted() as service:
        charge(service, started_gift(make_campaign()), tell=False)

        assert words() == []

    assert (raised(), Payment.objects.count()) == (2_500, 1)


def test_a_refund_that_we_never_heard_of_is_counted() -> None:
    with scripted() as service:
        gift = started_gift(make_campaign())
        charge(service, gift)
        at = clock.now() - HOUR
        back = refund_facts("re_1", Money(700, "USD"))
        known = service.facts["ch_1"]
        service.facts["re_1"] = paid_facts(gift, charge={"ref": "ch_1", "refunds": (back,)} | {"paid_at": at})
        assert known.charge is not None
        service.moved.append(Movement("txn_r", "refund", "re_1", Money(-700, "USD"), NOTHING, at))

        assert words() == []

    assert raised() == 1_800


def test_another_amount_or_fee_is_said_in_words() -> None:
    with scripted() as service:
        campaign = make_campaign()
        charge(service, started_gift(campaign, 2_500), 1, amount=Money(2_400, "USD"))
        charge(service, started_gift(campaign, 3_000), 2, fee=Money(99, "USD"))

        said = words()

    assert sorted(said) == [
        "ch_1: the payment service moved $24, our books say $25.",
        "ch_2: the payment service kept $0.99 as its fee, our books say $1.03.",
    ]


def test_what_the_service_does_not_list_is_a_difference() -> None:
    with scripted() as service:
        charge(service, started_gift(make_campaign()))
        service.moved.clear()

        said = words()

    assert "pay:stripe:ch_1: $25 stand in our books, the payment service lists nothing." in said
    assert len(said) == 2  # and its fee


def test_what_happened_a_moment_ago_is_left_to_the_next_time() -> None:
    with scripted() as service:
        counting.apply(facts=paid_facts(started_gift(make_campaign())))
        line = Movement("txn_9", "charge", "ch_9", Money(500, "USD"), NOTHING, clock.now())
        service.moved.append(line)

        assert words() == []


def test_a_payout_reaches_the_bank_once_and_comes_back_when_it_fails() -> None:
    at = clock.now() - HOUR
    with scripted() as service:
        make_campaign()
        service.moved.append(Movement("txn_p", "payout", "po_1", Money(-2_000, "USD"), NOTHING, at))
        for _ in range(2):
            assert words() == []
        paid_out = ledger.balance_minor("bank", mode="rehearsal")
        service.moved.append(Movement("txn_q", "payout", "po_1", Money(2_000, "USD"), NOTHING, at))
        assert words() == []

    assert (paid_out, ledger.balance_minor("bank", mode="rehearsal")) == (2_000, 0)
    assert set(Transfer.objects.values_list("key", flat=True)) == {"payout:stripe:po_1", "payout:stripe:po_1:back"}


def test_a_fee_that_belongs_to_no_payment_is_a_cost_and_anything_else_is_asked_about() -> None:
    at = clock.now() - HOUR
    with scripted() as service:
        make_campaign()
        service.moved.append(Movement("txn_f", "fee", "", Money(-300, "USD"), NOTHING, at, "Radar"))
        service.moved.append(Movement("txn_o", "other", "", Money(-77, "USD"), NOTHING, at, "Topup"))

        said = words()

    assert ledger.balance_minor(ledger.FEES, mode="rehearsal") == 300
    assert said == ["txn_o: the payment service moved -$0.77, and nothing in our books explains it. Topup"]


def test_another_sites_payments_on_the_account_are_passed_by_and_its_payouts_not_booked() -> None:
    at = clock.now() - HOUR
    with scripted() as service:
        gift = started_gift(make_campaign())
        service.facts["ch_x"] = paid_facts(gift, gift_id=None, site="https://other.example")
        service.moved.append(Movement("txn_x", "charge", "ch_x", Money(500, "USD"), NOTHING, at))
        service.moved.append(Movement("txn_p", "payout", "po_1", Money(-2_000, "USD"), NOTHING, at))

        assert words() == []

    assert Transfer.objects.count() == 0


def test_what_cannot_be_counted_is_said_and_stops_nothing() -> None:
    with scripted() as service:
        campaign = make_campaign()
        wrong, right = started_gift(campaign, 100), started_gift(campaign, 900)
        charge(service, wrong, 1, tell=False)
        Gift.objects.filter(pk=wrong.pk).update(amount_minor=101)
        charge(service, right, 2, tell=False)

        said = words()

    assert raised() == 900
    assert len(said) == 1
    assert said[0].startswith("ch_1: what the payment service says could not be counted. The payment service says 100")


def test_while_the_service_is_away_nothing_is_stored(settings: Any) -> None:
    class Away(ScriptedService):
        def movements(self, since: Any, until: Any) -> Any:
            raise ProviderUnreachable

    with scripted() as service:
        service.__class__ = Away
        with pytest.raises(ProviderUnreachable):
            reconciling.compare("stripe")

    assert Reconciliation.objects.count() == 0


def test_the_nightly_job_and_the_command_fail_while_there_are_differences(
    monkeypatch: Any, tmp_path: Path, capsys: Any
) -> None:
    monkeypatch.setattr(cli, "load_django", lambda: None)
    monkeypatch.setattr(cli, "enter_site", lambda _asked: tmp_path)
    with scripted() as service:
        charge(service, started_gift(make_campaign()))
        scheduler_jobs.reconcile()
        codes = [cli.run(["ledger", "reconcile"])]
        service.moved.clear()
        with pytest.raises(scheduler_jobs.SelfCheckFailed, match="lists nothing"):
            scheduler_jobs.reconcile()
        codes.append(cli.run(["ledger", "reconcile", "--days", "30"]))

    assert codes == [0, 1]
    assert "1 movements compared" in capsys.readouterr().out


def test_the_doubles_own_balance_is_reconciled_after_a_crash_lost_the_news(double: Rehearsal) -> None:
    gift = started_gift(make_campaign())
    gifts.payment_page(gift)
    gift.refresh_from_db()
    with double.state.change():
        double.bank.pay(gift.session_ref)
    Gift.objects.update(session_ref="", session_url="")  # the crash came before this was written

    with time_machine.travel(clock.now() + HOUR, tick=True):
        found = reconciling.compare(registry.ONLINE)
        payment = Payment.objects.get()
        refunds.send(refunds.ask(payment=payment, amount=Money(700, "USD")).pk)
    with time_machine.travel(clock.now() + 2 * HOUR, tick=True):
        again = reconciling.compare(registry.ONLINE)

    assert (found.differences, again.differences) == ([], [])
    assert (raised(), again.compared) == (1_800, 2)
