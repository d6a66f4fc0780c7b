"""The locale in which figures and dates are read and written just now."""

from django.utils.translation import get_language, to_locale


def current_locale() -> str:
    """Return the name of the locale, such as ``pt_BR``, of the language in use; ``en`` if there is none."""
    return to_locale(get_language() or "en")
