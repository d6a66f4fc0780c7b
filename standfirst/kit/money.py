"""Money as whole minor units and a currency; nothing here knows a float."""

from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """``minor`` smallest units of ``currency`` (ISO 4217, upper case): 12.34 EUR is 1234 EUR."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Add money of the same currency; ValueError for another."""
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract money of the same currency; ValueError for another."""
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot join {self.currency} and {other.currency}")

    @property
    def major(self) -> Decimal:
        """The amount in whole units of the currency, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def show(self, locale: str) -> str:
        """Return the amount as people of ``locale`` write it, without cents where there are none."""
        whole = self.minor % 10 ** exponent(self.currency) == 0
        pattern = _whole_pattern(locale) if whole else None
        return format_currency(self.major, self.currency, pattern, locale=locale, currency_digits=not whole)


def exponent(currency: str) -> int:
    """Return how many decimal places ``currency`` has (EUR 2, JPY 0, KWD 3), as ISO 4217 says."""
    # ISO gives these two decimals or none where Babel's CLDR data follows everyday use.
    return _ISO_EXPONENTS.get(currency, get_currency_precision(currency))


_ISO_EXPONENTS = {"UGX": 0, "ISK": 0, "HUF": 2, "TWD": 2, "COP": 2, "IDR": 2}


def _whole_pattern(locale: str) -> str:
    pattern = str(Locale.parse(locale).currency_formats["standard"].pattern)
    return pattern.replace("0.00", "0")
