"""``standfirst mail suppress ADDRESS | release ADDRESS | bounces FILE``: to which addresses nothing is sent."""

import argparse
from pathlib import Path

from standfirst.kit.errors import Refusal
from standfirst.mail import bounces, suppression
from standfirst.web import exits
from standfirst.web.processes.readiness import unready
from standfirst.web.terminal import complain, say


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for."""
    wrong = unready()
    if wrong:
        complain(str(wrong))
        return exits.NOT_READY
    try:
        if arguments.act == "bounces":
            return take_in(Path(arguments.report))
        return {"suppress": suppress, "release": release}[arguments.act](arguments.address)
    except (Refusal, OSError, UnicodeDecodeError) as error:
        complain(str(error))
        return exits.FAILED


def suppress(address: str) -> int:
    """Send nothing there any more."""
    say(f"{suppression.suppress(address=address).address} gets no mail any more.")
    return exits.FINE


def release(address: str) -> int:
    """Let letters go there again."""
    if not suppression.lift(address=address):
        complain(f"{address} was not suppressed.")
        return exits.FAILED
    say(f"{address} may get mail again.")
    return exits.FINE


def take_in(report: Path) -> int:
    """Suppress what a report names."""
    text = report.read_text(encoding="utf-8")
    if text.lstrip().startswith("{"):
        found = bounces.read(text)
    else:
        lines = (line.strip() for line in text.splitlines())
        found = [bounces.Bounce(line, suppression.BOUNCED, "") for line in lines if line and not line.startswith("#")]
    say(f"{bounces.take_in(bounces=found)} of {len(found)} addresses get no mail any more.")
    return exits.FINE
