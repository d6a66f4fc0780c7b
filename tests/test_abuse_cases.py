"""The page of abuse cases names tests that exist, for every case at least one."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database
ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "domains" / "discussion-abuse.md"
CASE = re.compile(r"^\| (?!case \|)(?P<case>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)
CASES_MIN = 70  # nobody removes a case without noticing


def known() -> set[str]:
    files = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "standfirst").rglob("tests/test_*.py")]
    return {name for file in files for name in re.findall(r"^ *def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)}


def test_every_abuse_case_names_a_test_that_exists() -> None:
    there = known()
    named = {found["case"]: re.findall(r"`(test_\w+)`", found["tests"]) for found in CASE.finditer(PAGE.read_text())}

    assert len(named) >= CASES_MIN
    assert [case for case, tests in named.items() if not tests] == []
    assert sorted({test for tests in named.values() for test in tests} - there) == []
