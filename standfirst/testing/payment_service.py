"""A payment service that says what a test has it say; the double in ``rehearsal`` is for all but the order of news."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import (
    EventRef,
    EventRefused,
    Facts,
    GivenOnce,
    Intent,
    Movement,
    NotFound,
    NotSetUp,
    Provider,
    Redirect,
    RefundFacts,
)
from standfirst.kit.money import Money


class ScriptedService(GivenOnce):
    """Answers from ``facts`` (by what is asked about) and ``moved``; ``asked`` is what it was asked about."""

    name: ClassVar[str] = "stripe"
    refundable: ClassVar[bool] = True

    def __init__(self) -> None:
        self.facts: dict[str, Facts] = {}
        self.moved: list[Movement] = []
        self.asked: list[str] = []

    def start(self, intent: Intent) -> Redirect:
        """Refuse: nothing is paid here."""
        raise NotSetUp

    def fetch(self, ref: str) -> Facts:
        """Say what the script says about ``ref``."""
        self.asked.append(ref)
        if ref not in self.facts:
            raise NotFound(ref=ref)
        return self.facts[ref]

    def verify(self, body: bytes, headers: Mapping[str, str]) -> list[EventRef]:
        """Refuse: messages are put into the inbox by the test."""
        raise EventRefused

    def refund(self, charge_ref: str, amount: Money, asked_as: uuid.UUID) -> RefundFacts:
        """Refuse: a script has its refunds written in it."""
        raise NotSetUp

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """Say what moved, newest first."""
        return [movement for movement in reversed(self.moved) if since <= movement.at < until]


@contextmanager
def scripted() -> Iterator[ScriptedService]:
    """Have the site ask a scripted service until the block ends."""
    service, real = ScriptedService(), registry.provider

    def provider(name: str) -> Provider:
        return service if name == service.name else real(name)

    registry.provider = provider
    try:
        yield service
    finally:
        registry.provider = real
