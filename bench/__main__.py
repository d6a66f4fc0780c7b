"""Measures what is fast, beside nginx, a bare ASGI application and (--peers) Isso and WordPress, on this machine."""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from bench import (
    cold,
    discussion,
    fanout,
    gift,
    ledger,
    month,
    peers,
    rendering,
    report,
    serving,
    streams,
    webhooks,
    writing,
)
from bench.load import LoadFailed
from bench.report import Row
from bench.servers import NotMeasured
from bench.site import Site, sample_site

TOOLS = {"wrk": "wrk", "nginx": "nginx-light"}  # and the Debian packages that have them

type Measure = Callable[[Site, argparse.Namespace], list[Row]]


def _serving(site: Site, chosen: argparse.Namespace) -> list[Row]:
    return serving.measure(site, chosen.only & {"stored", "busy"}, rounds=chosen.rounds, seconds=chosen.seconds)


# What can be asked for by --only, in the order in which it is measured.
MEASURES: dict[str, Measure] = {
    "cold": lambda site, chosen: cold.measure(site, rounds=chosen.rounds),
    "stored": _serving,
    "busy": _serving,
    "render": lambda site, chosen: rendering.measure(site, rounds=chosen.rounds),
    "discussion": lambda site, chosen: discussion.measure(site, rounds=chosen.rounds),
    "writing": lambda site, chosen: writing.measure(site, rounds=chosen.rounds, seconds=chosen.seconds),
    "gift": lambda site, chosen: gift.measure(site, rounds=chosen.rounds),
    "fanout": lambda site, chosen: fanout.measure(site, rounds=chosen.rounds),
    "streams": lambda site, chosen: streams.measure(site, rounds=chosen.rounds),
    "webhooks": lambda site, chosen: webhooks.measure(site, rounds=chosen.rounds),
    "ledger": lambda site, chosen: ledger.measure(site, rounds=chosen.rounds),
    "month": lambda site, chosen: month.measure(site, rounds=chosen.rounds),
    "million": lambda site, chosen: discussion.measure_million(site, rounds=chosen.rounds),
    "peers": lambda site, chosen: peers.measure(site, rounds=chosen.rounds, seconds=chosen.seconds),
}
FOREIGN = {"peers", "ledger", "month", "million"}  # other people's programs, or very many rows; only if it is asked for


def main() -> None:
    """Measure what was asked for and print a table; the exit code says nothing about speed."""
    chosen = arguments(sys.argv[1:])
    missing = [f"{tool} (Debian: apt install {package})" for tool, package in TOOLS.items() if not shutil.which(tool)]
    if missing:
        sys.exit(f"bin/bench: please install {', '.join(missing)}")
    said = report.machine()
    with suppress(KeyboardInterrupt):
        rows = taken(chosen)
        print(f"\n{said}\n{chosen.rounds} rounds, {chosen.seconds} s each where load is measured.\n")
        print(report.table(rows))


def taken(chosen: argparse.Namespace) -> list[Row]:
    """Take the measures one after the other; what cannot be taken becomes a row that says so."""
    rows: list[Row] = []
    say("making a site with the sample publication")
    with sample_site() as site:
        say("starting it for the first time, until all pictures are made")
        site.settle()
        for measure in dict.fromkeys(MEASURES[name] for name in MEASURES if name in chosen.only):
            names = ", ".join(name for name in MEASURES if MEASURES[name] is measure and name in chosen.only)
            say(f"measuring {names}")
            try:
                rows += measure(site, chosen)
            except (NotMeasured, LoadFailed, OSError) as error:
                rows.append(Row(names, f"not measured: {error}", holds=False))
    return rows


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Read the command line; exit code 2 if it makes no sense."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--rounds", type=_positive, default=3, help="rounds of each measure (default %(default)s)")
    parser.add_argument("--seconds", type=_positive, default=4, help="seconds of each round (default %(default)s)")
    names = ", ".join(MEASURES)
    parser.add_argument("--only", type=_names, default=set(), help=f"some measures, with commas: {names}")
    parser.add_argument("--peers", action="store_true", help="fetch, run and remove Isso and WordPress; only these")
    chosen = parser.parse_args(given)
    if chosen.peers and chosen.only:
        parser.error("--peers and --only do not go together; --only may name peers")
    chosen.only = {"peers"} if chosen.peers else chosen.only or set(MEASURES) - FOREIGN
    return chosen


def _positive(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit()) or not 1 <= int(raw) <= 600:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 600, not {raw!r}")
    return int(raw)


def _names(raw: str) -> set[str]:
    given = {name.strip() for name in raw.split(",")}
    unknown = given - MEASURES.keys()
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}"
        )
    return given


def say(line: str) -> None:
    """Tell whoever waits what happens now."""
    print(f"· {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
