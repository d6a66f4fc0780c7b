"""The sample's fund: gifts of this month and of three before it, recorded as the treasurer records them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.demo.chance import chance
from standfirst.demo.writing import Numbers, table_of
from standfirst.funding import campaigns
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
    """Open the fund and record every gift; return how many there are."""
    words = table_of("gifts.toml")
    currency = words["currency"]
    unit = 10 ** exponent(currency)
    campaign = campaigns.create(
        slug=SLUG, name=words["fund"], currency=currency, tz=zone.key, goal_minor=words["goal"] * unit, by=by
    )
    keys = [f"story:{number}" for number in stories.values()]
    given = 0
    for month in months(words["months"], clock.local_date(zone)):
        luck = chance(seed, "gifts", month.whole_units)
        for day, units in gifts_of(month, words["amounts"], luck):
            given += 1
            record_offline(
                campaign=campaign,
                amount=Money(units * unit, currency),
                received_on=day,
                reference=f"demo {month.first_day:%Y-%m} {given:04d}",
                **_words(words["names"], words["messages"], luck),
                story_key=luck.choice(keys) if luck.randrange(100) < FROM_A_STORY_PERCENT else "",
                by=by,
            )
    return given


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
