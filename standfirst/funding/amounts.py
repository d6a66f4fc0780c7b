"""The amounts that people type, and the limits of a gift.

Nothing is guessed: where "1,000" could be one or a thousand, the reader's language decides,
and what its rules do not allow is refused with an example of what would be understood.
"""

import re
import unicodedata

from babel import Locale
from babel.numbers import get_currency_symbol
from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money, exponent

TEXT_LENGTH_MAX = 40  # characters; the largest amount with its currency's name needs twenty
# In whole units, by how many decimals the currency has. Below the least, the fee eats the gift;
# above the most, a slip of the finger is likelier than a gift, and the newsroom should be asked.
LEAST_BY_EXPONENT = {0: 100, 2: 1, 3: 1, 4: 1}
MOST_BY_EXPONENT = {0: 1_000_000, 2: 10_000, 3: 10_000, 4: 10_000}
BOOKABLE_MINOR_MAX = 10**12  # of one entry: millions of them stay inside the 64 bits of a sum
_GROUP_DIGITS = 3
_SEPARATORS = ".,'’٫٬"
_NUMBER = re.compile(rf"\d+(?:[{_SEPARATORS}]\d+)*")


class AmountNotUnderstood(Refusal):
    """What was typed is no amount."""

    code = "funding.amount_not_understood"
    status = 422
    message = _("We could not read “{typed}” as an amount. Please write a number such as {example}.")
    field = "amount"


class AmountOutOfRange(Refusal):
    """The amount is below the least or above the most that a gift may be."""

    code = "funding.amount_out_of_range"
    status = 422
    message = _("A gift here is from {least} to {most}. For more, please write to the newsroom.")
    field = "amount"


class AmountNotBookable(Refusal):
    """Nothing, or so much that the books' sums could overflow."""

    code = "funding.amount_not_bookable"
    status = 422
    message = _("An amount in the books is above zero and at most {most}. Nothing was recorded.")
    field = "amount"


def parse(typed: str, *, currency: str, locale: str) -> Money:
    """Return the amount that a person of ``locale`` means by ``typed``.

    Digits of any script, the currency's sign or code, and spaces are understood.
    Refusals: AmountNotUnderstood, AmountOutOfRange.
    """
    return checked(understood(typed, currency=currency, locale=locale), locale=locale)


def understood(typed: str, *, currency: str, locale: str) -> Money:
    """Return the amount meant, of whatever size: a goal, or what lay in an envelope. Refusal: AmountNotUnderstood."""
    text = _plain(typed, currency, locale) if len(typed) <= TEXT_LENGTH_MAX else ""
    whole, fraction = _split(text, currency, locale) if _NUMBER.fullmatch(text) else ("", "")
    if not whole or len(fraction) > exponent(currency):
        example = Money(2550, currency) if exponent(currency) else Money(2500, currency)
        raise AmountNotUnderstood(typed=typed[:TEXT_LENGTH_MAX], example=example.show(locale))
    return Money(int(whole + fraction.ljust(exponent(currency), "0")), currency)


def checked(amount: Money, *, locale: str) -> Money:
    """Return ``amount`` if a gift may be that large. Refusal: AmountOutOfRange."""
    least, most = limits(amount.currency)
    if not least.minor <= amount.minor <= most.minor:
        raise AmountOutOfRange(least=least.show(locale), most=most.show(locale))
    return amount


def bookable(amount: Money, *, locale: str) -> Money:
    """Return ``amount`` if the books can hold it, whatever a gift may be. Refusal: AmountNotBookable."""
    if not 0 < amount.minor <= BOOKABLE_MINOR_MAX:
        raise AmountNotBookable(most=Money(BOOKABLE_MINOR_MAX, amount.currency).show(locale))
    return amount


def limits(currency: str) -> tuple[Money, Money]:
    """Return the least and the most that a gift may be."""
    places = exponent(currency)
    unit = 10**places
    return Money(LEAST_BY_EXPONENT[places] * unit, currency), Money(MOST_BY_EXPONENT[places] * unit, currency)


def _plain(typed: str, currency: str, locale: str) -> str:
    """Return ``typed`` with ASCII digits, without spaces and without this currency's sign or code."""
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in typed if not char.isspace())
    text = text.replace("\u200e", "").replace("\u200f", "").replace("\u061c", "")
    signs = {currency, get_currency_symbol(currency, locale=locale), get_currency_symbol(currency, locale="en")}
    for sign in sorted((sign.replace("\xa0", "") for sign in signs), key=len, reverse=True):
        folded = text.casefold()
        if folded.startswith(sign.casefold()):
            text = text[len(sign) :]
        elif folded.endswith(sign.casefold()):
            text = text[: -len(sign)]
    return text


def _split(text: str, currency: str, locale: str) -> tuple[str, str]:
    """Return the digits before and after the decimal mark; ("", "") if they cannot be told apart."""
    marks = [char for char in text if char in _SEPARATORS]
    if not marks:
        return text, ""
    decimal = _decimal_mark(text, marks, currency, locale)
    if decimal is None:
        return "", ""
    whole, _mark, fraction = text.rpartition(decimal) if decimal else (text, "", "")
    groups = re.split(f"[{_SEPARATORS}]", whole)
    well_grouped = len(groups) == 1 or (
        len(groups[0]) <= _GROUP_DIGITS and all(len(group) == _GROUP_DIGITS for group in groups[1:])
    )
    one_group_mark = len({char for char in whole if char in _SEPARATORS}) <= 1
    return ("".join(groups), fraction) if well_grouped and one_group_mark else ("", "")


def _decimal_mark(text: str, marks: list[str], currency: str, locale: str) -> str | None:
    """Return which mark begins the decimals: "" for none, None if it cannot be told."""
    last = marks[-1]
    if len(set(marks)) > 1:
        return last if marks.count(last) == 1 else None
    if len(marks) > 1:
        return ""
    digits_after = len(text) - text.index(last) - 1
    if digits_after != _GROUP_DIGITS:
        return last
    if last in "'’٬" or last == Locale.parse(locale).number_symbols["latn"]["group"]:
        return ""
    return last if exponent(currency) == _GROUP_DIGITS else None
