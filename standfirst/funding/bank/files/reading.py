"""Tell which format a bank's file has, and read it."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from standfirst.funding.bank.files import camt, csvfile, mt940
from standfirst.funding.bank.files.csvfile import Columns, Table
from standfirst.funding.bank.files.lines import FILE_BYTES_MAX, Statement, StatementTooLarge, StatementUnknown
from standfirst.kit.errors import Refusal

UTF16_MARKS = {b"\xff\xfe", b"\xfe\xff"}


class ColumnsUnknown(Refusal):
    """A CSV file with headings that nobody has explained yet."""

    code = "funding.columns_unknown"
    status = 422
    message = _("This bank’s table is new here. Say once which column means what; nothing was taken in yet.")
    field = "file"

    def __init__(self, table: Table) -> None:
        self.table = table
        super().__init__()


def read(data: bytes, *, columns_for: Callable[[str], Columns | None]) -> Statement:
    """Return what the file says. ``columns_for`` knows the meaning of a CSV's columns by the digest of its headings.

    Refusals: StatementTooLarge, StatementUnknown, StatementNotUnderstood, ColumnsUnknown.
    """
    if len(data) > FILE_BYTES_MAX:
        raise StatementTooLarge(most=f"{FILE_BYTES_MAX // 1_000_000} MB")
    if _looks_like_xml(data):
        return camt.parse(data)
    text = decoded(data)
    if mt940.looks_like(text):
        return mt940.parse(text)
    table = csvfile.read_table(text)
    columns = columns_for(table.digest)
    if columns is None:
        raise ColumnsUnknown(table)
    return csvfile.parse(table, columns)


def _looks_like_xml(data: bytes) -> bool:
    wide = data[:2] in UTF16_MARKS
    start = data[:200].decode("utf-16" if wide else "latin-1", errors="replace")
    return start.removeprefix("ï»¿").lstrip().startswith("<")


def decoded(data: bytes) -> str:
    """Return the text: as its mark says, as UTF-8, or as Windows wrote it in the west. Refusal: StatementUnknown."""
    wide = data[:2] in UTF16_MARKS
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252", "latin-1"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise StatementUnknown
