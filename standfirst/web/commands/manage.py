"""``standfirst manage …``: Django's management commands on the site."""

import argparse

from django.core.management import execute_from_command_line

from standfirst.web import exits


def run(arguments: argparse.Namespace) -> int:
    """Run the management command that was named."""
    execute_from_command_line(["standfirst manage", *(arguments.rest or ["help"])])
    return exits.FINE
