"""CAMT.053: a bank's statement as ISO 20022 writes it, of whatever version.

Elements are known by their local names, as banks use versions 02 to 13 and the parts that
matter here moved only slightly. Document types and entities are refused, depth and number of
elements are bounded.
"""

from collections.abc import Iterator
from datetime import date
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from standfirst.funding.bank.files.lines import (
    IncomingLine,
    Statement,
    StatementNotUnderstood,
    StatementTooLarge,
    StatementUnknown,
    checked_currency,
    checked_number,
    exact,
    incoming,
)
from standfirst.kit import xml
from standfirst.kit.money import Money
from standfirst.kit.xml import Node

NODES_MAX = 400_000  # elements, each some 250 bytes of memory; banks' own need a third of it for the largest file
DEPTH_MAX = 24  # the schema nests fifteen deep
REPORTS = {"BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"}  # camt.053, camt.054; a camt.052 says what may still change


def parse(data: bytes) -> Statement:
    """Return the money that came in. Refusals: StatementNotUnderstood, StatementTooLarge, StatementUnknown."""
    root = _Tree().read(data)
    reports = [node for node in root.children if node.name in REPORTS]
    if root.name != "Document" or not reports:
        raise StatementUnknown
    entries = [entry for report in reports for part in report.children for entry in part.all("Ntry")]
    lines: list[IncomingLine] = []
    left_out = 0
    for entry in entries:
        found = [line for line in _lines_of(entry) if line.amount.minor > 0] if _came_in(entry) else []
        left_out += not found
        lines += found
        checked_number(lines)
    return Statement("camt.053", tuple(lines), left_out)


def _came_in(entry: Node) -> bool:
    status = entry.get("Sts", "Cd") or entry.get("Sts") or "BOOK"
    reversal = entry.get("RvslInd").lower() in {"true", "1"}
    return entry.get("CdtDbtInd") == "CRDT" and status == "BOOK" and not reversal


def _lines_of(entry: Node) -> Iterator[IncomingLine]:
    """Return a line for each transaction of an entry, if they have amounts that make up the entry's; else one."""
    whole, booked_on, ref = _amount(entry), _day(entry), entry.get("AcctSvcrRef") or entry.get("NtryRef")
    parts = list(entry.all("NtryDtls", "TxDtls"))
    amounts = [_amount(part) if _has_amount(part) else None for part in parts]
    known = [amount for amount in amounts if amount is not None and amount.currency == whole.currency]
    if len(parts) > 1 and len(known) == len(parts) and sum(amount.minor for amount in known) == whole.minor:
        for place, (part, amount) in enumerate(zip(parts, known, strict=True), 1):
            yield _line(part, amount, booked_on, f"{ref or booked_on}/{place}", entry)
        return
    yield _line(parts[0] if len(parts) == 1 else entry, whole, booked_on, ref, entry)


def _line(node: Node, amount: Money, booked_on: date, ref: str, entry: Node) -> IncomingLine:
    said = [found.text for found in node.all("RmtInf", "Ustrd")]
    said += [found.text for found in node.all("RmtInf", "Strd", "CdtrRefInf", "Ref")]
    said += [found.text for found in node.all("Refs", "EndToEndId") if found.text != "NOTPROVIDED"]
    return incoming(
        number=node.line,
        booked_on=booked_on,
        amount=amount,
        payer=node.get("RltdPties", "Dbtr", "Nm") or node.get("RltdPties", "Dbtr", "Pty", "Nm"),
        text=" ".join(said) or entry.get("AddtlNtryInf"),
        bank_ref=ref,
    )


def _has_amount(node: Node) -> bool:
    return any(True for _found in _amounts(node))


def _amounts(node: Node) -> Iterator[Node]:
    yield from node.all("Amt")
    yield from node.all("AmtDtls", "TxAmt", "Amt")


def _amount(node: Node) -> Money:
    found = next(_amounts(node), None)
    if found is None:
        raise StatementNotUnderstood(line=node.line, why=_("an entry without an amount"))
    return exact(found.text, checked_currency(found.attributes.get("Ccy", ""), line=found.line), line=found.line)


def _day(entry: Node) -> date:
    for name in ("BookgDt", "ValDt"):
        said = entry.get(name, "Dt") or entry.get(name, "DtTm")
        if said:
            try:
                return date.fromisoformat(said[:10])
            except ValueError as error:
                why = _("“{0}” is no date").format(said[:30])
                raise StatementNotUnderstood(line=entry.line, why=why) from error
    raise StatementNotUnderstood(line=entry.line, why=_("an entry without a date"))


class _Tree:
    """Reads a file into elements, within bounds."""

    def __init__(self) -> None:
        self.stack: list[Node] = []
        self.root: Node | None = None
        self.nodes = 0
        self.parser = xml.parser_for(self, refuse=self.doctype)

    def read(self, data: bytes) -> Node:
        """Return the root. Refusals: StatementNotUnderstood, StatementTooLarge."""
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            raise StatementNotUnderstood(line=error.lineno, why=expat.ErrorString(error.code)) from error
        except (ValueError, LookupError) as error:
            raise StatementNotUnderstood(line=1, why=_("its encoding is unknown")) from error
        if self.root is None:
            raise StatementUnknown
        return self.root

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        self.nodes += 1
        if self.nodes > NODES_MAX or len(self.stack) >= DEPTH_MAX:
            raise StatementTooLarge(most=_("{0} elements").format(NODES_MAX))
        node = Node(name.rpartition(xml.SEPARATOR)[2], attributes, self.parser.CurrentLineNumber)
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)

    def end(self, name: str) -> None:
        """Close an element."""
        self.stack.pop()

    def characters(self, text: str) -> None:
        """Keep text."""
        if self.stack:
            self.stack[-1].parts.append(text)

    def doctype(self, *_said: object) -> None:
        """Refuse."""
        raise StatementNotUnderstood(line=self.parser.CurrentLineNumber, why=_("it declares a document type"))
