"""What is checked and made before a site is served."""

from django.conf import settings

from standfirst.stories.publishing import found_publication
from standfirst.web import exits, static_files
from standfirst.web.processes import start_record
from standfirst.web.processes.readiness import unready
from standfirst.web.terminal import complain, say


def prepare() -> int:
    """Collect the static files if an upgrade changed them; complain of a site that cannot be served. An exit code."""
    wrong = unready()
    if wrong:
        complain(str(wrong))
        return exits.NOT_READY
    try:
        found_publication()  # the site's address may have been changed in its settings
        if static_files.ensure_collected():
            say("The static files were collected anew for this version.")
        start_record.write(settings.STANDFIRST)
    except OSError as error:
        complain(f"the data folder cannot be written: {error}")
        return exits.FAILED
    return exits.FINE
