"""Whatever a verb changes, no reader gets an old page: every verb is run, every public page compared.

Each scene changes something. Before it, every public page is read, so that all of them are kept;
after it, each page as it is served is compared with the same page rendered from nothing. At the
end every verb must have been in some scene.
"""

import re
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from PIL import Image as Drawing

from standfirst.accounts.models import Account
from standfirst.delivery.application import Application
from standfirst.delivery.changes import all_verbs
from standfirst.delivery.handler import Handler
from standfirst.delivery.store import Store
from standfirst.discussion import comments, counts, threads, votes
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
from standfirst.mail import outbox
from standfirst.stories import bringing_in, publishing, roles
from standfirst.stories.models import FrontPage, FrontPagePick, PublicationSettings, Story
from standfirst.testing import discussion as talk
from standfirst.testing import funding as money
from standfirst.testing import stories as paper
from standfirst.testing import supporters as people
from standfirst.testing.delivery import Site

HARBOUR = Path(__file__).resolve().parent.parent / "standfirst/importers/tests/data/harbour.xml"
POSITION = re.compile(rb'data-change="\d*"')  # where a page says at which change it was made


class World:
    """A small publication in which everything that a page can show is there."""

    def __init__(self) -> None:
        paper.front_page()
        self.section, self.series, self.topic = paper.make_section(), paper.make_series(), paper.make_topic()
        self.author, self.picture = paper.make_author(), paper.make_picture()
        filed = {"section": self.section, "series": self.series, "topics": [self.topic], "hero": self.picture}
        self.boat = money.make_campaign(slug="boat", featured=False)
        asking = [{"type": "campaign", "value": {"campaign": "boat", "text": "For the boat"}}]
        self.story = paper.published_story(by=self.author, body=asking, **filed)
        self.other = paper.published_story("The school keeps its hall", section=self.section)
        self.page = paper.plain_page()
        self.campaign = money.make_campaign()
        self.payment = money.charged_gift(self.campaign)
        self.thread = threads.thread_of(self.story.key)
        self.moderator = talk.a_moderator("moderator")
        self.moderator.is_superuser = True  # another test's flush may have taken the groups' rights
        self.moderator.save()
        self.comment = talk.a_comment(self.thread)
        self.reply = talk.a_comment(self.thread, parent=self.comment)

    @property
    def month(self) -> str:
        """The campaign's running month, as addresses write it."""
        return f"{clock.local_date(self.campaign.zone):%Y-%m}"

    @property
    def addresses(self) -> list[str]:
        """Every public page that this world has."""
        key = self.story.key
        return [
            "/",
            *(f"/{story.address}/" for story in Story.objects.filter(address__isnull=False)),
            f"/{self.story.address}/?order=newest",
            f"/{self.story.address}/?comment={self.reply.pk}",
            *(each.get_absolute_url() for each in (self.section, self.series, self.topic, self.author)),
            "/about/",
            "/feed/",
            "/sitemap.xml",
            f"/sitemaps/{self.story.address[:4]}.xml",
            "/sitemaps/pages.xml",
            "/robots.txt",
            "/support/",
            f"/support/?from={key}",
            f"/support/{self.campaign.slug}/",
            "/support/boat/",
            "/funding/",
            f"/funding/{self.month}/",
            f"/funding/{clock.now():%Y-%m-%d}/",
            "/funding/campaigns/boat/",
            "/funding/meter.json",
            "/funding/meter.svg",
            "/funding/meter.js",
            "/fragments/masthead",
            *([f"/fragments/masthead:{self.section.pk}"] if self.section.in_menu else []),
            "/fragments/footer",
            "/fragments/meter",
            "/fragments/meter:figure",
            "/fragments/campaign:boat",
            "/fragments/campaign-meter:boat",
            "/fragments/campaign-line:boat",
            f"/fragments/count:{key}",
            f"/fragments/thread:{key}",
            f"/discussion/threads/{key}/",
            f"/discussion/threads/{key}/page/?order=newest",
            f"/discussion/threads/{key}/since/0/",
            f"/discussion/comments/{self.comment.pk}/replies/",
        ]


type Scene = Callable[[World], Any]
scenes: dict[str, Scene] = {}


def scene(function: Scene) -> Scene:
    scenes[function.__name__] = function
    return function


@scene
def a_story_is_published(world: World) -> None:
    paper.published_story("Storm closes the quay", section=world.section)


@scene
def a_story_is_changed(world: World) -> None:
    world.story.title = "Ferry returns, late"
    publishing.publish_story(story=world.story)


@scene
def a_story_closes_its_comments(world: World) -> None:
    world.other.comments_open = False
    publishing.publish_story(story=world.other)


@scene
def a_story_goes_to_another_section(world: World) -> None:
    world.other.section = paper.make_section("Port")
    publishing.publish_story(story=world.other)


@scene
def a_scheduled_story_comes_due(world: World) -> None:
    publishing.schedule_story(story=paper.draft("Tomorrow"), at=clock.now() + timedelta(hours=1))
    publishing.schedule_story(story=paper.draft("Today"), at=clock.now() - timedelta(seconds=1))
    publishing.publish_due()


@scene
def a_story_is_withdrawn(world: World) -> None:
    publishing.withdraw_story(story=paper.published_story("A mistake", section=world.section))


@scene
def a_story_is_deleted(world: World) -> None:
    paper.published_story("Another mistake", section=world.section).delete()


@scene
def names_change(world: World) -> None:
    for each in (world.section, world.series, world.topic, world.author):
        each.name += " again"
        each.save()


@scene
def the_menu_changes(world: World) -> None:
    paper.make_section("Weather")
    world.section.position += 100
    world.section.save()


@scene
def a_section_leaves_the_menu(world: World) -> None:
    world.section.in_menu = False
    world.section.save()


@scene
def a_section_returns_to_the_menu(world: World) -> None:
    world.section.in_menu = True
    world.section.save()


@scene
def a_logo_is_chosen(world: World) -> None:
    chosen = PublicationSettings.objects.get()
    chosen.logo = world.picture
    chosen.save()


@scene
def the_publication_changes(world: World) -> None:
    chosen = PublicationSettings.objects.get()
    chosen.name, chosen.accent = "The Other Post", "#114477"
    chosen.save()


@scene
def the_front_page_is_picked(world: World) -> None:
    front = FrontPage.objects.get()
    front.picks.add(FrontPagePick(story=world.other))
    front.save_revision().publish()


@scene
def a_plain_page_changes(world: World) -> None:
    world.page.title = "Who we are"
    world.page.save_revision().publish()


@scene
def a_picture_changes(world: World) -> None:
    world.picture.description = "A larger boat"
    world.picture.save()


@scene
def things_are_brought_in(world: World) -> None:
    call_command("import_wordpress", str(HARBOUR), verbosity=0)


@scene
def pictures_are_brought_in_later(world: World) -> None:
    folder = Path(settings.MEDIA_ROOT) / "uploads" / "2021" / "11"
    folder.mkdir(parents=True)
    for name, form in (("ferry.jpg", "JPEG"), ("quay.png", "PNG")):
        Drawing.new("RGB", (320, 200), (30, 60, 90)).save(folder / name, form)
    (folder / "timetable.pdf").write_bytes(b"%PDF-1.4 timetable")
    call_command("import_wordpress", str(HARBOUR), media=folder.parent.parent, verbosity=0)


@scene
def a_document_is_brought_in(world: World) -> None:
    bringing_in.pick_for_front_page(story=world.other)
    roles.seed_roles()


@scene
def comments_come_and_go(world: World) -> None:
    held = talk.a_held_comment(world.thread)
    comments.publish(comment_id=held.pk, by=world.moderator)
    comments.hold(comment_id=held.pk, by=world.moderator)
    comments.publish(comment_id=held.pk, by=world.moderator)


@scene
def a_comment_is_rejected(world: World) -> None:
    comments.reject(comment_id=world.comment.pk, by=world.moderator, reason="Off the subject")


@scene
def a_comment_is_edited(world: World) -> None:
    guest = talk.a_guest()
    written = talk.a_comment(world.thread, guest=guest)
    comments.edit_by_guest(comment_id=written.pk, guest=guest, text="What I meant to say is this.")


@scene
def votes_are_cast(world: World) -> None:
    guest = votes.up(comment_id=world.reply.pk)
    votes.down(comment_id=world.reply.pk, guest=guest)


@scene
def a_vote_is_withdrawn(world: World) -> None:
    guest = votes.up(comment_id=world.reply.pk)
    votes.withdraw(comment_id=world.reply.pk, guest=guest)
    votes.up(comment_id=world.reply.pk)


@scene
def a_thread_closes(world: World) -> None:
    threads.close_thread(key=world.story.key, reason="It is late")


@scene
def a_thread_opens_again(world: World) -> None:
    threads.reopen_thread(key=world.story.key)


@scene
def a_thread_is_withdrawn_and_back(world: World) -> None:
    threads.withdraw_thread(key=world.other.key)
    publishing.publish_story(story=world.other)


@scene
def counts_are_put_right(world: World) -> None:
    type(world.thread).objects.filter(pk=world.thread.pk).update(published_count=99)
    counts.recount(thread_key=world.story.key)


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


@scene
def letters_are_sent_or_not(world: World) -> None:
    for key in ("sent", "dropped", "failed"):
        letter = outbox.put(key=key, to=f"{key}@example.org", subject="x", text="x")
        claimed = outbox.claim(letter_id=letter.pk)
        assert claimed is not None
        if key == "failed":
            outbox.failed(letter=claimed, why="no", for_good=True)
        else:
            getattr(outbox, key)(letter=claimed)
    outbox.try_again(letter_id=letter.pk)
    outbox.forget_person(address="failed@example.org")
    outbox.forget()


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


@contextmanager
def noting(executed: set[CodeType]) -> Iterator[None]:
    """Note every function that runs."""
    sys.setprofile(lambda frame, _event, _argument: executed.add(frame.f_code))
    try:
        yield
    finally:
        sys.setprofile(None)


@pytest.fixture
def served(transactional_db: None) -> Iterator[Site]:
    made = Site(
        Application(
            Store(bytes_max=20_000_000), Handler(), threads=2, body_bytes_max=1_000, streams_max=1, per_address_max=1
        )
    )
    yield made
    made.close()
    money.forget_the_books()


def pages(site: Site, addresses: list[str]) -> dict[str, tuple[int, bytes]]:
    answers = {address: site.get(address) for address in addresses}
    return {address: (answer.status, POSITION.sub(b"", answer.body)) for address, answer in answers.items()}


@pytest.mark.slow
def test_after_any_verb_every_page_is_as_if_rendered_from_nothing(served: Site) -> None:
    executed = set[CodeType]()
    with noting(executed):
        world = World()
    assert isinstance(world.moderator, Account)
    assert {status for status, _ in pages(served, world.addresses).values()} == {200}

    stale = []
    for name, play in scenes.items():
        pages(served, world.addresses)  # so that all of them are kept
        with noting(executed):
            play(world)
        addresses = world.addresses
        as_served = pages(served, addresses)
        served.application.store.forget_everything()
        from_nothing = pages(served, addresses)
        stale += [f"{name}: {address}" for address in addresses if as_served[address] != from_nothing[address]]

    assert stale == []
    missing = [
        name
        for name, verb in all_verbs().items()
        if not name.startswith("standfirst.demo")
        and ".tests." not in name  # a sample fills an empty site
        and verb.__wrapped__.__code__ not in executed  # type: ignore[attr-defined]
    ]
    assert "\n".join(missing) == ""
