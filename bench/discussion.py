"""Reading threads of 8, 60 and 50,000 comments, also in their middle; and again in a site of a million comments."""

from statistics import median

from bench.report import Row
from bench.site import Site, busiest_story

FEW, FULL, MANY, MILLION = 8, 60, 50_000, 1_000_000  # comments
LONG_OF_SHORT_MAX, MILLION_OF_FEW_MAX, BYTES_MAX, DEEP_MS_MAX = 1.3, 1.3, 120_000, 20
LABELS = {"oldest": "oldest first", "newest": "newest first", "voted": "most voted first", "best": "best first"}
RENDERS = "40"  # in each round


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Measure a long thread beside a short one that shows as many comments, and one of 8."""
    long, full, few = _stories(site)
    taken = [site.run("bench.reading", long, full, "--rounds", RENDERS) for _ in range(rounds)]
    taken_few = [site.run("bench.reading", long, few, "--rounds", RENDERS) for _ in range(rounds)]
    return _rows(taken, "") + _beside_few(taken_few)


def measure_million(site: Site, *, rounds: int) -> list[Row]:
    """Measure the same before and after a million comments have been written into other threads."""
    long, full, _few = _stories(site)
    before = [site.run("bench.reading", long, full, "--rounds", RENDERS) for _ in range(rounds)]
    filled = site.run("bench.fill", "million", long, str(MILLION))
    after = [site.run("bench.reading", long, full, "--rounds", RENDERS) for _ in range(rounds)]
    rows = _rows(after, f", in a site of {filled['comments']:,} comments")
    for what, was, now in _pairs(before, after):
        share = now / was
        figure = f"{now:.1f} ms, {share:.2f} × before"
        must = f"≤ {MILLION_OF_FEW_MAX} ×"
        rows.append(Row(f"{what}, beside the same site without them", figure, must, share <= MILLION_OF_FEW_MAX))
    return rows


def _stories(site: Site) -> tuple[str, str, str]:
    with site.served() as served:
        model = busiest_story(served.url)
    long, full, few = site.run("bench.fill", "stories", model, "3")["paths"]
    for path, count in ((long, MANY), (full, FULL), (few, FEW)):
        site.run("bench.fill", "thread", path, str(count))
    return long, full, few


def _rows(taken: list[dict], where: str) -> list[Row]:
    first, share = _least(taken, "first", "clock_ms"), _share(taken, "first")
    queries, queries_short = taken[0]["first"]["queries"], taken[0]["first_short"]["queries"]
    size = taken[0]["first"]["bytes"]
    rows = [
        Row(f"first page of a thread of {MANY:,} comments{where}", f"{first:.1f} ms, {share:.2f} × that of {FULL}",
            f"≤ {LONG_OF_SHORT_MAX} ×", share <= LONG_OF_SHORT_MAX),
        Row(f"queries of either{where}", f"{queries} and {queries_short}", "the same number", queries == queries_short),
        Row(f"bytes of its HTML{where}", f"{size:,}", f"≤ {BYTES_MAX:,}", size <= BYTES_MAX),
    ]  # fmt: skip
    for name, label in LABELS.items():
        deep = min(each["deep"][name]["clock_ms"] for each in taken)
        rows.append(Row(f"the page in its middle, {label}{where}", f"{deep:.1f} ms", f"≤ {DEEP_MS_MAX} ms",
                        deep <= DEEP_MS_MAX))  # fmt: skip
    return rows


def _beside_few(taken: list[dict]) -> list[Row]:
    few, queries = taken[0]["first_short"], taken[0]["first"]["queries"]
    shown = f"which shows {FEW} and not {FULL}"
    rows = [Row(f"queries of a thread of {FEW} comments", f"{few['queries']}; {queries} of {MANY:,}")]
    for what, label in (("first", "first page of that thread"), ("story", "the whole story page with it")):
        long, short = _least(taken, what, "clock_ms"), _least(taken, f"{what}_short", "clock_ms")
        share = _share(taken, what)
        figure = f"{short:.1f} ms; that of {MANY:,} {long:.1f} ms, {share:.2f} ×"
        rows.append(Row(f"{label}, {shown}", figure, f"≤ {LONG_OF_SHORT_MAX} ×", share <= LONG_OF_SHORT_MAX))
    return rows


def _pairs(before: list[dict], after: list[dict]) -> list[tuple[str, float, float]]:
    pairs = [("first page", _least(before, "first", "clock_ms"), _least(after, "first", "clock_ms"))]
    for name, label in LABELS.items():
        was, now = (min(each["deep"][name]["clock_ms"] for each in taken) for taken in (before, after))
        pairs.append((f"the page in the middle, {label}", was, now))
    return pairs


def _share(taken: list[dict], what: str) -> float:
    """Return how many times the short one's time the long one takes: both were measured in turn, so in each round."""
    return median(each[what]["clock_ms"] / each[f"{what}_short"]["clock_ms"] for each in taken)


def _least(taken: list[dict], what: str, figure: str) -> float:
    # The least of medians: whatever else the machine does only ever adds.
    return min(float(each[what][figure]) for each in taken)
