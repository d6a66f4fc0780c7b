"""How soon a site that is started shows its first page, and what a hundred readers of a cold story cause."""

import asyncio
from statistics import median
from urllib.parse import urlsplit

from bench import processes
from bench.report import Row
from bench.servers import NotMeasured
from bench.site import Served, Site, busiest_story

FIRST_PAGE_SECONDS_MAX = 8
READERS = 100
ANSWER_SECONDS_MAX = 60


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Start the site again and again; each time a crowd asks at once for a story that nobody has asked for."""
    with site.served() as served:
        path = busiest_story(served.url)
    starts, alone, together, renders = [], [], [], []
    for _ in range(rounds):
        for readers, taken in ((1, alone), (READERS, together)):
            with site.served() as served:
                starts.append(served)
                before = served.pages_rendered
                taken.append(cpu_ms_of(served, path, readers))
                renders.append(served.pages_rendered - before)
    one, all_of_them = median(alone), median(together)
    return [
        *([start("site just made", [site.first_start])] if site.first_start else []),
        start("later starts", starts),
        Row(f"{READERS} readers ask at once for a story that is not stored yet",
            f"{max(renders)} render, {all_of_them:.0f} ms of CPU where one reader causes {one:.0f} ms",
            "1 render", max(renders) == 1),
    ]  # fmt: skip


def start(which: str, starts: list[Served]) -> Row:
    """Return the row of one kind of start. The CPU time is of all processes, some of which go on in parallel."""
    seconds = median(served.first_page_seconds for served in starts)
    cpu = median(served.first_page_cpu_seconds for served in starts)
    name = f"first page after `standfirst serve`, {which}"
    return Row(
        name, f"{seconds:.1f} s; {cpu:.1f} s of CPU", f"≤ {FIRST_PAGE_SECONDS_MAX} s", seconds <= FIRST_PAGE_SECONDS_MAX
    )


def cpu_ms_of(served: Served, path: str, readers: int) -> float:
    """Return the server's CPU time for so many readers who ask at the same moment."""
    before = _cpu_seconds(served)
    asyncio.run(ask_at_once(served.url, path, readers))
    return (_cpu_seconds(served) - before) * 1000


def _cpu_seconds(served: Served) -> float:
    """Return what the web process and those that it forked have taken."""
    return sum(processes.cpu_seconds(pid) for pid in processes.below(served.web))


async def ask_at_once(url: str, path: str, readers: int) -> None:
    """Connect, and then ask all at the same moment; everybody gets the same bytes."""
    address = urlsplit(url)
    request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    opened = [await asyncio.open_connection(address.hostname, address.port) for _ in range(readers)]
    for _, writer in opened:
        writer.write(request.encode())
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        answers = await asyncio.gather(*(reader.read() for reader, _ in opened))
    for _, writer in opened:
        writer.close()
    bodies = {answer.partition(b"\r\n\r\n")[2] for answer in answers}
    if len(bodies) != 1 or not all(answer.startswith(b"HTTP/1.1 200") for answer in answers):
        raise NotMeasured(f"{readers} readers got {len(bodies)} different answers")
