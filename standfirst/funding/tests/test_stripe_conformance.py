"""One contract for every way to take money: the double, Stripe itself, by hand, and by bank transfer.

What the double and Stripe must answer to the calls that the site makes is asked of both (``side``); what any way has
to keep, whatever it can do, of all (``any_side``): a way says by its flags what it can, and refuses the rest.
Without a key the double alone is asked. With ``STANDFIRST_TEST_STRIPE_KEY=sk_test_…`` in the environment the
same tests run against Stripe's test mode, too; they leave test objects behind there and move no money.
"""

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_socket

from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import EventRefused, Facts, NotFound, NotSetUp, ProviderRefused
from standfirst.funding.providers.stripe import Stripe, StripeAccount
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.subscriptions import intent_of

KEY = "STANDFIRST_TEST_STRIPE_KEY"
PATIENCE_SECONDS = 30
pytestmark = pytest.mark.usefixtures("db")


@dataclass
class Side:
    """A service that is asked, and how somebody pays there without a browser."""

    provider: Any
    pay_once: Callable[[int, dict[str, str]], str]
    pay_monthly: Callable[[int, dict[str, str]], str]
    dispute: Callable[[dict[str, str]], str]


def of_double(double: Any) -> Side:
    provider: Any = registry.provider("stripe")

    def paid(minor: int, marks: dict[str, str], interval: str = "once") -> str:
        ref = provider.start(intent_of(minor, public_id=uuid.UUID(marks["gift"]), interval=interval)).session_ref
        with double.state.change():
            double.bank.pay(ref)
        return str(ref)

    def once(minor: int, marks: dict[str, str]) -> str:
        return str(double.bank.get(paid(minor, marks), "checkout.session")["payment_intent"])

    def disputed(marks: dict[str, str]) -> str:
        intent = double.bank.get(once(2_000, marks), "payment_intent")
        with double.state.change():
            double.bank.disputes.open(intent["latest_charge"])
        return str(intent["id"])

    def monthly(minor: int, marks: dict[str, str]) -> str:
        return str(double.bank.get(paid(minor, marks, "month"), "checkout.session")["subscription"])

    return Side(provider, once, monthly, disputed)


def of_stripe(key: str) -> Side:
    provider = Stripe(StripeAccount(key, "whsec_unused", live=False, site=registry.site_mark()))
    ask: Any = provider._client.v1

    def once(minor: int, marks: dict[str, str], card: str = "pm_card_visa") -> str:
        how = {"enabled": True, "allow_redirects": "never"}
        wanted = {"amount": minor, "currency": "usd", "metadata": marks, "payment_method": card, "confirm": True}
        return str(ask.payment_intents.create(params=wanted | {"automatic_payment_methods": how}).id)

    def monthly(minor: int, marks: dict[str, str]) -> str:
        customer = ask.customers.create(params={"email": "reader@example.org"}).id
        card = ask.payment_methods.attach("pm_card_visa", params={"customer": customer}).id
        product = ask.products.create(params={"name": "Gift: the fund"}).id
        price = {"currency": "usd", "unit_amount": minor, "product": product, "recurring": {"interval": "month"}}
        wanted = {"customer": customer, "default_payment_method": card, "items": [{"price_data": price}]}
        return str(ask.subscriptions.create(params=wanted | {"metadata": marks}).id)

    return Side(provider, once, monthly, lambda marks: once(2_000, marks, "pm_card_createDispute"))


SERVICES = ["double", *(["stripe"] if os.environ.get(KEY) else [])]


def of_service(name: str, request: Any) -> Side:
    if name == "double":
        return of_double(request.getfixturevalue("double"))
    key = os.environ[KEY]
    assert key.startswith("sk_test_"), "only test keys: these tests pay and refund"
    pytest_socket.enable_socket()
    pytest_socket._remove_restrictions()
    return of_stripe(key)


def of_hands(name: str) -> Side:
    """A way in which staff count the money: what they paid is known by the reference that they typed."""

    def nothing(*_asked: Any) -> str:
        raise AssertionError("nothing comes again, and nobody disputes, what staff counted")

    return Side(registry.provider(name), lambda _minor, known: f"envelope {known['gift']}", nothing, nothing)


@pytest.fixture(params=SERVICES)
def side(request: Any) -> Side:
    return of_service(request.param, request)


@pytest.fixture(params=["offline", "bank", *SERVICES])
def any_side(request: Any, settings: Any) -> Side:
    settings.STANDFIRST = replace(settings.STANDFIRST, bank_name="Harbour Press", bank_iban="DE89370400440532013000")
    return of_hands(request.param) if request.param in {"offline", "bank"} else of_service(request.param, request)


def marks() -> dict[str, str]:
    return {"gift": str(uuid.uuid4()), "site": registry.site_mark()}


def fetched(side: Side, ref: str, fits: Callable[[Facts], object]) -> Facts:
    """Stripe settles some things a moment after it answered."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        facts = side.provider.fetch(ref)
        if fits(facts) or time.monotonic() > end:
            return facts
        time.sleep(0.5)


def settled(facts: Facts) -> bool:
    return facts.charge is not None and facts.charge.settled is not None


def test_an_open_page_is_an_open_gift_and_the_same_gift_is_the_same_page(side: Side) -> None:
    given = intent_of()

    pages = {side.provider.start(given) for _ in range(2)}

    page = pages.pop()
    assert pages == set()
    assert page.url.startswith(("http://127.0.0.1", "https://checkout.stripe.com/"))
    assert side.provider.fetch(page.session_ref).state == "open"
    with pytest.raises(ProviderRefused):
        side.provider.start(intent_of(9_900, public_id=given.public_id))


@pytest.mark.parametrize("interval", ["month", "year"])
def test_a_page_for_a_gift_that_comes_again_opens(side: Side, interval: str) -> None:
    page = side.provider.start(intent_of(interval=interval))

    assert side.provider.fetch(page.session_ref).state == "open"


def test_a_payment_brings_its_amount_its_fee_and_our_marks(side: Side) -> None:
    known = marks()

    facts = fetched(side, side.pay_once(2_500, known), settled)

    assert (facts.state, str(facts.gift_id), facts.site, facts.live) == ("paid", known["gift"], known["site"], False)
    assert facts.charge is not None
    assert facts.charge.amount == Money(2_500, "USD")
    assert facts.charge.settled is not None
    assert facts.charge.fee is not None
    assert facts.charge.fee.minor > 0
    assert facts.charge.fee_ref.startswith("txn_")
    assert abs(clock.now() - facts.charge.paid_at) < timedelta(minutes=2)


def charge_of(side: Side) -> str:
    """Pay, and return the name of what arrived: as the service says, or as staff wrote it down."""
    paid = side.pay_once(2_500, marks())
    if not side.provider.recurring:
        return paid
    facts = fetched(side, paid, settled)
    assert facts.charge is not None
    return facts.charge.ref


def test_a_way_is_known_by_its_name_and_its_flags_say_what_it_can(any_side: Side) -> None:
    way = any_side.provider

    known = registry.provider(way.name)

    assert type(known) is type(way)
    assert (way.name, way.recurring, way.asynchronous) in {
        ("stripe", True, True),
        ("bank", False, True),
        ("offline", False, False),
    }
    assert way.refundable is True


def test_the_same_gift_is_paid_in_one_place_or_there_is_none(any_side: Side) -> None:
    way, given = any_side.provider, intent_of()
    if way.name == "offline":
        with pytest.raises(NotSetUp):
            way.start(given)
        return

    pages = {way.start(given) for _ in range(2)}

    (page,) = pages
    assert page.url.startswith("http")
    assert bool(page.session_ref) is way.recurring  # a transfer is named by the gift's own reference
    for _ in range(2):
        way.close(page.session_ref)
    if page.session_ref:
        assert way.fetch(page.session_ref).state == "lapsed"


def test_a_refund_asked_for_twice_is_one_and_asked_for_anew_another(any_side: Side) -> None:
    way, ref, key = any_side.provider, charge_of(any_side), uuid.uuid4()

    first, again = (way.refund(ref, Money(900, "USD"), key) for _ in range(2))
    other = way.refund(ref, Money(900, "USD"), uuid.uuid4())

    assert (first.ref, first.amount, first.state, first.asked_as) == (again.ref, Money(900, "USD"), "done", key)
    assert other.ref != first.ref
    assert abs(clock.now() - first.at) < timedelta(minutes=2)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": "evt_1", "type": "charge.refunded"}', b"\xff\x00"])
@pytest.mark.parametrize("headers", [{}, {"Stripe-Signature": "t=1,v1=00"}, {"Stripe-Signature": "\u00e9"}])
def test_a_message_that_proves_nothing_is_refused(any_side: Side, body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(EventRefused):
        any_side.provider.verify(body, headers)


def test_what_nobody_knows_is_a_refusal_and_never_an_answer(any_side: Side) -> None:
    expected = NotFound if any_side.provider.recurring else NotSetUp  # staff, or a statement, know alone

    with pytest.raises(expected):
        any_side.provider.fetch("pi_1NothingOfThisNameExists0")


def test_of_the_names_of_one_payment_one_is_asked_about(any_side: Side) -> None:
    refs = ["pi_1", "ch_1"]

    assert any_side.provider.telling(refs) in refs


def test_what_does_not_come_again_cannot_be_changed_paused_or_cancelled(any_side: Side) -> None:
    way, later = any_side.provider, clock.now() + timedelta(days=45)
    acts: list[Callable[[], Any]] = [
        lambda: way.change("sub_1NothingOfThisName", Money(4_000, "USD"), "Gift"),
        lambda: way.pause("sub_1NothingOfThisName", later),
        lambda: way.resume("sub_1NothingOfThisName"),
        lambda: way.cancel("sub_1NothingOfThisName", at_period_end=False),
        lambda: way.portal("cus_1NothingOfThisName", "https://example.org/"),
    ]

    for act in acts:
        with pytest.raises((NotFound, ProviderRefused) if way.recurring else NotSetUp):
            act()


def test_money_that_nobody_holds_for_us_has_no_balance_to_compare(any_side: Side) -> None:
    began = clock.now() - timedelta(minutes=2)
    charge_of(any_side)

    moved = list(any_side.provider.movements(began, clock.now() + timedelta(minutes=2)))

    assert bool(moved) is any_side.provider.recurring


def test_refunds_are_done_once_and_never_beyond_what_is_left(side: Side) -> None:
    facts = fetched(side, side.pay_once(2_500, marks()), settled)
    assert facts.charge is not None
    key = uuid.uuid4()

    refunds = {side.provider.refund(facts.charge.ref, Money(900, "USD"), key).ref for _ in range(2)}
    with pytest.raises(ProviderRefused):
        side.provider.refund(facts.charge.ref, Money(1_601, "USD"), uuid.uuid4())

    after = side.provider.fetch(refunds.pop())
    assert refunds == set()
    assert after.charge is not None
    found = after.charge.refunds[0]
    assert (found.amount, found.asked_as, found.state) == (Money(900, "USD"), key, "done")
    assert found.settled is not None


def test_a_dispute_says_what_it_took_and_what_it_cost(side: Side) -> None:
    ref = side.dispute(marks())

    facts = fetched(side, ref, lambda found: found.charge and found.charge.disputes)

    assert facts.charge is not None
    dispute = facts.charge.disputes[0]
    assert (dispute.amount, dispute.status) == (Money(2_000, "USD"), "open")
    assert [(move.kind, move.settled.minor > 0) for move in dispute.moves] == [("withdrawn", True)]
    assert side.provider.fetch(dispute.ref) == side.provider.fetch(ref)


def test_a_subscription_says_what_comes_next_and_follows_what_is_changed(side: Side) -> None:
    known = marks()
    ref = side.pay_monthly(2_500, known)

    facts = side.provider.fetch(ref)
    first = facts.subscription
    changed = side.provider.change(ref, Money(4_000, "USD"), "Gift")
    paused = side.provider.pause(ref, clock.now() + timedelta(days=45))
    resumed = side.provider.resume(ref)
    ending = side.provider.cancel(ref, at_period_end=True)
    ended = [side.provider.cancel(ref, at_period_end=False) for _ in range(2)]

    assert str(facts.gift_id) == known["gift"]
    assert first is not None
    assert first.next_at is not None
    assert (first.status, first.charged, first.failures) == ("active", Money(2_500, "USD"), 0)
    assert timedelta(days=27) < first.next_at - clock.now() < timedelta(days=32)
    assert first.card is not None
    assert (first.card.brand, first.card.last4) == ("visa", "4242")
    assert (changed.charged, changed.next_at) == (Money(4_000, "USD"), first.next_at)
    assert paused.status == "paused"
    assert paused.next_at is not None
    assert paused.next_at > first.next_at
    assert (resumed.status, resumed.next_at) == ("active", first.next_at)
    assert (ending.status, ending.ends_at) == ("active", first.next_at)
    assert {each.status for each in ended} == {"cancelled"}
    assert all(each.ended_at and each.next_at is None for each in ended)


def test_the_invoice_of_a_subscription_brings_the_charge_that_paid_it(side: Side) -> None:
    known = marks()
    ref = side.pay_monthly(2_500, known)
    client: Any = side.provider._client
    invoice = client.v1.subscriptions.retrieve(ref).latest_invoice

    facts = fetched(side, invoice, settled)
    assert facts.charge is not None
    by_charge = side.provider.fetch(facts.charge.ref)

    assert (facts.state, str(facts.gift_id), facts.charge.invoice_ref) == ("paid", known["gift"], invoice)
    assert (facts.charge.amount, facts.charge.adjusted) == (Money(2_500, "USD"), False)
    assert facts.subscription is not None
    assert (by_charge.charge, by_charge.gift_id) == (facts.charge, facts.gift_id)


def test_the_movements_of_the_balance_name_charges_and_refunds(side: Side) -> None:
    began = clock.now() - timedelta(minutes=2)
    facts = fetched(side, side.pay_once(2_500, marks()), settled)
    assert facts.charge is not None
    refund = side.provider.refund(facts.charge.ref, Money(900, "USD"), uuid.uuid4())

    found = {line.source: line for line in side.provider.movements(began, clock.now() + timedelta(minutes=2))}

    charge = found[facts.charge.ref]
    assert (charge.kind, charge.amount, charge.fee) == ("charge", facts.charge.settled, facts.charge.fee)
    assert charge.ref == facts.charge.fee_ref
    assert (found[refund.ref].kind, found[refund.ref].amount.minor < 0) == ("refund", True)


@pytest.mark.parametrize("kind", ["cs_test", "pi", "ch", "re", "in", "sub", "du", "nonsense"])
def test_what_is_not_known_there_is_a_refusal_of_its_own(side: Side, kind: str) -> None:
    with pytest.raises(NotFound):
        side.provider.fetch(f"{kind}_1NothingOfThisNameExists0")
