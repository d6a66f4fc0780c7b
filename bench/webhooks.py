"""Messages of the payment service, booked each second: signed, through the real endpoint, asked back at the double.

The service is our rehearsal in a process of its own. Each gift causes three messages, as Stripe sends
them: close together, in any order, between those of other gifts. Every tenth message comes again, at any
later time. The rate is that of all messages, from the first that is sent until the effects of the last are
booked; that one was accepted counts nothing. ``python -m bench.webhooks URL FILE CONNECTIONS`` is the client.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.report import Row
from bench.servers import ROOT, NotMeasured, free_port
from bench.site import ENVIRONMENT, Site
from standfirst.funding.rehearsal.webhooks import signature

GIFTS = 400
CONNECTIONS = 8
BOOKED_SECONDS_MAX = 120
TYPES = ("checkout.session.completed", "payment_intent.succeeded", "charge.succeeded")
TWICE = 10  # every tenth message comes again
NEIGHBOURS = 30  # gifts whose messages are mixed: at 60 gifts a second those of half a second
ON_SQLITE, ON_POSTGRESQL = 60, 200  # messages a second that must be settled
PATH = "/funding/events/stripe/"


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Pay gifts while the site is down, then send everything at once."""
    del rounds  # one is long enough: more gifts make it no truer
    on_postgresql = "DATABASE_URL" in os.environ
    must = ON_POSTGRESQL if on_postgresql else ON_SQLITE
    port = free_port()
    os.environ["STANDFIRST_REHEARSAL_URL"] = f"http://127.0.0.1:{port}"
    try:
        paid = site.run("bench.hooks", "pay", str(GIFTS))
        with site.served(STANDFIRST_REHEARSAL_URL=f"http://127.0.0.1:{port}") as served:
            with _watching(site, len(TYPES) * GIFTS) as watch:
                sent = _send(served.url, paid)
                booked_at = float(watch.communicate(timeout=BOOKED_SECONDS_MAX)[0])
            found = site.run("bench.hooks", "counted")
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"not all messages were booked within {BOOKED_SECONDS_MAX} seconds") from None
    finally:
        del os.environ["STANDFIRST_REHEARSAL_URL"]
    database = "PostgreSQL" if on_postgresql else "SQLite"
    whole = found["payments"] == found["transfers"] == GIFTS and found["states"] == ["done"] and not found["broken"]
    rate = sent["messages"] / (booked_at - sent["began"])
    lost = f"{found['payments']} payments of {GIFTS} gifts, books {'sound' if not found['broken'] else 'broken'}"
    return [
        Row(f"messages of the payment service booked on {database}", f"{rate:.0f}/s", f"≥ {must}/s", rate >= must),
        Row("none lost, none counted twice", lost, f"{GIFTS} payments", whole),
        Row("time until such a message is kept", f"median {sent['median_ms']:.0f} ms, p99 {sent['p99_ms']:.0f} ms"),
    ]


@contextmanager
def _watching(site: Site, messages: int) -> Iterator[subprocess.Popen[str]]:
    """Run what waits until so many messages are booked and prints the moment; it is up when the block begins."""
    command = (sys.executable, "-m", "bench.hooks", "booked", str(messages))
    environment = os.environ | ENVIRONMENT | site.environment
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as watch:
        try:
            if watch.stdout is None or watch.stdout.readline() != "ready\n":
                raise NotMeasured("what watches the inbox did not start")
            yield watch
        finally:
            watch.kill()


def _send(url: str, paid: dict[str, object]) -> dict[str, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(paid, file)
        file.flush()
        command = (sys.executable, "-m", "bench.webhooks", url, file.name, str(CONNECTIONS))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"the sender failed: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def messages(abouts: list[list[str]]) -> list[bytes]:
    """Return the bodies; the last is sent first."""
    dice = random.Random(7)
    sent: list[tuple[float, bytes]] = []
    for number, about in enumerate(abouts):
        _session, payment, _charge = about
        for kind, ref in zip(TYPES, about, strict=True):
            event = {"id": f"evt_bench_{number}_{kind}", "object": "event", "type": kind, "livemode": False}
            event |= {"api_version": "2026-10-28.endive", "data": {"object": thing(ref, payment)}}
            sent.append((number + dice.uniform(0, NEIGHBOURS), json.dumps(event).encode()))
    sent += [(dice.uniform(at, len(abouts) + NEIGHBOURS), body) for at, body in sent[::TWICE]]
    return [body for _at, body in sorted(sent, reverse=True)]


def thing(ref: str, payment: str) -> dict[str, str]:
    """Return as much of what a message is about as anybody reads; the double's and Stripe's messages carry it whole."""
    return {"id": ref, "object": "x"} | ({} if ref == payment else {"payment_intent": payment})


def main() -> None:
    """Send all messages over some connections; print how long that took."""
    url, file, connections = sys.argv[1:]
    paid = json.loads(Path(file).read_text(encoding="utf-8"))
    left, times, lock = messages(paid["abouts"]), [], threading.Lock()
    count = len(left)

    def send() -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        while True:
            with lock:
                if not left:
                    return
                body = left.pop()
            headers = {"Content-Type": "application/json"}
            headers["Stripe-Signature"] = signature(body, paid["secret"], int(time.time()))
            began = time.monotonic()
            connection.request("POST", PATH, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"answered {answer.status}")
            times.append(time.monotonic() - began)

    began = time.monotonic()
    threads = [threading.Thread(target=send) for _ in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    times.sort()
    found = {"messages": len(times), "began": began, "seconds": seconds, "median_ms": 1000 * times[len(times) // 2]}
    if len(times) != count:
        raise SystemExit(f"{count - len(times)} messages were not answered with 200")
    print(json.dumps(found | {"p99_ms": 1000 * times[len(times) * 99 // 100]}))


if __name__ == "__main__":
    main()
