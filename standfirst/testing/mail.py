"""A mail server on loopback that keeps what it is given, and can be told to refuse."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from django.conf import settings
from django.test import override_settings


class MailServer:
    """What was delivered, and what the server answers to a recipient or to a letter ("": it takes it)."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuse_recipient = ""
        self.refuse_letter = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take or refuse a letter."""
        if self.refuse_letter:
            return self.refuse_letter
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_mail_server() -> Iterator[MailServer]:
    """Run a mail server and have the site send through it."""
    with a_mail_server_at(free_port()) as server:  # the controller cannot tell which port it was given
        options = {"host": "127.0.0.1", "port": server.port, "timeout": 5}
        mailers = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
        with override_settings(MAILERS=mailers, DEFAULT_FROM_EMAIL=settings.DEFAULT_FROM_EMAIL):
            yield server


@contextmanager
def a_mail_server_at(port: int) -> Iterator[MailServer]:
    """Run a mail server on ``port``, for a site in processes of its own."""
    server = MailServer(port)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
