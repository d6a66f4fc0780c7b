"""Gifts that reach the bank or the counter: staff record them, nobody else can confirm them."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from standfirst.funding.providers.protocol import (
    EventRef,
    EventRefused,
    Facts,
    GivenOnce,
    Intent,
    NotSetUp,
    Redirect,
    RefundFacts,
)
from standfirst.kit import clock
from standfirst.kit.money import Money


class Offline(GivenOnce):
    """Money that staff counted."""

    name: ClassVar[str] = "offline"
    refundable: ClassVar[bool] = True

    def start(self, intent: Intent) -> Redirect:
        """Refuse: there is no page on which a gift is paid offline."""
        raise NotSetUp

    def fetch(self, ref: str) -> Facts:
        """Refuse: staff alone know."""
        raise NotSetUp

    def verify(self, body: bytes, headers: Mapping[str, str]) -> list[EventRef]:
        """Refuse: nobody sends messages about money in an envelope."""
        raise EventRefused

    def refund(self, charge_ref: str, amount: Money, asked_as: uuid.UUID) -> RefundFacts:
        """Say that staff paid ``amount`` back by hand."""
        return RefundFacts(f"offline_{asked_as.hex}", amount, "done", clock.now(), asked_as)
