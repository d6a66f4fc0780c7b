"""Who may see what: every address of the site, asked for by everybody who could be there.

Editors see sums, never donors. A new page of the money's desk fails here until the table says
for whom it is.
"""

import re
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from standfirst.accounts.models import Account
from standfirst.discussion.models import Ban, Claim, Comment, Decision, House, HouseRule, Pick, SavedReason, Summary
from standfirst.discussion.moderating import bans
from standfirst.funding.bank import lines as bank_lines
from standfirst.funding.bank.files.lines import Statement, incoming
from standfirst.funding.books import corrections
from standfirst.funding.models import (
    BankLine,
    Campaign,
    Correction,
    Donor,
    Gift,
    MatchingPool,
    Payment,
    ProviderEvent,
    Rate,
    Refund,
    Transfer,
)
from standfirst.funding.wagtail_hooks import FundingGroup
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.stories import roles
from standfirst.testing import discussion
from standfirst.testing.funding import charged_gift, make_campaign, message
from standfirst.testing.rules import a_rule

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SECRETS = ("zsofia.kelemen@example.org", "Zsofia Kelemen", "Ottokar Weissfisch")
ROLES = ("anonymous", "author", "editor", "moderator", "treasurer", "admin")
GROUPS = {"author": "Authors", "editor": "Editors", "moderator": "Moderators", "treasurer": "Treasurers"}
MAY_KNOW_DONORS = {"treasurer", "admin"}
SUMS_FOR = {"funding_reports": {"editor"}}  # pages of the money's desk that others see, too: sums, never names
MONEY = (
    "gifts_desk bank_desk supporters_desk months_desk corrections_desk funding_reports funding_exports campaigns_desk"
    " pools_desk rates_desk inbox_desk reconciliation_desk"
).split()
PUBLIC_ON_THE_DESK = re.compile(
    r"desk/(login|logout|password_reset/.*|jsi18n|sprite|account/preferred.*|favicon_picker)?/?$"
)


LEFT_OUT = re.compile(r"failwhale|logout")  # Wagtail's: an error on purpose, and the end of the session


def addresses(patterns: Any = None, before: str = "", spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """Every address: its namespace, name and route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from addresses(pattern.url_patterns, route.rstrip("$"), inner)
        elif isinstance(pattern, URLPattern) and not LEFT_OUT.search(route):
            yield spaces[-1] if spaces else "", pattern.name or "", route.rstrip("$").replace("\\Z", "")


def concrete(route: str, samples: dict[str, str]) -> str:
    """Fill a route with what stands in the database."""

    def sample(found: re.Match[str]) -> str:
        kind, name = found["kind"] or "", found["name"] or found["group"] or ""
        return samples.get(name) or samples.get(kind, samples["int"])

    filled = re.sub(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?:[^()]|\([^()]*\))*\)", sample, route)
    return "/" + re.sub(r"\([^)]*\)[?*+]?|[\\^$?]", "", filled)


@pytest.fixture
def money() -> dict[str, str]:
    """A supporter with a hidden name, a bank line, and everything that the money's desk shows; samples for routes."""
    roles.after_migrating()
    roles.seed_roles()
    campaign = make_campaign(slug="fund")
    payment = charged_gift(campaign, email=SECRETS[0])
    Donor.objects.update(name=SECRETS[1])
    Gift.objects.update(display_name=SECRETS[1], anonymous=True)
    line = incoming(number=1, booked_on=clock.now().date(), amount=Money(500, "USD"), payer=SECRETS[2], text=SECRETS[0])
    bank_lines.take_in(name="a", data=b"a", statement=Statement("csv", (line,), 0))
    now = clock.now()
    MatchingPool.objects.create(
        campaign=campaign,
        slug="pool",
        sponsor="The bakery",
        cap_minor=1,
        starts_at=now,
        ends_at=now + timedelta(days=9),
    )
    Rate.objects.create(base="EUR", quote="USD", day=date(2026, 9, 1), rate=1, source="x")
    message("evt_1", "cs_1")
    corrections.propose(
        campaign=campaign,
        month=now.date(),
        kind="fees_more",
        place="bank",
        amount=Money(1, "USD"),
        reason="x",
        by=Account.objects.create_user("bookkeeper", is_active=False),
        entry_id=uuid.uuid4(),
    )
    gift = payment.gift
    return {
        "int": str(gift.pk),
        "pk": str(gift.pk),
        "slug": "fund",
        "first_day": payment.period.first_day.isoformat(),
        "uuid": str(gift.public_id),
        "public_id": str(gift.public_id),
        "payment_id": str(payment.pk),
        "provider": "stripe",
        "month": f"{payment.period.first_day:%Y-%m}",
        "str": str(gift.pk),
        "path": "about",
    }


SAMPLES_BY_SPACE = {
    "bank_desk": BankLine,
    "campaigns_desk": Campaign,
    "corrections_desk": Correction,
    "inbox_desk": ProviderEvent,
    "supporters_desk": Donor,
    "pools_desk": MatchingPool,
    "rates_desk": Rate,
}


def person(role: str) -> Client:
    client = Client(headers={"Sec-Fetch-Site": "same-origin"}, raise_request_exception=False)
    if role == "anonymous":
        return client
    account = Account.objects.create_user(username=role, password="x", is_superuser=role == "admin")
    if role in GROUPS:
        account.groups.add(Group.objects.get(name=GROUPS[role]))
    client.force_login(account)
    return client


def url_of(space: str, route: str, money: dict[str, str]) -> str:
    model = SAMPLES_BY_SPACE.get(space)
    pk = str(model.objects.order_by("pk").values_list("pk", flat=True)[0]) if model else money["pk"]
    return concrete(route, money | {"pk": pk})


def text_of(answer: Any) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return data.decode("utf-8", "replace")


def let_in(answer: Any) -> bool:
    return answer.status_code in {200, 400}


@pytest.mark.parametrize("role", ROLES)
def test_p12_nobody_but_treasurers_reads_a_donors_name_or_address_anywhere(role: str, money: dict[str, str]) -> None:
    client = person(role)
    tried, told = 0, []
    for space, _name, route in addresses():
        url = url_of(space, route, money)
        for query in ("", "?q=Zsofia&month=2026-11"):
            found = text_of(client.get(url + query))
            tried += 1
            told += [(url, secret) for secret in SECRETS if secret in found]

    assert tried > 200
    assert ("_auth_user_id" in client.session) is (role != "anonymous")
    if role in MAY_KNOW_DONORS:
        assert {reverse("gifts_desk:index"), reverse("bank_desk:index")} <= {url for url, _secret in told}
    else:
        assert told == []


@pytest.mark.parametrize("role", ROLES)
def test_p12_the_moneys_pages_are_for_whom_the_table_says(role: str, money: dict[str, str]) -> None:
    client = person(role)
    wrong = []
    spaces = set()
    for space, name, route in addresses():
        if space not in MONEY:
            continue
        spaces.add(space)
        expected = role in MAY_KNOW_DONORS | SUMS_FOR.get(space, set())
        answer = client.get(url_of(space, route, money))
        nothing_there = answer.status_code == 404 and (space, name) == ("supporters_desk", "statement")
        if answer.status_code != 405 and not nothing_there and let_in(answer) is not expected:
            wrong.append((space, name, answer.status_code))

    assert spaces == set(MONEY)
    assert wrong == []


@pytest.mark.parametrize("role", [role for role in ROLES if role not in MAY_KNOW_DONORS])
def test_p12_nobody_but_treasurers_moves_money(role: str, money: dict[str, str]) -> None:
    client = person(role)
    tables = (BankLine, Correction, Donor, Gift, MatchingPool, Payment, ProviderEvent, Rate, Refund, Transfer)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    typed = {
        "amount": "1",
        "do": "ignore",
        "reason": "x",
        "note": "x",
        "month": "2026-09",
        "place": "bank",
        "campaign": "1",
        "day": "2026-09-02",
        "state": "waiting",
    }

    let = []
    for space, name, route in addresses():
        if space in MONEY:
            answer = client.post(url_of(space, route, money), typed)
            let += [(space, name)] if answer.status_code not in {302, 403, 405} else []

    assert let == []
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


def test_p12_every_address_of_the_desk_asks_who_is_there(money: dict[str, str]) -> None:
    client = person("anonymous")
    open_to_all = []
    for _space, _name, route in addresses():
        url = concrete(route, money)
        answer = client.get(url) if url.startswith("/desk/") else None
        asked = answer is None or answer.status_code in {403, 404} or "/login/" in answer.get("Location", "")
        if not asked and not PUBLIC_ON_THE_DESK.match(url.lstrip("/")):
            open_to_all.append((url, answer.status_code if answer else 0))

    assert open_to_all == []


def test_p12_every_page_of_the_moneys_desk_is_in_the_table() -> None:
    assert {item.url_namespace for item in FundingGroup.items} == set(MONEY)


MODERATORS_PAGES = re.compile(r"discussion_(?!question|picture)\w+")  # those have tests of their own


@pytest.fixture
def talk(money: dict[str, str]) -> dict[str, str]:
    """A held comment with all that its moderators see; samples for routes."""
    thread = discussion.a_thread()
    moderator = discussion.a_moderator("bookkeeper-of-words")
    comment = discussion.a_held_comment(thread, guest=discussion.a_guest())
    ban = bans.ban_author(comment_id=comment.pk, by=moderator, target="guest", reason="Harbour rule", days=1)
    rule = a_rule(by=moderator)
    ids = {"comment_id": comment, "thread_id": thread, "ban_id": ban, "rule_id": rule}
    return money | {name: str(row.pk) for name, row in ids.items()} | {"scope": "site"}


@pytest.mark.parametrize("role", ROLES)
def test_the_moderators_pages_are_for_moderators_only(role: str, talk: dict[str, str]) -> None:
    client = person(role)
    tables = (Comment, Decision, Ban, Claim, House, HouseRule, SavedReason, Pick, Summary)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    moderates = role in {"moderator", "admin"}
    wrong, names = [], set()
    for _space, name, route in addresses():
        if not MODERATORS_PAGES.fullmatch(name):
            continue
        names.add(name)
        url = concrete(route, talk)
        got = client.get(url)
        if got.status_code != 405 and let_in(got) is not moderates:
            wrong.append((name, "GET", got.status_code))
        if not moderates:
            sent = {"action": "publish", "target": "guest", "reason": "x", "kind": "pinned"}
            posted = client.post(url, sent).status_code
            wrong += [(name, "POST", posted)] if posted not in {302, 403, 405} else []

    assert len(names) == 20
    assert wrong == []
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


@pytest.mark.parametrize("role", ["author", "editor", "treasurer"])
def test_the_desk_offers_moderation_to_moderators_only(role: str, talk: dict[str, str]) -> None:
    offered, others = (
        text_of(person(who).get("/desk/")).replace("/desk/discussion/questions/", "") for who in ("moderator", role)
    )

    assert "/desk/discussion/" in offered
    assert "/desk/discussion/" not in others
