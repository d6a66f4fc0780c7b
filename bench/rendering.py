"""A story page that nobody has asked for yet: what it costs to render, with a short thread and with a long one."""

from statistics import median

from bench.report import Row
from bench.site import Site, busiest_story

SHORT, LONG = 60, 50_000  # comments; the first page shows twenty beginnings and forty answers of either
CPU_MS_MAX, LONG_OF_SHORT_MAX = 25, 1.2
RENDERS = "20"  # in each round


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Measure two copies of one story in turn."""
    with site.served() as served:
        model = busiest_story(served.url)
    short, long = site.run("bench.fill", "stories", model, "2")["paths"]
    for path, comments in ((short, SHORT), (long, LONG)):
        site.run("bench.fill", "thread", path, str(comments))
    found = {path: [] for path in (short, long)}
    for _ in range(rounds):
        for path, taken in found.items():
            taken.append(site.run("bench.miss", path, "--rounds", RENDERS))
    nothing = median(each["all_cpu_ms"] for each in found[short])
    of_short, of_long = (median(each["running_site_cpu_ms"] for each in found[path]) for path in (short, long))
    first, other = found[short][0], found[long][0]
    share = of_long / of_short
    shown = f"{first['comments_shown']} comments shown"
    parts = ", ".join(
        f"{what} {median(each[key] for each in found[short]):.1f} ms"
        for what, key in (("the story", "story_cpu_ms"), ("the thread", "thread_cpu_ms"))
    )
    return [
        Row(f"story that nobody has asked for yet, on a running site, {shown}", f"{of_short:.1f} ms of CPU ({parts})",
            f"≤ {CPU_MS_MAX} ms", of_short <= CPU_MS_MAX),
        Row("the same with everything forgotten, as after a start: meter, masthead and footer are made, too",
            f"{nothing:.1f} ms of CPU"),
        Row(f"the same with a thread of {LONG:,} comments, {other['comments_shown']} shown",
            f"{of_long:.1f} ms of CPU, {share:.2f} × the short one", f"≤ {LONG_OF_SHORT_MAX} ×",
            share <= LONG_OF_SHORT_MAX),
        Row("queries of either", f"{first['queries']} and {other['queries']}", "the same number",
            first["queries"] == other["queries"]),
    ]  # fmt: skip
