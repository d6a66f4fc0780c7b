"""``standfirst demo``: a sample publication."""

import argparse
from pathlib import Path

from django.conf import settings

from standfirst.demo.accounts import PASSWORD, known_sign_ins
from standfirst.web import exits
from standfirst.web.commands.pass_on import pass_on
from standfirst.web.commands.serve import SIGN_INS_FILE_NAME


def run(arguments: argparse.Namespace) -> int:
    """Fill the site, and leave word of the sign-ins for ``serve`` to print; a site that is not migrated is refused."""
    done = pass_on("demo", arguments.rest, shown="demo")
    if done == exits.FINE:
        leave_word(settings.DATA_FOLDER / SIGN_INS_FILE_NAME)
    return done


def leave_word(path: Path) -> None:
    """Write the sample's sign-ins to a file that its owner alone can read."""
    lines = [f"  {role.sign_in:<10} {role.display_name}: {role.may}" for role in known_sign_ins()]
    path.touch(mode=0o600)
    path.write_text("\n".join([f"Sign in on the desk with the password  {PASSWORD}  as", *lines, ""]), encoding="utf-8")
