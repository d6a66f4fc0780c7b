"""What supporters and staff change about gifts that come again, and what was agreed on when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standfirst.funding.models import Gift, Payment, Subscription, SupporterAct
from standfirst.funding.payments import subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Charge, ProviderUnreachable, SubscriptionFacts
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import dataclass_with, make_campaign, started_gift
from standfirst.testing.subscriptions import hear_all, pass_by, starting, subscribed

pytestmark = pytest.mark.usefixtures("books")
BEGIN = datetime(2027, 1, 10, 12, tzinfo=UTC)


def at(month: int, day: int) -> datetime:
    return datetime(2027, month, day, 12, tzinfo=UTC)


def amounts() -> list[int]:
    return list(Payment.objects.order_by("paid_at").values_list("amount_minor", flat=True))


def acts() -> list[tuple[str, str]]:
    return list(SupporterAct.objects.order_by("pk").values_list("what", "note"))


def facts(gift: Gift, **wishes: Any) -> SubscriptionFacts:
    standard: dict[str, Any] = {
        "ref": f"sub_{gift.pk}",
        "customer_ref": "cus_1",
        "status": "active",
        "charged": gift.charged,
        "started_at": clock.now(),
        "next_at": clock.now() + timedelta(days=30),
    }
    return SubscriptionFacts(**standard | wishes)


def renewal(amount: Money, **wishes: Any) -> Charge:
    standard = {"ref": "ch_1", "amount": amount, "paid_at": clock.now(), "invoice_ref": "in_1"}
    return Charge(**standard | wishes)  # type: ignore[arg-type]


def test_another_amount_counts_from_the_next_payment_on_and_nothing_is_charged_at_once(double: Rehearsal) -> None:
    with starting(BEGIN) as traveller:
        sub = subscribed(double, make_campaign())
        traveller.move_to(at(1, 20))
        changed = subscriptions.change_amount(subscription=sub, amount=Money(4_000, "USD"))
        at_once = amounts()
        pass_by(traveller, double, at(2, 11))

    assert (at_once, amounts()) == ([2_500], [2_500, 4_000])
    assert subscriptions.terms_of(changed).amount_minor == 4_000
    assert acts() == [("change_amount", "$25 → $40")]


def test_an_amount_that_the_provider_did_not_take_is_agreed_and_taken_back(double: Rehearsal, settings: Any) -> None:
    with starting(BEGIN) as traveller:
        sub = subscribed(double, make_campaign())
        here = settings.STANDFIRST
        settings.STANDFIRST = dataclass_with(here, rehearsal_url="http://127.0.0.1:9")
        registry.provider("stripe")._client._requestor._options.max_network_retries = 0  # type: ignore[attr-defined]
        with pytest.raises(ProviderUnreachable):
            subscriptions.change_amount(subscription=sub, amount=Money(4_000, "USD"))
        settings.STANDFIRST = here
        pass_by(traveller, double, at(2, 11))

    assert subscriptions.terms_of(sub).amount_minor == 2_500
    assert (amounts(), acts()) == ([2_500, 2_500], [])


def test_w8_a_crash_after_the_provider_changed_the_amount_loses_no_renewal(double: Rehearsal) -> None:
    with starting(BEGIN) as traveller:
        sub = subscribed(double, make_campaign())
        subscriptions.agree(subscription=sub, amount_minor=4_000, cover_minor=0)
        registry.provider("stripe").change(sub.provider_ref, Money(4_000, "USD"), "")
        pass_by(traveller, double, at(2, 11))

    assert amounts() == [2_500, 4_000]


def test_a_change_that_was_begun_and_never_reached_the_provider_is_forgotten_at_its_next_word(
    double: Rehearsal,
) -> None:
    with starting(BEGIN):
        sub = subscribed(double, make_campaign())
        subscriptions.agree(subscription=sub, amount_minor=4_000, cover_minor=0)
        subscriptions.refresh(sub)

    assert subscriptions.terms_of(sub).amount_minor == 2_500


@pytest.mark.parametrize(
    ("amount", "cover"), [(Money(0, "USD"), 0), (Money(-5, "USD"), 0), (Money(5, "EUR"), 0), (Money(500, "USD"), -1)]
)
def test_an_amount_that_makes_no_sense_changes_nothing(double: Rehearsal, amount: Money, cover: int) -> None:
    sub = subscribed(double, make_campaign())

    with pytest.raises(subscriptions.NewAmountOutOfRange):
        subscriptions.change_amount(subscription=sub, amount=amount, cover_minor=cover)

    assert (sub.terms.count(), acts()) == (1, [])


def test_a_skipped_month_is_left_out_and_the_one_after_it_comes_as_usual(double: Rehearsal) -> None:
    with starting(BEGIN) as traveller:
        sub = subscribed(double, make_campaign())
        skipped = subscriptions.skip_month(subscription=sub)
        pass_by(traveller, double, at(4, 11))
    sub.refresh_from_db()

    assert (skipped.status, skipped.next_at, skipped.resumes_at) == ("paused", at(3, 10), at(2, 11))
    assert [each.month for each in Payment.objects.order_by("paid_at").values_list("paid_at", flat=True)] == [1, 3, 4]
    assert (sub.status, acts()) == ("active", [("skip_month", "2027-02-10")])


def test_a_pause_charges_nothing_until_it_is_ended(double: Rehearsal) -> None:
    with starting(BEGIN) as traveller:
        campaign = make_campaign()
        sub = subscribed(double, campaign)
        paused = subscriptions.pause(subscription=sub)
        during = subscriptions.monthly_recurring(campaign, mode="rehearsal")
        pass_by(traveller, double, at(5, 1))
        subscriptions.resume(subscription=sub)
        pass_by(traveller, double, at(5, 11))

    assert (paused.status, paused.next_at, during) == ("paused", None, {})
    assert [each.month for each in Payment.objects.order_by("paid_at").values_list("paid_at", flat=True)] == [1, 5]
    assert [what for what, _ in acts()] == ["pause", "resume"]


def test_a_pause_with_an_end_says_when_the_next_payment_is(double: Rehearsal) -> None:
    with starting(BEGIN) as traveller:
        sub = subscribed(double, make_campaign())
        paused = subscriptions.pause(subscription=sub, until=at(3, 20))
        pass_by(traveller, double, at(4, 11))

    assert paused.next_at == at(4, 10)
    assert len(amounts()) == 2


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_pause_into_the_past_or_for_years_is_refused(double: Rehearsal, days: int) -> None:
    with starting(BEGIN):
        sub = subscribed(double, make_campaign())
        with pytest.raises(subscriptions.PauseOutOfRange):
            subscriptions.pause(subscription=sub, until=clock.now() + timedelta(days=days))


def test_what_is_cancelled_is_never_charged_again_and_what_was_paid_stays(double: Rehearsal) -> None:
    with starting(BEGIN) as traveller:
        sub = subscribed(double, make_campaign())
        cancelled = [subscriptions.cancel(subscription=sub) for _ in range(2)]
        pass_by(traveller, double, at(6, 1))
    sub.refresh_from_db()

    assert {each.status for each in cancelled} == {"cancelled"}
    assert (sub.status, sub.ended_at, sub.next_at) == ("cancelled", BEGIN, None)
    assert (amounts(), acts()) == ([2_500], [("cancel", "")])
    with pytest.raises(subscriptions.SubscriptionOver):
        subscriptions.resume(subscription=sub)


def test_a_gift_that_failed_can_be_cancelled_before_the_next_try(double: Rehearsal) -> None:
    with starting(BEGIN) as traveller:
        sub = subscribed(double, make_campaign(), method="declined")
        pass_by(traveller, double, at(2, 11))
        subscriptions.cancel(subscription=sub)
        pass_by(traveller, double, at(3, 11))

    assert amounts() == [2_500]
    assert Subscription.objects.get().status == "cancelled"


def test_a_gift_cancelled_at_the_provider_is_cancelled_here(double: Rehearsal) -> None:
    with starting(BEGIN):
        sub = subscribed(double, make_campaign())
        with double.state.change():
            double.bank.billing.cancel(sub.provider_ref)
        hear_all(double)
    sub.refresh_from_db()

    assert (sub.status, subscriptions.cancel(subscription=sub).status) == ("cancelled", "cancelled")


def test_a_yearly_gift_has_no_month_to_skip(double: Rehearsal) -> None:
    sub = subscribed(double, make_campaign(), interval="year")

    with pytest.raises(subscriptions.NothingToSkip):
        subscriptions.skip_month(subscription=sub)


def test_who_did_it_is_written_down_for_staff(double: Rehearsal) -> None:
    staff = get_user_model().objects.create_user("treasurer")
    sub = subscribed(double, make_campaign())

    subscriptions.cancel(subscription=sub, by=staff)

    assert [(act.what, act.by) for act in SupporterAct.objects.all()] == [("cancel", staff)]


def test_the_card_is_changed_on_the_providers_page_which_leads_back(double: Rehearsal) -> None:
    with starting(BEGIN):
        sub = subscribed(double, make_campaign())
        page = subscriptions.card_page(sub, "http://127.0.0.1:8000/supporter/")

        shown = double.desk.answer(False, page.removeprefix(double.url), {})
        changed = double.desk.answer(True, page.removeprefix(double.url), {"action": ["good"]})

    assert "4242" in shown.html
    assert 'href="http://127.0.0.1:8000/supporter/"' in changed.html
    assert "was changed" in changed.html


def test_older_news_never_brings_back_what_has_ended() -> None:
    gift = started_gift(make_campaign())
    old = facts(gift)
    subscriptions.apply(gift=gift, facts=facts(gift, status="cancelled", ended_at=clock.now(), next_at=None))

    row = subscriptions.apply(gift=gift, facts=old)

    assert row.status == "cancelled"


def test_two_subscriptions_for_one_gift_are_refused() -> None:
    gift = started_gift(make_campaign())
    subscriptions.apply(gift=gift, facts=facts(gift))

    with pytest.raises(subscriptions.SubscriptionsDisagree):
        subscriptions.apply(gift=gift, facts=facts(gift, ref="sub_other"))


def test_a_late_invoice_fits_the_terms_of_its_day_and_foreign_amounts_fit_none() -> None:
    gift = started_gift(make_campaign(), 1_000)
    row = subscriptions.apply(gift=gift, facts=facts(gift))
    subscriptions.agree(subscription=row, amount_minor=1_900, cover_minor=100)

    def parts(minor: int, currency: str = "USD", **wishes: Any) -> Any:
        found = subscriptions.parts_of(gift=gift, charge=renewal(Money(minor, currency), **wishes))
        return found and (found.amount_minor, found.cover_minor)

    assert parts(1_000) == (1_000, 0)
    assert parts(2_000) == (1_900, 100)
    assert parts(1_500) is None
    assert parts(1_000, "EUR") is None
    assert parts(1_000, adjusted=True) == (1_000, 0)
    assert parts(500, adjusted=True) == (475, 25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=st.integers(1, 10**8), amount=st.integers(1, 10**8), cover=st.integers(0, 10**7))
def test_what_stripe_computed_is_divided_without_losing_a_cent(total: int, amount: int, cover: int) -> None:
    gift = Gift(amount_minor=amount, cover_minor=cover, currency="USD", started_at=clock.now())
    gift.pk = 0

    parts = subscriptions.parts_of(gift=gift, charge=renewal(Money(total, "USD"), adjusted=True))

    assert parts is not None
    assert parts.amount_minor + parts.cover_minor == total
    assert parts.amount_minor >= 0 <= parts.cover_minor


def test_recurring_sums_are_by_currency_without_what_is_added_for_fees_and_count_people_once(
    double: Rehearsal,
) -> None:
    campaign = make_campaign()
    for minor, interval, email in ((1_000, "month", "a"), (1_000, "year", "a"), (2_000, "month", "b")):
        subscribed(double, campaign, minor, interval=interval, email=f"{email}@example.org")

    assert subscriptions.monthly_recurring(campaign, mode="rehearsal") == {"USD": Money(3_083, "USD")}
    assert subscriptions.active_supporters(campaign, mode="rehearsal") == 2
    assert subscriptions.active_supporters(campaign, mode="live") == 0
