"""The locale in which figures and dates are read and written just now."""

from babel import Locale
from django.utils.translation import get_language, to_locale

from standfirst.kit.money import Money

_ISOLATED = "\u2068{}\u2069"  # first-strong isolate, and its end


def current_locale() -> str:
    """Return the name of the locale, such as ``pt_BR``, of the language in use; ``en`` if there is none."""
    return to_locale(get_language() or "en")


def shown(amount: Money, locale: str = "") -> str:
    """Return ``amount`` as the language in use, or ``locale``, writes it inside of a sentence.

    Where one writes from right to left it is isolated: the words around it keep their order, whatever their script.
    """
    chosen = locale or current_locale()
    text = amount.show(chosen)
    return _ISOLATED.format(text) if Locale.parse(chosen).text_direction == "rtl" else text
