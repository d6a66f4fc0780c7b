"""Which campaigns a story may ask for. Stories know no campaigns: ``web`` says which there are."""

from collections.abc import Callable

type Names = Callable[[], list[tuple[str, str]]]

_names: list[Names] = []


def name_campaigns(names: Names) -> None:
    """Have editors choose among what ``names`` returns: pairs of a campaign's short name and its name."""
    _names[:] = [names]


def campaign_choices() -> list[tuple[str, str]]:
    """Return the campaigns that a story can show."""
    return _names[0]() if _names else []
