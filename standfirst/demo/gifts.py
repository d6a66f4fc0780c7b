"""The sample's funds: one of each month, with gifts of four, and one beside it; all recorded as the treasurer does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.demo.chance import chance
from standfirst.demo.writing import Numbers, table_of
from standfirst.funding import campaigns, pools
from standfirst.funding.giving.gifts import record_offline
from standfirst.kit import clock
from standfirst.kit.money import Money, exponent

SLUG = "lantern-fund"
NAMED_PERCENT = 62  # of the gifts; the others are anonymous
WITH_MESSAGE_PERCENT = 18
FROM_A_STORY_PERCENT = 55


@dataclass(frozen=True, slots=True)
class Month:
    """A month of which the sample has gifts: its first day, the last day of it that has come, and its sum."""

    first_day: date
    last_day: date
    whole_units: int


class Words(TypedDict):
    """What a supporter said with a gift, if anything."""

    display_name: str
    message: str
    anonymous: bool


@verb
def fill_gifts(*, seed: str, zone: ZoneInfo, stories: Numbers, by: Account) -> int:
    """Open the funds and record every gift; return how many there are."""
    words = table_of("gifts.toml")
    today = clock.local_date(zone)
    fund = campaigns.create(
        slug=SLUG, name=words["fund"], currency=words["currency"], tz=zone.key, goal_minor=_minor(words, "goal"), by=by
    )
    campaigns.set_milestones(
        campaign=fund, steps=[(_money(words, units), label) for units, label in words["milestones"]]
    )
    sponsor, first_day = words["sponsor"], clock.first_of_month(today)
    pools.create(
        campaign=fund,
        slug=sponsor["slug"],
        sponsor=sponsor["name"],
        percent=sponsor["percent"],
        cap=_money(words, sponsor["cap"]),
        starts_at=clock.midnight(first_day, zone),
        ends_at=clock.midnight(clock.first_of_next_month(first_day), zone),
    )
    keys = [f"story:{number}" for number in stories.values()]
    given = 0
    for month in months(words["months"], today):
        luck = chance(seed, "gifts", month.whole_units)
        for day, units in gifts_of(month, words["amounts"], luck):
            given += 1
            record_offline(
                campaign=fund,
                amount=_money(words, units),
                received_on=day,
                reference=f"demo {month.first_day:%Y-%m} {given:04d}",
                **_words(words["names"], words["messages"], luck),
                story_key=luck.choice(keys) if luck.randrange(100) < FROM_A_STORY_PERCENT else "",
                by=by,
            )
    return given + _fill_drawers(seed=seed, zone=zone, words=words, by=by)


def _fill_drawers(*, seed: str, zone: ZoneInfo, words: dict[str, Any], by: Account) -> int:
    """Open the fund that stands in a story, and record its gifts; return how many."""
    about, luck = words["drawers"], chance(seed, "gifts", "drawers")
    fund = campaigns.create(
        slug=about["slug"],
        name=about["name"],
        currency=words["currency"],
        tz=zone.key,
        goal_minor=_minor(words | about, "goal"),
        kind="fixed",
        featured=False,
        by=by,
    )
    campaigns.set_terms(
        campaign=fund,
        about=about["about"],
        fee_basis_points=fund.fee_basis_points,
        fee_fixed_minor=fund.fee_fixed_minor,
    )
    today = clock.local_date(zone)
    span = Month(today - timedelta(days=about["days"]), today, about["sum"])
    found = gifts_of(span, about["amounts"], luck)
    for number, (day, units) in enumerate(found, 1):
        record_offline(
            campaign=fund,
            amount=_money(words, units),
            received_on=day,
            reference=f"demo {about['slug']} {number:04d}",
            **_words(words["names"], words["messages"], luck),
            by=by,
        )
    return len(found)


def _money(words: dict[str, Any], whole_units: int) -> Money:
    return Money(whole_units * 10 ** exponent(words["currency"]), words["currency"])


def _minor(words: dict[str, Any], name: str) -> int:
    return _money(words, words[name]).minor


def months(sums: list[int], today: date) -> Iterator[Month]:
    """Yield the months that end with ``today``'s, newest first, each with its sum."""
    first_day, last_day = clock.first_of_month(today), today
    for whole_units in sums:
        yield Month(first_day, last_day, whole_units)
        last_day = first_day - timedelta(days=1)
        first_day = clock.first_of_month(last_day)


def gifts_of(month: Month, amounts: list[int], luck: random.Random) -> list[tuple[date, int]]:
    """Return days and whole units of gifts that make up the month's sum exactly, by day."""
    left, found = month.whole_units, []
    days = (month.last_day - month.first_day).days + 1
    while left > 0:
        units = min(luck.choice(amounts), left)
        found.append((month.first_day + timedelta(days=luck.randrange(days)), units))
        left -= units
    return sorted(found)


def _words(names: list[str], messages: list[str], luck: random.Random) -> Words:
    named = luck.randrange(100) < NAMED_PERCENT
    told = luck.randrange(100) < WITH_MESSAGE_PERCENT
    return {
        "display_name": luck.choice(names) if named else "",
        "message": luck.choice(messages) if told else "",
        "anonymous": not named,
    }
