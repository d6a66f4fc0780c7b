"""What banks' files say: money that came in, exactly; and what is refused, with its line."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfirst.funding.bank.files import csvfile, reading
from standfirst.funding.bank.files.csvfile import Columns
from standfirst.funding.bank.files.lines import LINES_MAX, Statement, StatementNotUnderstood, StatementUnknown
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

pytestmark = pytest.mark.one_database
DATA = Path(__file__).parent / "data"
GERMAN = Columns(booked_on=0, amount=4, payer=2, text=(3,), currency=5, date_order="dmy", decimal_mark=",")


def read(name: str, columns: Columns | None = None) -> Statement:
    return reading.read((DATA / name).read_bytes(), columns_for=lambda _digest: columns)


def read_text(text: str, columns: Columns | None = None) -> Statement:
    return reading.read(text.encode(), columns_for=lambda _digest: columns)


def told(statement: Statement) -> list[tuple[Any, ...]]:
    return [(str(line.booked_on), line.amount.minor, line.payer, line.text) for line in statement.lines]


def test_camt_of_version_8_says_what_came_in_and_leaves_out_the_rest() -> None:
    statement = read("camt053_08.xml")

    assert told(statement) == [
        ("2026-11-20", 2500, "Ada Lovelace", "Gift for the harbour k7m 3qx-9ta thank you"),
        ("2026-11-20", 1000, "Grace Hopper", "one of two"),
        ("2026-11-20", 2000, "Mary Somerville", ""),
    ]
    assert (statement.format, statement.left_out) == ("camt.053", 3)


def test_camt_of_version_2_is_read_by_the_same_names() -> None:
    assert told(read("camt053_02.xml")) == [("2026-11-19", 1250, "Jörg Müller", "K7M3QX9TA")]


def test_camt_in_utf16_is_read() -> None:
    text = (DATA / "camt053_08.xml").read_text(encoding="utf-8").replace("UTF-8", "UTF-16")

    statement = reading.read(text.encode("utf-16"), columns_for=lambda _digest: None)

    assert told(statement) == told(read("camt053_08.xml"))


def test_mt940_with_numbered_details_is_read() -> None:
    statement = read("german.sta")

    assert told(statement) == [
        ("2026-11-20", 2500, "Ada Lovelace", "Gift for the harbour k7m 3qx-9ta thank you"),
        ("2027-01-02", 500, "Grace Hopper", "happy new year"),
    ]
    assert (statement.format, statement.left_out) == ("mt940", 2)


def test_mt940_with_named_details_is_read() -> None:
    assert told(read("dutch.940")) == [("2026-11-20", 2500, "J. van den Berg", "K7M-3QX-9TA bedankt")]


def test_a_csv_with_a_preamble_and_split_cells_is_read_by_its_columns() -> None:
    statement = read("german.csv", GERMAN)

    assert told(statement) == [
        ("2026-11-20", 102500, "Lovelace; Ada", "Gift k7m-3qx 9ta"),
        ("2026-11-13", 500, "Grace Hopper", "for the news"),
    ]
    assert statement.left_out == 1


def test_the_meaning_of_a_csv_is_proposed_and_never_assumed() -> None:
    with pytest.raises(reading.ColumnsUnknown) as refused:
        read("german.csv")

    assert csvfile.propose(refused.value.table) == {
        "booked_on": 0,
        "payer": 2,
        "text": [3],
        "amount": 4,
        "currency": 5,
        "date_order": "dmy",
        "decimal_mark": ",",
    }


def test_dates_that_could_be_either_are_not_proposed() -> None:
    table = csvfile.read_table("Date,Name,Amount\n02/03/2026,Ada,5.00\n")

    assert csvfile.fitting_orders(table.column(0)) == ["dmy", "mdy"]
    assert "date_order" not in csvfile.propose(table)


def test_a_column_of_in_and_out_decides() -> None:
    text = "Datum\tNaam\tAf Bij\tBedrag\n20261120\tAda\tBij\t5,00\n20261120\tAda\tAf\t6,00\n"
    columns = Columns(
        booked_on=0, payer=1, direction=2, amount=3, currency_always="EUR", date_order="ymd", decimal_mark=","
    )

    assert told(read_text(text, columns)) == [("2026-11-20", 500, "Ada", "")]


@pytest.mark.parametrize(
    ("cell", "minor"),
    [("1.234,56", 123456), ("1234,5", 123450), ("1 234,56", 123456), ("+5", 500), ("5,00-", None), ("0,00", None)],
)
def test_an_amount_of_a_csv_is_read_exactly(cell: str, minor: int | None) -> None:
    lines = read_text(f"Date;Name;Amount;Currency\n2026-11-20;Ada;{cell};EUR\n", _plain(",")).lines

    assert [line.amount.minor for line in lines] == ([] if minor is None else [minor])


@pytest.mark.parametrize("cell", ["1,234.56", "1.5", "1.50", "5,001", "abc", "1,2,3", "1e3", "NaN", "9" * 30])
def test_an_amount_that_does_not_fit_what_was_said_is_refused_with_its_line(cell: str) -> None:
    with pytest.raises(StatementNotUnderstood) as refused:
        read_text(f"Date;Name;Amount;Currency\n2026-11-20;Ada;{cell};EUR\n", _plain(","))

    assert refused.value.details["line"] == 2


@pytest.mark.parametrize("words", ['"never closed', '"closed" too early', "two;99,00"])
def test_words_that_move_or_swallow_what_follows_are_refused_and_count_nothing(words: str) -> None:
    text = f"Date;Name;Words;Amount\n2026-11-20;Ada;one;1,00\n2026-11-20;Eve;{words};2,00\n2026-11-20;Bob;three;3,00\n"
    columns = Columns(
        booked_on=0, payer=1, text=(2,), amount=3, currency_always="EUR", date_order="ymd", decimal_mark=","
    )

    with pytest.raises(StatementNotUnderstood):
        read_text(text, columns)


def test_a_table_whose_lines_end_in_a_delimiter_is_read() -> None:
    text = "Date;Name;Amount;Currency\n2026-11-20;Ada;1,00;EUR;\n2026-11-20;Bob;2,00;EUR\n2026-11-20;Cy;3,00;EUR\n"

    assert [line.amount.minor for line in read_text(text, _plain(",")).lines] == [100, 200, 300]


def _plain(mark: Any) -> Columns:
    return Columns(booked_on=0, payer=1, amount=2, currency=3, date_order="ymd", decimal_mark=mark)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (">25.00</Amt><CdtDbtInd>", ">25.001</Amt><CdtDbtInd>", 9),
        (">25.00</Amt><CdtDbtInd>", ">1e999999</Amt><CdtDbtInd>", 9),
        (">25.00</Amt><CdtDbtInd>", ">2_5.00</Amt><CdtDbtInd>", 9),
        (">25.00</Amt><CdtDbtInd>", ">99999999999.00</Amt><CdtDbtInd>", 9),
        ('Ccy="EUR">25.00</Amt><CdtDbtInd>', 'Ccy="E">25.00</Amt><CdtDbtInd>', 9),
        ("<Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B-0001", "<Dt>2026-13-20</Dt></BookgDt><AcctSvcrRef>B-0001", 8),
        ("</TxDtls></NtryDtls>", "</TxDtls>", 17),
        ('<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE x [<!ENTITY a "b">]>', 1),
    ],
)
def test_a_wrong_camt_is_refused_with_its_line(old: str, new: str, line: int) -> None:
    text = (DATA / "camt053_08.xml").read_text(encoding="utf-8")
    assert old in text

    with pytest.raises(StatementNotUnderstood) as refused:
        read_text(text.replace(old, new, 1))

    assert refused.value.details["line"] == line


@pytest.mark.parametrize("said", ["0.00", "-25.00"])
def test_an_entry_that_brought_nothing_is_left_out(said: str) -> None:
    text = (DATA / "camt053_08.xml").read_text(encoding="utf-8")
    before = read_text(text)

    after = read_text(text.replace(">25.00</Amt><CdtDbtInd>", f">{said}</Amt><CdtDbtInd>", 1))

    assert len(after.lines) == len(before.lines) - 1
    assert after.left_out == before.left_out + 1
    assert all(line.amount.minor > 0 for line in after.lines)


@pytest.mark.parametrize(("old", "new", "line"), [("2611201120CR25,00", "nonsense", 5), ("C261119EUR", "C261119", 4)])
def test_a_wrong_mt940_is_refused_with_its_line(old: str, new: str, line: int) -> None:
    text = (DATA / "german.sta").read_text(encoding="utf-8")

    with pytest.raises(StatementNotUnderstood) as refused:
        read_text(text.replace(old, new, 1))

    assert refused.value.details["line"] == line


@pytest.mark.parametrize(
    "data", [b"", b"\0\1\2", b"%PDF-1.7 \0", b"hello", b"<html></html>", b"a;b\n1;2\n", b"\xff\xfe\0"]
)
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(StatementUnknown):
        reading.read(data, columns_for=lambda _digest: None)


def test_a_file_without_end_is_refused() -> None:
    row = "2026-11-20;Ada;1,00;EUR\n"
    with pytest.raises(Refusal) as refused:
        read_text("Date;Name;Amount;Currency\n" + row * (LINES_MAX + 1), _plain(","))
    with pytest.raises(Refusal) as deep:
        read_text("<a>" * 1_000)
    with pytest.raises(Refusal) as wide:
        read_text(f"<Document>{'<a/>' * 500_000}</Document>")

    codes = (refused.value.code, deep.value.code, wide.value.code)
    assert codes == ("funding.statement_too_large",) * 3


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        reading.read(data, columns_for=lambda _digest: _plain("."))
    except Refusal as refusal:
        str(refusal)


@given(st.text(alphabet=":0126C,EURD?\n8620F/", max_size=200))
def test_any_text_like_mt940_is_read_or_refused(text: str) -> None:
    try:
        read_text(":20:x\n:60F:C261119EUR1,00\n" + text)
    except Refusal as refusal:
        str(refusal)


def test_a_line_has_the_same_name_in_every_file_that_holds_it() -> None:
    once, again = read("camt053_08.xml").lines, read("camt053_08.xml").lines

    assert [line.fingerprint for line in once] == [line.fingerprint for line in again]
    assert len({line.fingerprint for line in once}) == len(once)
    assert once[0].amount == Money(2500, "EUR")
    assert once[0].booked_on == date(2026, 11, 20)
