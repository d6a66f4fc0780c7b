"""Moments in words."""

from datetime import UTC, datetime

import pytest
from django.utils.formats import date_format
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from standfirst.kit import moments

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
LANGUAGES = ("en", "de", "fr", "es", "ar", "pt", "ja", "eu", "hu", "fa", "ga", "en-gb")


@given(MOMENTS, st.sampled_from(LANGUAGES))
def test_a_moment_reads_as_django_writes_it(moment: datetime, language: str) -> None:
    with override(language):
        assert moments.in_words(moment, language) == date_format(moment, "DATETIME_FORMAT")


@pytest.mark.parametrize(
    ("form", "parts"),
    [
        ("N j, Y, P", ("N j, Y, ", "P")),
        (r"j \d\e F \d\e Y \a \l\a\s H:i", (r"j \d\e F \d\e Y \a \l\a\s ", "H:i")),
        ("H:i, j. F", None),  # the time first
        ("j. F H:i Y", None),  # the time within
        ("j. F H:i T", None),  # a time zone, which is of neither
        ("j. F", ("j. F", "")),
    ],
)
def test_only_a_day_with_a_time_after_it_is_taken_apart(form: str, parts: tuple[str, str] | None) -> None:
    assert moments._parted(form) == parts
