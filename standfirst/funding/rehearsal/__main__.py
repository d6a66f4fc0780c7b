"""``python -m standfirst.funding.rehearsal``: a payment service for rehearsals, on this machine alone.

The secrets come by the environment, so that they stand in no list of processes.
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from standfirst.funding.rehearsal.chaos import Chaos, Odds
from standfirst.funding.rehearsal.keys import API_KEY_VARIABLE, WEBHOOK_SECRET_VARIABLE, Secrets
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.kit import clock


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status."""
    given = _parser().parse_args(arguments)
    secrets = Secrets(os.environ.get(API_KEY_VARIABLE, ""), os.environ.get(WEBHOOK_SECRET_VARIABLE, ""))
    if not secrets.api_key or not secrets.webhook_secret:
        sys.stderr.write(f"rehearsal: {API_KEY_VARIABLE} and {WEBHOOK_SECRET_VARIABLE} must be set\n")
        return 2
    seed, odds = given.chaos
    given.data.parent.mkdir(parents=True, exist_ok=True)
    clock.follow(given.clock)
    try:
        rehearsal = Rehearsal(
            port=given.port,
            public_url=given.public_url.rstrip("/"),
            webhook_url=given.webhook_url,
            data=given.data,
            secrets=secrets,
            chaos=Chaos(odds, seed=seed),
        )
    except OSError as error:
        sys.stderr.write(f"rehearsal: cannot listen on port {given.port}: {error.strerror}\n")
        return 1
    # ``stop`` waits for the loop that runs below, so it needs a thread of its own.
    stopper = threading.Thread(target=rehearsal.stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None if stopper.is_alive() else stopper.start())
    rehearsal.serve_forever()
    stopper.join()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m standfirst.funding.rehearsal", description=__doc__)
    parser.add_argument("--port", type=int, default=8001, help="where to listen, on 127.0.0.1")
    parser.add_argument("--public-url", default="", help="the address at which a browser reaches the payment page")
    parser.add_argument("--webhook-url", required=True, help="where the site takes messages")
    parser.add_argument("--data", type=Path, required=True, help="the file that remembers everything")
    parser.add_argument("--clock", type=Path, default=None, help="the file that moves the clock, shared with the site")
    parser.add_argument(
        "--chaos", type=Odds.parse, default=(0, Odds()), help="trouble in percent: seed=7,drop=20,duplicate=20,delay=30"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
