"""What is checked and made before a site is served, in a process that ends and frees its memory.

python -m standfirst.web.supervisor_preflight
"""

import sys

from django.conf import settings

from standfirst.stories.publishing import found_publication
from standfirst.web import exits, start_record, static_files
from standfirst.web.readiness import unready
from standfirst.web.terminal import complain, say


def main() -> int:
    """Refuse a site that cannot be served; collect the static files if an upgrade changed them."""
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


if __name__ == "__main__":
    sys.exit(main())
