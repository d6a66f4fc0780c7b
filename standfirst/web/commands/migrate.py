"""``standfirst migrate``: bring the database and the static files up to the installed version."""

import argparse

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError

from standfirst.stories.publishing import found_publication
from standfirst.web import exits, static_files
from standfirst.web.processes import start_record
from standfirst.web.processes.readiness import one_line
from standfirst.web.terminal import complain, say


def run(_arguments: argparse.Namespace) -> int:
    """Migrate and collect; both do nothing where nothing is to be done."""
    try:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        found_publication()
    except (DatabaseError, OSError) as error:
        complain(f"the database could not be migrated: {one_line(error)}")
        return exits.NOT_READY
    static_files.ensure_collected()
    start_record.write(settings.STANDFIRST)
    say("The database and the static files are those of this version.")
    return exits.FINE
