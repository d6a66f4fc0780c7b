"""What the bench says is what was measured. How fast anything is, is no test's business."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).resolve().parent.parent
SAID = """Running 4s test @ http://127.0.0.1:8000/
  1 threads and 32 connections
  Latency Distribution
     50%  741.00us
     99%    {late}
  30000 requests in 4.00s, 500.00MB read
Requests/sec:  {rate}
"""


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("bench.load")


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("bench.report")


@pytest.mark.parametrize(
    ("late", "p99_ms"), [("912.00us", 0.912), ("2.15ms", 2.15), ("1.20s", 1200), ("1.10m", 66_000)]
)
def test_latency_is_read_in_every_unit_that_wrk_uses(load: Any, late: str, p99_ms: float) -> None:
    found = load.parsed(SAID.format(late=late, rate="7500.25"), "http://127.0.0.1:8000/")

    assert found.per_second == 7500.25
    assert found.p99_ms == pytest.approx(p99_ms)


@pytest.mark.parametrize(
    "said",
    [
        "",
        SAID.format(late="2.00ms", rate="0.00"),
        SAID.format(late="2.00ms", rate="900.00") + "  Non-2xx or 3xx responses: 12\n",
        SAID.format(late="2.00ms", rate="900.00") + "  Socket errors: connect 0, read 0, write 0, timeout 3\n",
    ],
)
def test_a_server_that_failed_under_the_load_has_no_figure(load: Any, said: str) -> None:
    with pytest.raises(load.LoadFailed):
        load.parsed(said, "http://127.0.0.1:8000/")


def test_the_median_is_taken_of_each_figure_by_itself(load: Any) -> None:
    assert load.median([load.Load(1, 9.0), load.Load(2, 7.0), load.Load(30, 8.0)]) == load.Load(2, 8.0)


def test_the_table_says_what_holds_what_does_not_and_what_is_not_asked(report: Any) -> None:
    rows = [report.Row("a", "1", "≥ 1", holds=True), report.Row("b", "2", "≥ 3", holds=False), report.Row("c", "4")]

    assert report.table(rows).splitlines()[2:] == ["| a | 1 | ≥ 1 | yes |", "| b | 2 | ≥ 3 | no |", "| c | 4 | – | – |"]


@pytest.mark.parametrize(
    "arguments", [["--rounds", "0"], ["--seconds", "x"], ["--only", "speed"], ["--only", "gift", "--peers"], ["fast"]]
)
def test_wrong_arguments_are_named_before_anything_is_started(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert arguments[-1] in done.stderr or arguments[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_tool_is_one_line_that_says_where_it_is_to_be_had(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "bin/bench: please install wrk (Debian: apt install wrk), nginx (Debian: apt install nginx-light)"
    ]
