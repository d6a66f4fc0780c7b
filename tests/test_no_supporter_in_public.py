"""P11: no supporter's address or hidden name stands in any byte that everybody can have.

A publication is filled with supporters of every kind, each with marks that stand nowhere else. A
reader whom nobody knows follows every address that any page, feed, file or script names, and asks
for every address pattern of the site besides. All of it is looked through: bodies in every
encoding, and headers.
"""

import html
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus, urljoin, urlsplit

import brotli
import pytest
import zstandard
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from standfirst.delivery.application import Application
from standfirst.delivery.handler import Handler
from standfirst.delivery.models import Change
from standfirst.delivery.store import Store
from standfirst.discussion import threads
from standfirst.funding.bank import lines as bank_lines
from standfirst.funding.bank.files.lines import Statement, incoming
from standfirst.funding.giving import gifts, methods
from standfirst.funding.models import BankLine, Donor, Gift, Payment
from standfirst.funding.payments import counting, disputes, refunds, subscriptions
from standfirst.funding.providers.protocol import Card, DisputeFacts, DisputeMove, SubscriptionFacts
from standfirst.funding.supporters import roster
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing import discussion as talk
from standfirst.testing import stories as paper
from standfirst.testing.delivery import Answer, Site
from standfirst.testing.funding import (
    dataclass_with,
    forget_the_books,
    make_campaign,
    message,
    paid_facts,
    paid_gift,
    refund_facts,
    started_gift,
)
from standfirst.testing.questions import a_question

pytestmark = pytest.mark.slow
ADDRESSES_MAX = 3_000  # a crawl that finds more than this walks in a circle
ADDRESSES_LEAST = 50  # one that finds fewer has stopped at the door
ENCODINGS = {
    "gzip": lambda packed: zlib.decompress(packed, 31),
    "br": brotli.decompress,
    "zstd": lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed),
}
ATTRIBUTE = re.compile(r"""\b(?:href|src|action|poster)\s*=\s*["']?([^"'\s>]+)""")
ANYWHERE = re.compile(r"""["'(>\s,](https?://[^"'\s<>)\\]+|[/?][A-Za-z0-9_\-./:%?=&;]+)""")
LIVE = "/live/"  # never ends; what it says are the keys of the change log, which are looked through instead
IBAN = "DE8937040044053201{:04d}"


@dataclass
class Cast:
    """What stands of whom: marks that nobody may see, and names that may be thanked."""

    hidden: set[str]
    shown: set[str]


def email_of(kind: str) -> str:
    return f"zq{kind}.kelemen@{kind}-post.example"


def name_of(kind: str) -> str:
    return f"Zsófia {kind.title()} Weißfisch"


def given(cast: Cast, campaign: Any, kind: str, *, shown: bool, **wishes: Any) -> Payment:
    """Return the payment of a gift by card in the name of ``kind``, all of whose marks are kept in the cast."""
    words = {"message": f"message {kind} zqx", "dedication": f"dedicated {kind} zqx"}
    references = {"charge": f"ch_zq{kind}", "session": f"cs_zq{kind}"}
    gift = gifts.start(
        amount=Money(1_000, campaign.currency), campaign=campaign, display_name=name_of(kind), **words | wishes
    )
    fee = {"fee_ref": f"txn_zq{kind}", "fee": Money(59, campaign.currency)}
    facts = paid_facts(gift, email=email_of(kind), charge={"ref": references["charge"]} | fee)
    payment = counting.apply(facts=facts).payments.get()
    session = references["session"]
    gifts.keep_page(gift=payment.gift, url=f"https://pay.example/{session}", session_ref=session)
    Donor.objects.filter(email=email_of(kind)).update(name=f"Registered {kind} Zqholder")
    address, host = email_of(kind).split("@")
    cast.hidden |= {address, host, f"Registered {kind} Zqholder", f"txn_zq{kind}"}
    cast.hidden |= {*words.values(), *references.values()}
    (cast.shown if shown else cast.hidden).add(name_of(kind))
    return payment


def fill_with_supporters(cast: Cast, campaign: Any) -> None:
    """Make a supporter of every kind there is."""
    given(cast, campaign, "named", shown=True, story_key="story:1")
    given(cast, campaign, "anonymous", shown=False, anonymous=True)
    roster.show_name(gift=given(cast, campaign, "hidden", shown=False).gift, shown=False)
    erased = given(cast, campaign, "erased", shown=False).gift
    roster.erase(donor=Donor.objects.get(pk=erased.donor_id))
    kept, merged = (given(cast, campaign, kind, shown=True).gift for kind in ("kept", "merged"))
    roster.merge(keep=kept.donor, other=merged.donor)

    monthly = given(cast, campaign, "monthly", shown=False, anonymous=True).gift
    facts = SubscriptionFacts(
        "sub_zqmonthly", "cus_zqmonthly", "active", monthly.charged, clock.now(), card=Card("zqvisa", "9137", None)
    )
    subscriptions.apply(gift=monthly, facts=facts)
    cast.hidden |= {"sub_zqmonthly", "cus_zqmonthly", "zqvisa"}

    refunded = given(cast, campaign, "refunded", shown=True)
    refunds.settle(payment=refunded, facts=refund_facts("re_zqrefunded", Money(100, "USD")))
    disputed, now = given(cast, campaign, "disputed", shown=False, anonymous=True), clock.now()
    move = DisputeMove("txn_zqmove", "withdrawn", Money(400, "USD"), Money(1_500, "USD"), now)
    facts_of_dispute = DisputeFacts("dp_zqdisputed", Money(400, "USD"), "open", now, "zqfraudulent", moves=(move,))
    disputes.settle(payment=disputed, facts=facts_of_dispute)
    message("evt_zqparked", "pi_zqparked")
    cast.hidden |= {"re_zqrefunded", "dp_zqdisputed", "txn_zqmove", "zqfraudulent", "evt_zqparked", "pi_zqparked"}

    started_gift(campaign, 777, display_name="Never Zqpaid", message="unpaid zqx", email="zqopen@open-post.example")
    paid_gift(campaign, 888, display_name="Offline Zqshown", reference="slip zqoffline", message="by hand zqx")
    paid_gift(campaign, 889, display_name="Offline Zqhidden", reference="slip zqother", anonymous=True)
    cast.shown.add("Offline Zqshown")
    cast.hidden |= {"Never Zqpaid", "unpaid zqx", "zqopen", "open-post.example", "Offline Zqhidden"}
    cast.hidden |= {"slip zqoffline", "slip zqother", "by hand zqx"}


def fill_with_transfers(cast: Cast, campaign: Any) -> None:
    """Take in a bank statement: a promised transfer, one that becomes a gift, one that waits, one that is no gift."""
    promised = gifts.start(
        amount=Money(2_100, "EUR"),
        campaign=campaign,
        method=methods.TRANSFER.name,
        display_name="Transfer Zqnamed",
        anonymous=True,
        email="zqtransfer@transfer-post.example",
    )
    gifts.payment_page(promised)
    promised.refresh_from_db()
    texts = [str(promised.reference), "zqtext becomes a gift", "zqtext waits", "zqtext rent"]
    lines = tuple(
        incoming(
            number=number,
            booked_on=clock.now().date(),
            amount=Money(2_100, "EUR"),
            payer=f"Payer{number} Zqpayer",
            text=f"{text} {IBAN.format(number)}",
        )
        for number, text in enumerate(texts)
    )
    bank_lines.take_in(name="zqstatement.csv", data=b"lines", statement=Statement("csv", lines, 0))
    rows = list(BankLine.objects.order_by("pk"))
    by = talk.a_moderator("treasurer")
    bank_lines.count_as_new(line_id=rows[1].pk, campaign=campaign, display_name="Staff Zqtyped", by=by)
    bank_lines.ignore(line_id=rows[3].pk, note="zqnote", by=by)
    assert rows[0].payment_id, "the promised transfer was counted"
    cast.shown.add("Staff Zqtyped")
    cast.hidden |= {f"Payer{number} Zqpayer" for number in range(4)} | {IBAN.format(number) for number in range(4)}
    cast.hidden |= {"Transfer Zqnamed", "zqtransfer", "transfer-post.example", "zqstatement", "zqnote", "zqtext"}


@dataclass(frozen=True)
class World:
    """A small publication with supporters of every kind."""

    cast: Cast
    found_by_links: set[str]
    samples: dict[str, list[str]]


def make_world() -> World:
    paper.front_page()
    section, series, topic, author = paper.make_section(), paper.make_series(), paper.make_topic(), paper.make_author()
    story = paper.published_story(by=author, section=section, series=series, topics=[topic], hero=paper.make_picture())
    paper.plain_page()
    campaign, boat = make_campaign(slug="fund"), make_campaign(slug="boat", currency="EUR", featured=False)
    thread = threads.thread_of(story.key)
    comment = talk.a_comment(thread)
    talk.a_comment(thread, parent=comment)
    cast = Cast(set(), set())
    fill_with_supporters(cast, campaign)
    fill_with_transfers(cast, boat)
    given(cast, boat, "boating", shown=True)
    month, today = f"{clock.local_date(campaign.zone):%Y-%m}", f"{clock.now():%Y-%m-%d}"
    ids = [str(each) for each in Gift.objects.values_list("public_id", flat=True)]
    year, number, slug = story.address.split("/")
    return World(
        cast,
        {"/funding/", "/feed/", "/sitemap.xml", f"/{story.address}/", "/funding/meter.json", "/funding/meter.svg"}
        | {f"/funding/{month}/{rest}" for rest in ("", "ledger.csv", "ledger.json")},
        {
            "mark": [str(a_question(thread).mark)],
            "number": ["1"],
            "size": [""],
            "year": [year],
            "month": [month, number],
            "day": [today],
            "slug": [campaign.slug, boat.slug, slug, section.slug, series.slug, topic.slug, author.slug],
            "name": [year, "pages", "masthead", "footer", "meter", "meter:figure", f"count:{story.key}", "0" * 32],
            "public_id": ids,
            "what": ["amount"],
            "token": ["a-token-that-nobody-has"],
            "payment_id": [str(pk) for pk in Payment.objects.values_list("pk", flat=True)[:2]],
            "statement_id": ["1"],
            "kind": ["csv", "json"],
            "provider": ["stripe", "bank"],
            "key": [story.key],
            "event": ["0"],
            "comment_id": [str(comment.pk)],
            "path": ["about"],
            "restriction_id": ["1"],
            "document_id": ["1"],
            "document_filename": ["x.pdf"],
        },
    )


def public_routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every route of the site but the desk's, which ``test_permission_matrix`` asks as everybody."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from public_routes(pattern.url_patterns, route.rstrip("$")) if route != "desk/" else ()
        elif isinstance(pattern, URLPattern):
            yield route.rstrip("$").replace("\\Z", "")


# Only for who is signed in, or knows a token or a password; whoever comes without hears that there is nothing.
NOT_THERE_FOR_READERS = {
    "discussion/comments/<int:comment_id>/cards/<int:number>/",
    "discussion/pictures/<picture:name><picture_size:size>.webp",
    "discussion/comments/<int:comment_id>/",
    "documents/(\\d+)/(.*)",
    "documents/authenticate_with_password/<int:restriction_id>/",
    "metrics",
    "support/me/receipts/<int:payment_id>.pdf",
    "support/me/years/<int:statement_id>.pdf",
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def addresses_of(route: str, samples: dict[str, list[str]]) -> list[str]:
    """Fill a route with every sample of its parameters. KeyError if one has none."""
    found = PARAMETER.search(route)
    if found is None:
        return ["/" + re.sub(r"\([^)]*\)[?*+]?|[\\^$?]", "", route)]
    filled = (route[: found.start()] + value + route[found.end() :] for value in samples[found[1] or found[2]])
    return [address for each in filled for address in addresses_of(each, samples)]


def linked(address: str, answer: Answer, text: str) -> set[str]:
    """Return every address of this site that an answer names."""
    named = set(ATTRIBUTE.findall(text)) | set(ANYWHERE.findall(text))
    named |= set(re.findall(r"<([^>]+)>", answer.headers.get("link", ""))) | {answer.headers.get("location", "")}
    found = set()
    own = {urlsplit(settings.STANDFIRST.url).netloc, "127.0.0.1:8000", ""}
    for each in named:
        parts = urlsplit(urljoin(address, html.unescape(each).strip()))
        if parts.netloc in own and parts.scheme in {"", "http", "https"} and parts.path.startswith("/"):
            found.add(parts.path + (f"?{parts.query}" if parts.query else ""))
    return {each for each in found if not each.startswith((LIVE, "//"))}


def readings(data: bytes) -> Iterator[str]:
    """The forms in which words may stand in bytes: as they are, escaped for HTML, for addresses, for JSON."""
    text = data.decode("utf-8", "replace")
    spelled = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), text)
    forms = (text, html.unescape(text), unquote(text), unquote_plus(html.unescape(text)), spelled)
    yield from (form.casefold() for form in forms)


def found_in(data: bytes, marks: Iterable[str]) -> set[str]:
    read = "\0".join(readings(data))
    return {mark for mark in marks if mark.casefold() in read}


def head_of(answer: Answer) -> bytes:
    return json.dumps(answer.headers, ensure_ascii=False).encode()


class Crawl:
    """Everything that a reader can get, and which marks stand where."""

    def __init__(self, site: Site, world: World) -> None:
        self.site = site
        self.world = world
        self.statuses: dict[str, int] = {}
        self.told: list[tuple[str, str]] = []
        self.thanked: set[str] = set()

    def from_(self, *begin: str) -> None:
        """Follow all that is linked, from these addresses on."""
        waiting = [each for each in begin if each not in self.statuses]
        while waiting:
            address = waiting.pop()
            if address in self.statuses:
                continue
            assert len(self.statuses) < ADDRESSES_MAX, "the crawl walks in a circle"
            answer = self.site.get(address)
            self.statuses[address] = answer.status
            self._look_through(address, answer)
            waiting += sorted(linked(address, answer, answer.body.decode("utf-8", "replace")) - self.statuses.keys())

    def _look_through(self, address: str, answer: Answer) -> None:
        bodies = {answer.body}
        for name, unpacked in ENCODINGS.items():
            packed = self.site.get(address, accept_encoding=name)
            self._note(address, head_of(packed))
            if packed.headers.get("content-encoding") != name:
                bodies.add(packed.body)
                break  # what is not packed in one is not in another
            bodies.add(unpacked(packed.body))
        self._note(address, head_of(answer))
        for body in bodies:
            self._note(address, body)

    def _note(self, address: str, data: bytes) -> None:
        self.told += [(address, mark) for mark in found_in(data, self.world.cast.hidden)]
        self.thanked |= found_in(data, self.world.cast.shown)


@pytest.fixture
def served(transactional_db: None, settings: Any) -> Iterator[Site]:
    ours = {"bank_name": "The Harbour Post", "bank_iban": "DE89370400440532013000"}
    settings.STANDFIRST = dataclass_with(settings.STANDFIRST, **ours)
    made = Site(
        Application(
            Store(bytes_max=50_000_000), Handler(), threads=2, body_bytes_max=1_000, streams_max=1, per_address_max=1
        )
    )
    yield made
    made.close()
    forget_the_books()


def test_p11_no_supporters_address_and_no_hidden_name_stands_in_any_public_byte(served: Site) -> None:
    world = make_world()
    crawl = Crawl(served, world)
    crawl.from_("/", "/robots.txt")
    by_links = set(crawl.statuses)
    without_sample, never_there = [], []
    for route in public_routes():
        try:
            addresses = addresses_of(route, world.samples)
        except KeyError as missing:
            without_sample.append(f"{route}: {missing}")
            continue
        crawl.from_(*addresses)
        if all(crawl.statuses[each] == 404 for each in addresses):
            never_there.append(route)
    crawl.from_(
        "/no-such-page/", "/search/?q=kelemen", "/search/?q=Zqpayer", "/support/?from=story:1&amount=x", "/?x=%ff"
    )

    assert without_sample == []
    assert set(never_there) == NOT_THERE_FOR_READERS
    assert len(by_links) >= ADDRESSES_LEAST
    assert by_links >= world.found_by_links
    assert {status for status in crawl.statuses.values() if status >= 500} == set()
    assert sorted(set(crawl.told)) == []
    assert crawl.thanked == world.cast.shown
    keys = "\n".join(Change.objects.values_list("key", flat=True)).encode()
    assert found_in(keys, world.cast.hidden) == set()


def test_p11_the_crawl_finds_a_name_however_it_is_written() -> None:
    mark = "Zsófia Weißfisch"
    forms = [
        mark,
        html.escape(mark),
        json.dumps(mark),
        mark.upper(),
        "Zs%C3%B3fia+Wei%C3%9Ffisch",
        "Zs&#243;fia Wei&szlig;fisch",
    ]

    assert [found_in(each.encode(), {mark}) for each in forms] == [{mark}] * len(forms)
    assert found_in(b"nobody", {mark}) == set()
