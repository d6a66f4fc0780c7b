"""``standfirst rehearsal``: play a month in a minute, on a site that takes no real money."""

import argparse
import os
import time
from datetime import datetime
from pathlib import Path

from standfirst.kit import clock
from standfirst.web import configuration, exits
from standfirst.web.terminal import complain, say


def run(arguments: argparse.Namespace) -> int:
    """Move or show the clock. Refused where real money is taken; nonsense changes nothing.

    Returns when a running site has followed, so that whoever looks next sees no page of another time.
    """
    config = configuration.read(Path(os.environ["STANDFIRST_SITE"]))
    if config.mode != "rehearsal":
        complain("STANDFIRST_MODE is live: the clock of a site that takes real money is never moved.")
        return exits.FAILED
    try:
        step = getattr(arguments, "step", "")
        if not step:
            say(_shown(clock.machine_now() + clock.read_ahead(config.clock_file)))
            return exits.FINE
        moment = clock.move(config.clock_file, step)
    except clock.BadStep as error:
        complain(f"{error}.")
        return exits.USAGE
    except OSError as error:
        complain(f"the clock cannot be moved: {error}")
        return exits.FAILED
    time.sleep(clock.FOLLOWED_AFTER_SECONDS)
    say(_shown(moment))
    say("A running site has followed; what fell due on the way is billed in its order.")
    return exits.FINE


def _shown(moment: datetime) -> str:
    ahead = moment - clock.machine_now()
    return f"The clock of this site shows {moment:%Y-%m-%d %H:%M} UTC, {_span(round(ahead.total_seconds() / 60))}."


def _span(minutes: int) -> str:
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return f"{' '.join(parts)} ahead of the machine" if parts else "the machine's own time"
