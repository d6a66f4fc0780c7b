"""Messages with a link in a header: that header stays in one line.

A line of more than 78 characters without a space would be folded into encoded words, and then no mail program finds the
link in it by which one unsubscribes at a press (RFC 8058). A line may have 998 characters (RFC 5322, 2.1.1).
"""

import email.policy
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from typing import Any

from django.core.mail import EmailMultiAlternatives

UNFOLDED = ("List-Unsubscribe",)


class OneLine(UnstructuredHeader):
    """A header that is written as it stands. Whoever sets it has looked for line ends and other letters."""

    def fold(self, *, policy: email.policy.Policy) -> str:
        """Return the header's line."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]  # what the registry mixes in


class Message(EmailMultiAlternatives):
    """A message whose headers in UNFOLDED stay in one line."""

    def message(self, *, policy: Any = email.policy.default) -> EmailMessage:
        """Return it as the mail server gets it."""
        registry = HeaderRegistry()
        for name in UNFOLDED:
            registry.map_to_type(name, OneLine)  # type: ignore[arg-type]  # it mixes in the rest
        made: EmailMessage = super().message(policy=policy.clone(header_factory=registry))
        return made
