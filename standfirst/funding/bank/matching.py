"""Which gift a bank line could be: by its reference, by amount and name, or one recorded by hand before."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F
from django.utils.translation import gettext

from standfirst.funding.models import BankLine, Gift, Payment

PROVIDER = "bank"
BY_HAND = "offline"
BY_HAND_WITHIN = timedelta(days=5)  # a treasurer writes down what the bank's app shows; the booking may come later
PROMISED_WITHIN = timedelta(days=90)  # a transfer may be late by weeks; later the name alone proves little
SAME_BOOKING_WITHIN = timedelta(days=1)  # one export gives the day of booking, another that of value
REFERENCE_LEAST = 6  # characters; a shorter one could stand in any text by chance


@dataclass(frozen=True, slots=True)
class Match:
    """What a line could be. ``certain``: it may be counted for ``gift_id`` without asking."""

    gift_id: int | None = None
    payment_id: int | None = None
    certain: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Recorded:
    payment_id: int
    day: date
    words: frozenset[str]
    reference: str


@dataclass(frozen=True, slots=True)
class _Promised:
    gift_id: int
    started_on: date
    words: tuple[frozenset[str], ...]


class Candidates:
    """Everything that lines of these days could be, read once for a whole statement."""

    def __init__(self, mode: str, lines: Sequence[BankLine]) -> None:
        self._references: dict[str, int] = {}
        self._gifts: dict[int, tuple[str, str]] = {}
        named = Gift.objects.filter(reference__isnull=False, provider=PROVIDER, mode=mode)
        for pk, reference, currency in named.values_list("pk", "reference", "currency").iterator():
            squashed = squash(reference or "")
            if len(squashed) >= REFERENCE_LEAST:
                self._references[squashed] = pk
                self._gifts[pk] = (squashed, currency)
        self._lengths = sorted({len(reference) for reference in self._references})
        days = [line.booked_on for line in lines]
        self._recorded = _recorded(mode, days)
        self._elsewhere = _elsewhere(mode, lines)
        self._promised = _promised(mode, days)

    def match(self, line: BankLine) -> Match:
        """Return what ``line`` could be. A payment that was recorded by hand is offered to one line only."""
        named = self._named_in(f"{line.text} {line.payer}")
        if len(named) > 1:
            return Match(note=gettext("The references of several gifts stand in it."))
        if named:
            return self._by_reference(line, named.pop())
        elsewhere = self._in_another_file(line)
        if elsewhere is not None:
            return Match(payment_id=elsewhere, note=gettext("It looks like a line of another file."))
        by_hand = self._by_hand(line, reference="")
        promised = self._by_name(line)
        return Match(gift_id=promised, payment_id=by_hand)

    def _by_reference(self, line: BankLine, gift_id: int) -> Match:
        reference, currency = self._gifts[gift_id]
        if currency != line.currency:
            return Match(note=gettext("Its reference is that of a gift in %(currency)s.") % {"currency": currency})
        twin = self._by_hand(line, reference=reference) or _counted_alike(line, gift_id)
        if twin is not None:
            return Match(gift_id, twin, note=gettext("The same amount was counted about then."))
        return Match(gift_id, certain=True)

    def _named_in(self, text: str) -> set[int]:
        squashed = squash(text)
        return {
            gift_id
            for length in self._lengths
            for start in range(len(squashed) - length + 1)
            if (gift_id := self._references.get(squashed[start : start + length])) is not None
        }

    def _by_hand(self, line: BankLine, *, reference: str) -> int | None:
        """Return the payment recorded by hand that is most likely this line; with a reference only a likely one."""
        payer = words(line.payer)
        possible = [
            (not (payer & each.words), abs(each.day - line.booked_on), each)
            for each in self._recorded[line.amount_minor, line.currency]
            if abs(each.day - line.booked_on) <= BY_HAND_WITHIN
            and (not payer or not each.words or payer & each.words or (reference and reference in each.reference))
        ]
        if not possible:
            return None
        best = min(possible, key=lambda item: (item[0], item[1], item[2].payment_id))[2]
        self._recorded[line.amount_minor, line.currency].remove(best)
        return best.payment_id

    def _in_another_file(self, line: BankLine) -> int | None:
        """Return the payment of a line that another export seems to write in other words."""
        payer = words(line.payer)
        return next(
            (
                each.payment_id
                for each in self._elsewhere[line.amount_minor, line.currency]
                if abs(each.day - line.booked_on) <= SAME_BOOKING_WITHIN and payer == each.words
            ),
            None,
        )

    def _by_name(self, line: BankLine) -> int | None:
        payer = words(line.payer)
        fitting = [
            each.gift_id
            for each in self._promised[line.amount_minor, line.currency]
            if timedelta(days=-1) <= line.booked_on - each.started_on <= PROMISED_WITHIN
            and any(_same_person(payer, name) for name in each.words)
        ]
        return fitting[0] if len(fitting) == 1 else None


def _elsewhere(mode: str, lines: Sequence[BankLine]) -> defaultdict[tuple[int, str], list[_Recorded]]:
    found: defaultdict[tuple[int, str], list[_Recorded]] = defaultdict(list)
    if not lines:
        return found
    days = [line.booked_on for line in lines]
    rows = BankLine.objects.filter(
        payment__mode=mode, booked_on__range=(min(days) - SAME_BOOKING_WITHIN, max(days) + SAME_BOOKING_WITHIN)
    ).exclude(statement=lines[0].statement)
    for row in rows:
        if row.payment_id is not None:
            recorded = _Recorded(row.payment_id, row.booked_on, words(row.payer), "")
            found[row.amount_minor, row.currency].append(recorded)
    return found


def _recorded(mode: str, days: Sequence[date]) -> defaultdict[tuple[int, str], list[_Recorded]]:
    found: defaultdict[tuple[int, str], list[_Recorded]] = defaultdict(list)
    if not days:
        return found
    since, until = _span(days, BY_HAND_WITHIN)
    rows = Payment.objects.filter(
        provider=BY_HAND, mode=mode, paid_at__range=(since, until), bank_lines__isnull=True
    ).select_related("gift__campaign", "gift__donor")
    for payment in rows:
        gift = payment.gift
        name = f"{gift.display_name} {gift.donor.name if gift.donor else ''}"
        day = payment.paid_at.astimezone(gift.campaign.zone).date()
        recorded = _Recorded(payment.pk, day, words(name), squash(payment.provider_ref))
        found[payment.charged.minor, payment.currency].append(recorded)
    return found


def _promised(mode: str, days: Sequence[date]) -> defaultdict[tuple[int, str], list[_Promised]]:
    found: defaultdict[tuple[int, str], list[_Promised]] = defaultdict(list)
    if not days:
        return found
    since, until = _span(days, PROMISED_WITHIN)
    rows = (
        Gift.objects.filter(provider=PROVIDER, mode=mode, started_at__range=(since, until))
        .exclude(status=Gift.Status.PAID)
        .annotate(charged_minor=F("amount_minor") + F("cover_minor"))
        .select_related("donor")
    )
    for gift in rows:
        names = (words(gift.display_name), words(gift.donor.name if gift.donor else ""))
        promised = _Promised(gift.pk, gift.started_at.date(), tuple(name for name in names if name))
        found[gift.charged.minor, gift.currency].append(promised)
    return found


def _counted_alike(line: BankLine, gift_id: int) -> int | None:
    """Return a payment of that amount which the gift got within days: perhaps the same line in another export."""
    alike = Payment.objects.filter(gift_id=gift_id, paid_at__range=_span([line.booked_on], BY_HAND_WITHIN))
    return next((payment.pk for payment in alike if payment.charged.minor == line.amount_minor), None)


def likely_arrived(*, amount_minor: int, currency: str, on: date, mode: str) -> Payment | None:
    """Return a payment that a bank line brought, of that amount, within days of ``on``: it may be the same money."""
    near = Payment.objects.filter(
        provider=PROVIDER,
        mode=mode,
        currency=currency,
        paid_at__range=_span([on], BY_HAND_WITHIN),
        bank_lines__state=BankLine.State.COUNTED,
    )
    return next((payment for payment in near if payment.charged.minor == amount_minor), None)


def _span(days: Sequence[date], around: timedelta) -> tuple[datetime, datetime]:
    # A day more on each side: the local day of a campaign may lie a day beside that of UTC.
    wide = around + timedelta(days=1)
    return (
        datetime.combine(min(days) - wide, time.min, tzinfo=UTC),
        datetime.combine(max(days) + wide, time.max, tzinfo=UTC),
    )


def squash(text: str) -> str:
    """Return the letters and digits of ``text`` alone, as capitals: spaces and hyphens get lost on the way."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def words(name: str) -> frozenset[str]:
    """Return the words of a name without accents and case; single letters say nothing."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return frozenset(word for word in re.findall(r"\w+", kept) if len(word) > 1)


def _same_person(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether all words of the shorter name stand in the longer; one word alone has to be both."""
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    return shorter <= longer and (len(shorter) > 1 or len(longer) == 1)
