"""The gift form: what it offers, and what somebody typed into it."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, to_locale

from standfirst.funding import amounts, campaigns, gifts
from standfirst.funding.models import MESSAGE_LENGTH_MAX, NAME_LENGTH_MAX, Campaign
from standfirst.funding.providers import registry
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

NAME_LENGTH_KEPT = 4 * NAME_LENGTH_MAX  # characters of a text too long that are shown again
MESSAGE_LENGTH_KEPT = 4 * MESSAGE_LENGTH_MAX


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields. ``preset`` is minor units as the form sent them, ``amount`` what was typed."""

    preset: str = ""
    amount: str = ""
    name: str = ""
    message: str = ""
    anonymous: bool = False
    story_key: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> "Typed":
        """Read the form's fields; missing ones are empty."""
        story_key = data.get("from", "")
        return cls(
            preset=data.get("preset", "")[: amounts.TEXT_LENGTH_MAX],
            amount=data.get("amount", "").strip(),
            name=data.get("name", "")[:NAME_LENGTH_KEPT],
            message=data.get("message", "")[:MESSAGE_LENGTH_KEPT],
            anonymous="anonymous" in data,
            story_key=story_key if gifts.STORY_KEY.fullmatch(story_key) else "",
        )

    def money(self, currency: str) -> Money:
        """Return the amount meant: what was typed, else the preset. Refusals as ``amounts.parse``."""
        if self.amount or not (self.preset.isascii() and self.preset.isdigit()):
            return amounts.parse(self.amount, currency=currency, locale=locale())
        return amounts.checked(Money(int(self.preset), currency), locale=locale())


@dataclass(frozen=True, slots=True)
class Preset:
    """An amount on a button."""

    minor: int
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class GiftForm:
    """Everything that the template of the form shows."""

    campaign: Campaign | None
    ready: bool
    presets: list[Preset] = field(default_factory=list)
    least: str = ""
    most: str = ""
    typed: Typed = field(default_factory=Typed)
    refusal: Refusal | None = None

    @property
    def words_open(self) -> bool:
        """Whether the folded part (name, message) has to be open: something stands in it."""
        return bool(self.typed.name or self.typed.message or self.typed.anonymous)

    @property
    def name_length_max(self) -> int:
        """Characters that a name may have."""
        return NAME_LENGTH_MAX

    @property
    def message_length_max(self) -> int:
        """Characters that a message may have."""
        return MESSAGE_LENGTH_MAX


def build(typed: Typed, refusal: Refusal | None = None) -> GiftForm:
    """Return the form with ``typed`` in its fields. Reads only."""
    campaign = campaigns.current()
    if campaign is None:
        return GiftForm(campaign=None, ready=False, typed=typed, refusal=refusal)
    least, most = amounts.limits(campaign.currency)
    offered = amounts.presets(campaign.currency)
    chosen = typed.preset or ("" if typed.amount else str(offered[amounts.PRESET_CHOSEN].minor))
    return GiftForm(
        campaign=campaign,
        ready=registry.takes_gifts_online(),
        presets=[Preset(money.minor, money.show(locale()), str(money.minor) == chosen) for money in offered],
        least=least.show(locale()),
        most=most.show(locale()),
        typed=typed,
        refusal=refusal,
    )


def prefilled(query: Any) -> Typed:
    """Return the fields as an address such as ``/support/?from=story:42&amount=50`` wishes them."""
    asked, typed = query.get("amount", "")[: amounts.TEXT_LENGTH_MAX], Typed.of(query)
    campaign = campaigns.current()
    if not asked or campaign is None:
        return Typed(story_key=typed.story_key)
    try:
        money = amounts.parse(asked, currency=campaign.currency, locale=locale())
    except Refusal:
        return Typed(story_key=typed.story_key)
    if money in amounts.presets(campaign.currency):
        return Typed(preset=str(money.minor), story_key=typed.story_key)
    return Typed(amount=asked, story_key=typed.story_key)


def locale() -> str:
    """Return the locale in which amounts are read and written."""
    return to_locale(get_language() or "en")
