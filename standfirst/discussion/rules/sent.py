"""How a comment was sent: from where, by a script or by hand, how soon, and with which proof."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request says beside the words. ``address`` is compared with ranges and never kept.

    ``seconds`` since the page was opened are told by the script; None from a form that was sent without.
    ``scripted``: whoever sent it can solve a challenge. ``agent`` is the browser's name, for Akismet alone.
    """

    address: str = ""
    scripted: bool = False
    seconds: float | None = None
    solution: str = ""
    agent: str = ""


BY_HAND = Sent()
