"""``standfirst import SOURCE FILE …``: stories, pictures and comments from another system."""

import argparse

from standfirst.web.commands.pass_on import pass_on


def run(arguments: argparse.Namespace) -> int:
    """Hand the files to the importer of ``SOURCE``."""
    return pass_on(f"import_{arguments.source}", arguments.rest, shown=f"import {arguments.source}")
