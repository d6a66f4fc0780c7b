"""The seam to what comes again: what a supporter's page asks of regular gifts, and who does it.

``acts`` speaks to whatever was named with ``carried_out_by``; that is the module ``subscriptions``.
"""

from datetime import datetime
from typing import Any, Protocol

from standfirst.funding.models import Subscription
from standfirst.funding.providers.protocol import NotSetUp
from standfirst.kit.money import Money


class Carrier(Protocol):
    """Changes a regular gift at the payment service and here. Each may refuse as the service does."""

    def change_amount(self, *, subscription: Subscription, amount: Money, by: Any = None) -> Any:
        """Give ``amount`` from the next payment on."""
        ...

    def skip_month(self, *, subscription: Subscription, by: Any = None) -> Any:
        """Leave out the next payment."""
        ...

    def pause(self, *, subscription: Subscription, resumes_at: datetime | None, by: Any = None) -> Any:
        """Take nothing until ``resumes_at``; None: until somebody resumes it."""
        ...

    def resume(self, *, subscription: Subscription, by: Any = None) -> Any:
        """Go on after a pause."""
        ...

    def cancel(self, *, subscription: Subscription, by: Any = None) -> Any:
        """End it now: nothing more is charged."""
        ...

    def card_page(self, subscription: Subscription, return_url: str) -> str:
        """Return where another card is entered."""
        ...


_carriers: list[Carrier] = []


def carried_out_by(carrier: Carrier) -> None:
    """Have ``carrier`` change regular gifts; the newest one counts."""
    _carriers.append(carrier)


def carrier() -> Carrier:
    """Return who changes regular gifts. Refusal: NotSetUp."""
    if not _carriers:
        raise NotSetUp
    return _carriers[-1]


def leave() -> None:
    """Take back the newest ``carried_out_by``."""
    if _carriers:
        _carriers.pop()
