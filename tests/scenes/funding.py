"""What supporters, treasurers and payment services do."""

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from standfirst.accounts.models import Account
from standfirst.funding import allowances, campaigns, pools, tasks, watching
from standfirst.funding.bank import lines as bank_lines
from standfirst.funding.bank.files.csvfile import Columns
from standfirst.funding.bank.files.lines import Statement, incoming
from standfirst.funding.books import chain, closings, corrections, ledger, rate_sheets
from standfirst.funding.giving import gifts, presets
from standfirst.funding.models import BankLine, Gift, Interval, Period
from standfirst.funding.payments import counting, disputes, inbox, reconciling, refunds, subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import DisputeFacts, DisputeMove, EventRef, Movement, SubscriptionFacts
from standfirst.funding.supporters import letterhead, letters, links, roster, statements, thanking
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing import funding as money
from standfirst.testing import supporters as people
from tests.scenes.world import World, scene


@scene
def a_gift_is_paid(world: World) -> None:
    money.charged_gift(world.campaign, 1_000)


@scene
def a_gift_is_recorded_by_hand(world: World) -> None:
    today = clock.local_date(world.campaign.zone)
    amount = Money(700, world.campaign.currency)
    gifts.record_offline(campaign=world.campaign, amount=amount, received_on=today, reference="envelope 1")


@scene
def the_amounts_on_the_buttons_change(world: World) -> None:
    for campaign in (world.campaign, world.boat):
        amounts = [Money(1_100, campaign.currency), Money(3_300, campaign.currency)]
        presets.replace(campaign=campaign, interval=Interval.MONTH, amounts=amounts, locale="en")


@scene
def tries_and_declined_cards_are_counted_and_forgotten(world: World) -> None:
    gift = money.started_gift(world.campaign, 1_900, browser_key="a" * 32, household="h")
    allowances.take(allowances.Asker(household="h"), solved=True)
    allowances.declined(gift=gift, fact="ch_9")
    allowances.forget()
    gifts.forget_browsers()
    gifts.lapse_transfers()


@scene
def a_gift_is_refunded(world: World) -> None:
    amount = Money(500, world.campaign.currency)
    refunds.settle(payment=world.payment, facts=money.refund_facts("re_1", amount))


@scene
def a_refund_fails(world: World) -> None:
    amount = Money(100, world.campaign.currency)
    refund = tasks.ask_refund(payment=world.payment, amount=amount, reason="asked", by=world.moderator)
    refunds.fail(refund_id=refund.pk, why="closed account")


@scene
def a_message_of_the_payment_service_is_dealt_with(world: World) -> None:
    first, second = money.message("evt_1", "cs_1"), money.message("evt_2", "cs_2")
    gift = money.started_gift(world.campaign)
    taken = inbox.take()
    inbox.settle(answers=[inbox.Answer(tuple(taken), money.paid_facts(gift))])
    inbox.finish(event_pk=first)
    inbox.park(event_pk=second, why="the service does not answer")
    inbox.quarantine(event_pk=second, why="another amount")
    tasks.try_again(event_pk=second)
    inbox.receive(provider="stripe", messages=[EventRef(event_id="evt_3", type="x", object_ref="cs_3")])


@scene
def a_donor_is_erased(world: World) -> None:
    gift = money.charged_gift(world.campaign, 1_200, email="reader@example.org").gift
    gifts.keep_page(gift=gift, url="https://pay.example/1", session_ref="cs_9")
    roster.erase(donor=gift.donor)


@scene
def supporters_are_merged_and_hide_a_name(world: World) -> None:
    keep, other = (
        people.given(world.campaign, minor, email=f"reader{minor}@example.org", display_name="Ada").gift
        for minor in (1_300, 1_400)
    )
    roster.show_name(gift=other, shown=False)
    roster.merge(keep=keep.donor, other=other.donor)


@scene
def a_supporter_opens_their_page_and_has_a_statement(world: World) -> None:
    long_ago = clock.now() - timedelta(days=800)
    donor = people.given(world.campaign, 1_500, email="ada@example.org", charge={"paid_at": long_ago}).gift.donor
    people.signed_in("ada@example.org")
    statements.issue(donor=donor, first_day=letterhead.fiscal_year_of(long_ago, 1))
    links.sign_out_everywhere(donor=donor)
    links.forget()
    letters.announce_expiring_cards()


def a_statement(*lines: tuple[int, str, str], data: bytes) -> list[BankLine]:
    """Take in a statement; each line has an amount, a payer and a text."""
    today = clock.now().date()
    found = tuple(
        incoming(number=number, booked_on=today, amount=Money(minor, "USD"), payer=payer, text=text)
        for number, (minor, payer, text) in enumerate(lines, 1)
    )
    bank_lines.take_in(name="x.xml", data=data, statement=Statement("camt.053", found, 0))
    return list(BankLine.objects.order_by("pk"))


@scene
def a_bank_statement_is_taken_in(world: World) -> None:
    reference = money.started_gift(world.campaign, 2_100)
    Gift.objects.filter(pk=reference.pk).update(provider="bank", reference="K7M3QX9TA")
    waits = money.started_gift(world.campaign, 2_200, display_name="Grace")
    Gift.objects.filter(pk=waits.pk).update(provider="bank", reference="K7M3QX9TC")
    by_hand = money.paid_gift(world.campaign, 2_300)
    lines = a_statement(
        (2_100, "Ada", "K7M3QX9TA"), (2_200, "Grace", "x"), (2_300, "Mary", "y"), (2_400, "Rosa", "z"), data=b"one"
    )
    by = world.moderator
    bank_lines.count_for(line_id=lines[1].pk, gift_id=waits.pk, by=by)
    bank_lines.same_as(line_id=lines[2].pk, payment_id=by_hand.pk, by=by)
    bank_lines.ignore(line_id=lines[3].pk, note="rent", by=by)
    bank_lines.look_again(line_id=lines[3].pk, by=by)
    bank_lines.count_as_new(line_id=lines[3].pk, campaign=world.campaign, display_name="Rosa", by=by)
    bank_lines.remember_columns(heading_digest="0" * 64, name="Bank", columns=Columns(0, 1, "dmy", ","))


@scene
def treasurers_look_after_campaigns_rates_and_gifts(world: World) -> None:
    campaigns.set_terms(campaign=world.campaign, about="For the harbour", fee_basis_points=150, fee_fixed_minor=25)
    campaigns.set_milestones(campaign=world.campaign, steps=[(Money(90_000, "USD"), "A second reporter")])
    rate_sheets.keep(base="CHF", quote="USD", day=clock.now().date(), rate=Decimal("1.1"), source="typed")
    rate_sheets.take_in(data=f"Date,USD,\n{clock.now():%Y-%m-%d},1.25,\n".encode())
    thanking.thank(gift=world.payment.gift, by=world.moderator)
    watching.warn()


@scene
def the_meter_shows_what_may_still_come(world: World) -> None:
    for campaign in (world.campaign, world.boat):
        campaigns.set_showing(
            campaign=campaign, shows_on_its_way=True, shows_promised=True, beyond_goal="It pays for the next month."
        )


@scene
def a_debit_is_on_its_way(world: World) -> None:
    for campaign in (world.campaign, world.boat):
        gift = money.started_gift(campaign, 4_300)
        counting.apply(facts=money.paid_facts(gift, state="pending"))


@scene
def a_debit_bounces(world: World) -> None:
    for gift in Gift.objects.filter(status=Gift.Status.PENDING, campaign=world.boat):
        counting.apply(facts=money.paid_facts(gift, state="failed"))


@scene
def a_gift_is_due_to_come_again(world: World) -> None:
    gift = money.started_gift(world.boat, 1_900, interval=Interval.MONTH)
    facts = SubscriptionFacts(
        ref="sub_due", customer_ref="cus_due", status="active", charged=gift.charged, started_at=clock.now()
    )
    # Due within the running month whenever the test runs.
    facts = replace(facts, next_at=clock.now())
    row = subscriptions.apply(gift=gift, facts=facts)
    subscriptions.agree(subscription=row, amount_minor=2_300, cover_minor=0)


@scene
def a_yearly_gift_is_spread_and_some_of_it_goes_back(world: World) -> None:
    campaigns.set_counting(campaign=world.boat, net_of_fees=True, spreads_yearly=True)
    world.boat.refresh_from_db()
    payment = money.charged_gift(world.boat, 12_000)
    yearly = money.started_gift(world.boat, 24_000, interval=Interval.YEAR)
    counting.apply(facts=money.paid_facts(yearly))
    refunds.settle(payment=payment, facts=money.refund_facts("re_spread", Money(700, "USD")))


@scene
def a_sponsor_adds_to_gifts_for_the_boat(world: World) -> None:
    period = {"starts_at": clock.now() - timedelta(hours=1), "ends_at": clock.now() + timedelta(days=9)}
    pools.create(campaign=world.boat, slug="bakers", sponsor="The bakers", cap=Money(90_000, "USD"), **period)
    money.charged_gift(world.boat, 1_300)


@scene
def a_campaign_beside_ends(world: World) -> None:
    ended = money.make_campaign(slug="pier", featured=False)
    campaigns.change(campaign=ended, name="The pier", tz="UTC", active=False)
    campaigns.change(campaign=world.boat, name="The new boat", tz="UTC", active=False)
    campaigns.change(campaign=world.boat, name="The new boat", tz="UTC", active=True)


@scene
def a_sponsor_promises_and_ends(world: World) -> None:
    now = clock.now()
    cap = Money(100_000, "USD")
    pool = pools.create(
        campaign=world.campaign,
        slug="friends",
        sponsor="The friends",
        cap=cap,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=9),
    )
    money.charged_gift(world.campaign, 1_700)
    pools.end(pool=pool)


@scene
def books_are_corrected_and_checked(world: World) -> None:
    other = Account.objects.create_superuser("other-treasurer")
    kinds = (("gifts_more", 300), ("fees_more", 20), ("gifts_less", 100))
    first, *others = [
        corrections.propose(
            campaign=world.campaign,
            month=world.payment.period.first_day,
            kind=kind,
            place=ledger.BANK,
            amount=Money(minor, "USD"),
            reason="found in the drawer",
            by=world.moderator,
            entry_id=uuid.uuid4(),
        )
        for kind, minor in kinds
    ]
    corrections.withdraw(correction_id=first.pk, by=world.moderator)
    for each in others:
        corrections.confirm(correction_id=each.pk, by=other)
    chain.remember(sound=chain.end())


@scene
def a_bank_takes_a_gift_back_and_the_service_pays_out(world: World) -> None:
    now, amount = clock.now(), Money(400, "USD")
    taken = DisputeMove("txn_1", "withdrawn", Money(-400, "USD"), Money(1_500, "USD"), now)
    disputes.settle(payment=world.payment, facts=DisputeFacts("du_1", amount, "open", now, moves=(taken,)))
    payout = Movement("txn_2", "payout", "po_1", Money(-1_000, "USD"), Money(0, "USD"), now)
    reconciling.book(provider="stripe", mode=registry.mode(), movement=payout)
    reconciling.store(provider="stripe", mode=registry.mode(), since=now, checked_at=now, compared=1, differences=[])


@scene
def a_month_ends_and_is_closed(world: World) -> None:
    money.paid_gift(world.campaign, 900, on=clock.first_of_month(clock.now().date()) - timedelta(days=40))
    for period in Period.objects.filter(first_day__lt=clock.first_of_month(clock.now().date())):
        closings.close(period=period, mode=registry.mode())


@scene
def the_goal_changes(world: World) -> None:
    campaigns.set_goal(campaign=world.campaign, goal_minor=900_000)


@scene
def a_gift_comes_again_and_is_changed(world: World) -> None:
    gift = money.started_gift(world.campaign, 1_100)
    facts = SubscriptionFacts("sub_1", "cus_1", "active", gift.charged, clock.now(), clock.now() + timedelta(days=30))
    row = subscriptions.apply(gift=gift, facts=facts)
    subscriptions.agree(subscription=row, amount_minor=2_200, cover_minor=0)
    subscriptions.acted(subscription=row, facts=facts, what="resume")


@scene
def the_campaign_changes(world: World) -> None:
    campaigns.change(campaign=world.campaign, name="Winter fund", tz="Asia/Tokyo", active=True)
