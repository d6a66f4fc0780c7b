"""The amounts that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfirst.funding import amounts
from standfirst.funding.amounts import AmountNotUnderstood, AmountOutOfRange, parse
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("typed", "locale", "minor"),
    [
        ("25", "en", 2_500),
        ("25,50", "de", 2_550),
        ("25.50", "de", 2_550),
        ("25,5", "en", 2_550),
        ("1.000,50", "de", 100_050),
        ("1,000.50", "en", 100_050),
        ("1,000", "en", 100_000),
        ("1.000", "de", 100_000),
        ("1 000", "fr", 100_000),
        ("1\u202f000,5", "fr", 100_050),
        ("1'000.50", "de_CH", 100_050),
        ("٢٥", "ar", 2_500),
        ("٢٥٫٥٠", "ar", 2_550),
        ("١٬٠٠٠", "ar", 100_000),
        ("२५", "en", 2_500),
        ("$25", "en", 2_500),
        ("25 $", "en", 2_500),
        ("25 USD", "en", 2_500),
        ("usd 25", "en", 2_500),
        ("007", "en", 700),
        (" 25 ", "en", 2_500),
    ],
)
def test_what_people_type_is_understood(typed: str, locale: str, minor: int) -> None:
    assert parse(typed, currency="USD", locale=locale) == Money(minor, "USD")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-5",
        "−5",
        "+5",
        "1e3",
        "1e9",
        "NaN",
        "inf",
        "Infinity",
        "0x10",
        "25.555",
        "1,00,000",
        "1.2.3",
        "5..0",
        "25€",
        "five",
        "½",
        "²",
        "5;6",
        "1,000,00",
        "1.000,50.5",
        ",50",
        "50.",
        "9" * 41,
        "\x00",
        "1_000",
        "<b>5</b>",
    ],
)
def test_what_is_no_amount_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(AmountNotUnderstood, match=r"\$25.50") as refused:
        parse(typed, currency="USD", locale="en")

    assert refused.value.field == "amount"


@pytest.mark.parametrize(("typed", "locale"), [("1.000", "en"), ("1,000", "de")])
def test_what_may_be_one_or_a_thousand_is_never_guessed(typed: str, locale: str) -> None:
    with pytest.raises(AmountNotUnderstood):
        parse(typed, currency="USD", locale=locale)


@pytest.mark.parametrize("typed", ["0", "0.99", "10000.01", "999999999999999999999999"])
def test_too_little_and_too_much_are_refused(typed: str) -> None:
    with pytest.raises(AmountOutOfRange, match=r"\$1 to \$10,000"):
        parse(typed, currency="USD", locale="en")


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [("500", "JPY", 500), ("5.125", "KWD", 5_125), ("5,125", "KWD", None), ("1,000", "JPY", 1_000)],
)
def test_decimals_are_those_of_the_currency(typed: str, currency: str, minor: int | None) -> None:
    if minor is None:  # "5,125" is five thousand dinars in English: understood, and within the limits
        minor = 5_125_000

    assert parse(typed, currency=currency, locale="en") == Money(minor, currency)


def test_a_currency_without_decimals_takes_none() -> None:
    with pytest.raises(AmountNotUnderstood):
        parse("500.50", currency="JPY", locale="en")


@given(st.integers(100, 1_000_000), st.sampled_from(["en", "de", "fr", "es", "ar"]), st.sampled_from(["USD", "EUR"]))
def test_what_we_write_we_can_read(minor: int, locale: str, currency: str) -> None:
    shown = Money(minor, currency).show(locale)

    assert parse(shown, currency=currency, locale=locale) == Money(minor, currency)


@given(st.text(max_size=50))
def test_whatever_is_typed_is_an_amount_within_the_limits_or_a_refusal(typed: str) -> None:
    try:
        found = parse(typed, currency="EUR", locale="de")
    except Refusal:
        return
    least, most = amounts.limits("EUR")
    assert least.minor <= found.minor <= most.minor
