"""``standfirst demo``: a sample publication."""

import argparse

from standfirst.web.commands.pass_on import pass_on


def run(arguments: argparse.Namespace) -> int:
    """Fill the site; a site that is not migrated is refused."""
    return pass_on("demo", arguments.rest, shown="demo")
