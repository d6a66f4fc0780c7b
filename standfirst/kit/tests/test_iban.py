"""Numbers of bank accounts."""

import pytest

from standfirst.kit import iban

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "raw", ["DE89370400440532013000", "de89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32"]
)
def test_an_iban_is_understood_however_it_is_spaced(raw: str) -> None:
    assert iban.checked(raw) == "".join(raw.split()).upper()


@pytest.mark.parametrize(
    "raw",
    ["", "DE", "DE88370400440532013000", "DE89370400440532013001", "1234567890123456", "DE89-3704", "DÉ8937040044053"],
)
def test_a_mistyped_one_is_refused(raw: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what was typed is the message
        iban.checked(raw)


def test_it_is_shown_in_groups_of_four() -> None:
    assert iban.shown("DE89370400440532013000") == "DE89 3704 0044 0532 0130 00"
