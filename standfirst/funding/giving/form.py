"""The gift form: what it offers, and what somebody typed into it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from standfirst.funding import amounts, campaigns
from standfirst.funding.giving import methods, presets, wishes
from standfirst.funding.giving.methods import Method
from standfirst.funding.models import (
    DEDICATION_LENGTH_MAX,
    MESSAGE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Campaign,
    Interval,
)
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money, exponent

KEPT = 4  # times what a text may have is shown again, so that one can shorten what was too long
SHORT_LENGTH_MAX = 80  # characters of what the form itself sends: a slug, a cadence, a way to pay
SOLUTION_LENGTH_KEPT = 4_000  # characters of a solved challenge
EMAIL_LENGTH_KEPT = 300
CADENCES = {Interval.ONCE: _("Once"), Interval.MONTH: _("Monthly"), Interval.YEAR: _("Yearly")}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields. ``preset`` is minor units as the form sent them, ``amount`` what was typed."""

    campaign: str = ""
    interval: str = Interval.ONCE
    currency: str = ""
    preset: str = ""
    amount: str = ""
    cover: bool = False
    method: str = ""
    email: str = ""
    name: str = ""
    message: str = ""
    dedication: str = ""
    anonymous: bool = False
    story_key: str = ""
    confirmed: str = ""
    again: bool = False
    solution: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> "Typed":
        """Read the form's fields; missing ones are empty."""

        def short(name: str) -> str:
            return str(data.get(name, ""))[:SHORT_LENGTH_MAX]

        story_key, interval = data.get("from", ""), short("interval") or Interval.ONCE
        return cls(
            campaign=short("campaign"),
            interval=interval,
            currency=short("currency"),
            preset=short(f"preset_{interval}"),
            amount=data.get("amount", "").strip(),
            cover="cover" in data,
            method=short("method"),
            email=data.get("email", "").strip()[:EMAIL_LENGTH_KEPT],
            name=data.get("name", "")[: KEPT * NAME_LENGTH_MAX],
            message=data.get("message", "")[: KEPT * MESSAGE_LENGTH_MAX],
            dedication=data.get("dedication", "")[: KEPT * DEDICATION_LENGTH_MAX],
            anonymous="anonymous" in data,
            story_key=story_key if wishes.STORY_KEY.fullmatch(story_key) else "",
            confirmed=short("confirmed"),
            again="again" in data,
            solution=data.get("altcha", "")[:SOLUTION_LENGTH_KEPT],
        )

    def hidden(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of every field, for a page that asks to confirm what stands in them."""
        texts = {
            "campaign": self.campaign,
            "interval": self.interval,
            "currency": self.currency,
            f"preset_{self.interval}": self.preset,
            "amount": self.amount,
            "method": self.method,
            "email": self.email,
            "name": self.name,
            "message": self.message,
            "dedication": self.dedication,
            "from": self.story_key,
            "altcha": self.solution,
        }
        yield from ((name, value) for name, value in texts.items() if value)
        yield from ((name, "yes") for name in ("cover", "anonymous") if getattr(self, name))

    def money(self, currency: str) -> Money:
        """Return the amount meant: what was typed, else the preset. Refusals as ``amounts.parse``."""
        if self.amount or not (self.preset.isascii() and self.preset.isdigit()):
            return amounts.parse(self.amount, currency=currency, locale=current_locale())
        return amounts.checked(Money(int(self.preset), currency), locale=current_locale())

    def wish(self) -> wishes.Wish:
        """Return the gift that is meant. Refusals as ``amounts.parse`` and ``wishes.wish``."""
        campaign = campaign_of(self.campaign)
        if campaign is None:
            raise wishes.NoCampaign
        return wishes.wish(
            amount=self.money(self.currency or campaign.currency),
            interval=self.interval,
            cover=self.cover,
            campaign=campaign,
            method=self.method,
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a row of which one is pressed."""

    value: str
    text: str | Promise
    chosen: bool


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often one can give, and the amounts offered for it."""

    value: str
    text: str | Promise
    chosen: bool
    presets: list[Choice]


@dataclass(frozen=True, slots=True)
class GiftForm:
    """Everything that the template of the form shows."""

    campaign: Campaign | None
    featured: bool = False
    currency: str = ""
    cadences: list[Cadence] = field(default_factory=list)
    methods: list[Choice] = field(default_factory=list)
    other_currencies: list[str] = field(default_factory=list)
    covers: bool = False
    takes_transfers: bool = False
    least: str = ""
    most: str = ""
    typed: Typed = field(default_factory=Typed)
    refusal: Refusal | None = None
    challenge: str = ""
    over: Campaign | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a way to pay."""
        return bool(self.methods)

    @property
    def words_open(self) -> bool:
        """Whether the folded part (name, message, dedication) has to be open: something stands in it."""
        typed = self.typed
        wrong = self.refusal is not None and self.refusal.field in {"name", "message", "dedication"}
        return wrong or bool(typed.name or typed.message or typed.dedication or typed.anonymous)

    @property
    def exponent(self) -> int:
        """How many decimals the currency has."""
        return exponent(self.currency) if self.currency else 0

    @property
    def fixed_fee(self) -> str:
        """The usual fixed fee, as people write it; "" for none."""
        campaign = self.campaign
        if campaign is None or not campaign.fee_fixed_minor:
            return ""
        return Money(campaign.fee_fixed_minor, campaign.currency).show(current_locale())

    @property
    def invalid(self) -> str:
        """The name of the field that the refusal is about; "" for none."""
        return self.refusal.field if self.refusal else ""


def build(typed: Typed, *, campaign: Campaign | None, refusal: Refusal | None = None, challenge: str = "") -> GiftForm:
    """Return the form of ``campaign`` with ``typed`` in its fields. Reads only."""
    if campaign is None or not campaign.active:
        return GiftForm(campaign=None, typed=typed, refusal=refusal, over=campaign)
    known = wishes.currencies(campaign)
    currency = typed.currency if typed.currency in known else campaign.currency
    least, most = amounts.limits(currency)
    ways = methods.offered(campaign, currency)
    return GiftForm(
        campaign=campaign,
        featured=campaign.featured,
        currency=currency,
        cadences=_cadences(campaign, currency, ways, typed),
        methods=_choices_of(ways, typed.method),
        other_currencies=[each for each in known if each != currency],
        covers=currency == campaign.currency and any(way.has_fees for way in ways),
        takes_transfers=methods.TRANSFER in ways,
        least=least.show(current_locale()),
        most=most.show(current_locale()),
        typed=typed,
        refusal=refusal,
        challenge=challenge,
    )


def campaign_of(slug: str) -> Campaign | None:
    """Return the campaign that the form is for: by its short name, or the one on every page."""
    return campaigns.find(slug) if slug else campaigns.current()


def prefilled(query: Any, campaign: Campaign | None) -> Typed:
    """Return the fields as an address such as ``/support/?from=story:42&amount=50&interval=month`` wishes them."""
    asked, typed = query.get("amount", "")[: amounts.TEXT_LENGTH_MAX], Typed.of(query)
    interval = typed.interval if typed.interval in Interval.values else Interval.ONCE
    wished = Typed(story_key=typed.story_key, interval=interval, currency=typed.currency)
    if not asked or campaign is None:
        return wished
    currency = typed.currency if typed.currency in wishes.currencies(campaign) else campaign.currency
    try:
        money = amounts.parse(asked, currency=currency, locale=current_locale())
    except Refusal:
        return wished
    if money in presets.offered(campaign, currency)[Interval(interval)]:
        return replace(wished, preset=str(money.minor))
    return replace(wished, amount=asked)


def _cadences(campaign: Campaign, currency: str, ways: list[Method], typed: Typed) -> list[Cadence]:
    offered = presets.offered(campaign, currency)
    return [
        Cadence(
            value=interval.value,
            text=CADENCES[interval],
            chosen=interval == typed.interval,
            presets=_buttons(offered[interval], typed if interval == typed.interval else Typed()),
        )
        for interval in methods.intervals(ways)
    ]


def _buttons(offered: list[Money], typed: Typed) -> list[Choice]:
    chosen = typed.preset or ("" if typed.amount else str(presets.middle(offered).minor))
    return [Choice(str(money.minor), money.show(current_locale()), str(money.minor) == chosen) for money in offered]


def _choices_of(ways: list[Method], chosen: str) -> list[Choice]:
    names = [way.name for way in ways]
    pressed = chosen if chosen in names else next(iter(names), "")
    return [Choice(way.name, way.label, way.name == pressed) for way in ways]
