"""The ledger is a chain: each row's hash covers the one before, and a file of it proves itself."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from standfirst.delivery.changes import verb
from standfirst.funding import tasks
from standfirst.funding.books import chain, checking, ledger, ledger_file, totals
from standfirst.funding.models import Link, Total, Transfer, VerifiedHead
from standfirst.kit import chain as kit_chain
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_gift, together
from standfirst.web import cli

DAY = datetime(2026, 9, 20, 12, tzinfo=UTC)


def moved(key: str, minor: int = 500) -> Transfer:
    amount = Money(minor, "USD")
    return ledger.move(key=key, debit="bank", credit="fx", amount=amount, mode="rehearsal", occurred_at=clock.now())


def entries() -> list[kit_chain.Entry]:
    links = Link.objects.order_by("number").values_list("number", "hash_before", "hash")
    return [kit_chain.Entry(number, before, (), digest) for number, before, digest in links]


@pytest.mark.usefixtures("books")
def test_every_transfer_is_linked_to_the_one_before() -> None:
    charged_gift(make_campaign(), charge={"fee": Money(103, "USD"), "fee_ref": "txn_1"})
    moved("more")

    numbers, hashes = [each.number for each in entries()], [each.hash for each in entries()]

    assert numbers == [1, 2, 3]
    assert [each.hash_before for each in entries()] == [kit_chain.GENESIS, *hashes[:2]]


@pytest.mark.usefixtures("books")
def test_the_same_fact_again_adds_no_link_and_is_no_news(django_capture_on_commit_callbacks: Any) -> None:
    moved("once")
    with django_capture_on_commit_callbacks() as told:
        moved("once")

    assert (len(entries()), told) == (1, [])


class No(Refusal):
    """No."""

    code = "test.no"
    message = "no"


@pytest.mark.usefixtures("books")
def test_a_row_that_a_refused_verb_had_added_is_neither_linked_nor_summed() -> None:
    @verb
    def refused() -> None:
        moved("gone")
        raise No

    @verb
    def outer() -> None:
        try:
            refused()
        except No:
            moved("stays")

    outer()

    assert [link.transfer.key for link in Link.objects.select_related("transfer")] == ["stays"]


@pytest.mark.usefixtures("committed_books")
def test_the_chain_never_forks_however_many_write_at_once() -> None:
    campaign = make_campaign()

    results = together([lambda number=number: paid_gift(campaign, 100 + number) for number in range(16)])

    assert {type(result).__name__ for result in results} == {"Payment"}
    assert [each.number for each in entries()] == list(range(1, 17))
    assert sum(Total.objects.filter(account="bank").values_list("minor", flat=True)) == sum(range(100, 116))


def without_triggers(statement: str) -> None:
    """Do what only somebody with the database's password can."""
    table = "funding_transfer"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER funding_transfer_refuses_update")
        cursor.execute(statement)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = 499",
        "debit = 'expense:fees'",
        "key = 'other'",
        "note = 'x'",
        "occurred_at = '2020-01-01T00:00Z'",
    ],
)
def test_a_row_that_was_changed_behind_our_back_is_found(change: str) -> None:
    for key in ("a", "b", "c"):
        moved(key)
    sound = list(chain.problems())

    without_triggers(f"UPDATE funding_transfer SET {change} WHERE key = 'b'")

    assert sound == []
    assert list(chain.problems()) == [kit_chain.Problem(2, "changed")]


@pytest.mark.usefixtures("db")
def test_the_frequent_check_goes_on_from_where_the_chain_was_last_found_sound() -> None:
    moved("a")
    assert tasks.ledger_self_check(whole_chain=True) == []
    moved("b")

    without_triggers("UPDATE funding_transfer SET note = 'x' WHERE key = 'a'")

    assert VerifiedHead.objects.get().number == 1
    assert (list(chain.problems(whole=False)), len(list(chain.problems()))) == ([], 1)
    assert [broken.rule for broken in checking.check()] == ["the chain is whole"]


@pytest.mark.usefixtures("db")
def test_a_chain_that_was_written_anew_as_a_whole_is_found_by_what_is_remembered_of_it() -> None:
    moved("a")
    tasks.ledger_self_check()

    VerifiedHead.objects.update(hash="f" * 64)

    assert [problem.wrong for problem in chain.problems(whole=False)] == ["changed"]


@pytest.mark.usefixtures("books")
def test_a_day_ends_with_the_newest_row_recorded_by_then() -> None:
    with time_machine.travel(DAY, tick=False):
        moved("a")
        moved("b")
    with time_machine.travel(datetime(2026, 9, 22, tzinfo=UTC), tick=False):
        moved("c")

    heads = [chain.head(date(2026, 9, day)) for day in (19, 20, 21, 22)]

    assert [found.number if found else None for found in heads] == [None, 2, 2, 3]
    assert heads[-1] == chain.end()


@pytest.mark.usefixtures("books")
def test_the_public_rows_of_a_month_are_read_page_by_page_and_name_nobody() -> None:
    campaign = make_campaign(goal_minor=None)
    with time_machine.travel(DAY, tick=False):
        payments = [paid_gift(campaign, 100 + each, display_name="Ada", message="hush") for each in range(5)]
    period, seen, after = payments[0].period, [], 0

    while page := chain.public_rows(period, after=after, limit=2):
        seen += page
        after = page[-1].number

    assert [row.number for row in seen] == [1, 2, 3, 4, 5]
    assert seen == chain.public_rows(date(2026, 9, 20))
    assert {(row.campaign, row.month, row.day) for row in seen} == {(campaign.slug, "2026-09", "2026-09-20")}
    assert not {"Ada", "hush", "slip"} & set("".join(ledger_file.as_json(seen)).split('"'))


def written(path: Path, rows: list[ledger_file.PublicRow], form: str) -> Path:
    lines = {"csv": ledger_file.as_csv, "json": ledger_file.as_json}[form](rows)
    path.write_text("".join(lines), encoding="utf-8", newline="")
    return path


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_downloaded_file_proves_itself_without_a_site(form: str, tmp_path: Path, capsys: Any) -> None:
    with time_machine.travel(DAY, tick=False):
        period = paid_gift(make_campaign(goal_minor=None), 100).period
        for minor in (5, 6, 7):
            paid_gift(period.campaign, minor)
    rows = chain.public_rows(period)
    whole = written(tmp_path / "whole", rows, form)
    changed = written(tmp_path / "changed", [*rows[:2], replace(rows[2], amount_minor=9), rows[3]], form)
    swapped = written(tmp_path / "swapped", [replace(rows[0], hash="0" * 64), *rows[1:]], form)
    part = written(tmp_path / "part", [rows[3], rows[0], rows[1]], form)

    codes = [cli.run(["ledger", "verify", str(path)]) for path in (whole, changed, swapped, part)]

    assert codes == [0, 1, 1, 0]
    said = capsys.readouterr()
    assert rows[3].hash in said.out
    assert "row 3: changed" in said.err


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "[\n{}\n]", "[\n1\n]", "\xff\xfe", "[\n{\n"])
def test_a_file_that_is_no_ledger_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content.encode("latin-1"))

    assert cli.run(["ledger", "verify", str(path)]) == 1
    assert cli.run(["ledger", "verify", str(tmp_path / "none")]) == 1


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("act", ["check", "verify"])
def test_the_command_says_whether_the_books_are_sound(act: str, capsys: Any, monkeypatch: Any, tmp_path: Path) -> None:
    paid_gift(make_campaign(), 500)
    monkeypatch.setattr(cli, "load_django", lambda: None)
    monkeypatch.setattr(cli, "enter_site", lambda _asked: tmp_path)

    sound = cli.run(["ledger", act])
    without_triggers("UPDATE funding_transfer SET note = 'x'")
    broken = cli.run(["ledger", act])
    without_again()

    assert (sound, broken) == (0, 1)


def without_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE funding_transfer SET note = ''")


@pytest.mark.usefixtures("books")
def test_the_sums_that_are_kept_are_those_of_the_transfers_and_a_wrong_one_is_found() -> None:
    payment = charged_gift(make_campaign())
    kept = totals.kept()

    Total.objects.filter(account="clearing:stripe").update(minor=1)
    found = {broken.rule for broken in checking.check()}
    Total.objects.filter(account="clearing:stripe").update(minor=payment.amount_minor)

    assert kept == totals.counted_again()
    assert found == {"the sums kept = the sums of the transfers"}


texts = st.text(max_size=5)


@given(st.lists(st.tuples(texts, st.integers()), min_size=1, max_size=6), st.data())
def test_no_entry_can_be_changed_moved_or_left_out(fields: list[tuple[str, int]], data: Any) -> None:
    head, made = kit_chain.START, []
    for covered in fields:
        entry = kit_chain.link(head, covered)
        made.append(entry)
        head = kit_chain.Head(entry.number, entry.hash)
    place = data.draw(st.integers(0, len(made) - 1))
    spoil: list[Callable[[], list[kit_chain.Entry]]] = [
        lambda: [*made[:place], replace(made[place], fields=("x", *made[place].fields)), *made[place + 1 :]],
        lambda: [*made[:place], replace(made[place], hash="0" * 64), *made[place + 1 :]],
        lambda: [*made, made[place]],
    ]

    assert list(kit_chain.problems(made)) == []
    assert list(kit_chain.problems_of_part(reversed(made))) == []
    for change in spoil:
        assert list(kit_chain.problems(change()))
        assert list(kit_chain.problems_of_part(change()))
    if place < len(made) - 1:
        assert list(kit_chain.problems(made[:place] + made[place + 1 :]))


def test_what_is_hashed_can_be_done_again_by_anybody() -> None:
    entry = kit_chain.link(kit_chain.START, ("bank", 5, None))

    by_hand = hashlib.sha256(f'[1,"{"0" * 64}","bank",5,null]'.encode()).hexdigest()

    assert entry.hash == by_hand
