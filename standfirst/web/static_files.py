"""The static files, collected into the data folder under names that carry their hash."""

from django.conf import settings
from django.core.management import call_command

from standfirst.web import start_record


def ensure_collected() -> bool:
    """Collect the static files if they are not those of the installed version. Return whether it was needed."""
    if start_record.static_is_recorded(settings.STANDFIRST):
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    return True
