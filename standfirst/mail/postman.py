"""The postman: sends what waits in the outbox, in a thread of the worker.

A letter is claimed, completed, handed to the mail server, and noted as sent: each step stands
by itself, and no transaction is open while the server is spoken to. Whoever is killed between
handing over and noting sends it once more; the ``Message-ID`` is the same then, so that most
mail programs show it once.
"""

import hashlib
import logging
import re
import smtplib
import threading
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from traceback import format_tb
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import mailers
from django.db import connection

from standfirst.mail import enclosures, outbox, suppression
from standfirst.mail.house import House, house
from standfirst.mail.models import Letter
from standfirst.mail.unfolded import Message

LOOK_EVERY_SECONDS = 2.0  # a look costs one short read
BATCH_MAX = 50  # letters over one connection; servers dislike more
SMTP_PERMANENT = 500  # codes from here on mean "never", below "not now" (RFC 5321, 4.2.1)

_WORD = re.compile(r"%%([a-z_]+)%%")
# "There is no such mailbox", and nothing else that a server may dislike (RFC 3463, 3.2 and 3.3).
_NO_SUCH_MAILBOX = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")

log = logging.getLogger(__name__)


def deliver() -> int:
    """Send what is due; return how many letters are with the mail server. Stops at a server that does not answer."""
    waiting = outbox.due(BATCH_MAX)
    if not waiting:
        return 0
    mailer = mailers["default"]
    done = 0
    try:
        for letter_id in waiting:
            letter = outbox.claim(letter_id=letter_id)
            if letter is None:
                continue
            try:
                done += _send(letter, mailer)
            except (OSError, smtplib.SMTPException) as error:
                # smtplib's errors are OSErrors; what one letter is to blame for is dealt with in _send.
                outbox.failed(letter=letter, why=_said(error))
                log.warning("the mail server takes nothing: %s", _said(error))
                break
    finally:
        _close(mailer)
    return done


def run(stop: threading.Event) -> None:
    """Deliver until ``stop`` is set; outlive a database that is away."""
    well = True
    while not stop.wait(LOOK_EVERY_SECONDS):
        try:
            while deliver() == BATCH_MAX and not stop.is_set():
                pass
            well = True
        except Exception:
            if well:
                log.exception("the postman stumbled and goes on")
            well = False
            connection.close()
    connection.close()


def start(stop: threading.Event) -> threading.Thread:
    """Start the postman's thread; it ends soon after ``stop`` is set."""
    thread = threading.Thread(target=run, args=(stop,), name="postman", daemon=True)
    thread.start()
    return thread


def message_of(letter: Letter, enclosure: enclosures.Enclosure, sender: House) -> Message:
    """Return ``letter`` as it goes out."""
    text, html = (_filled(part, enclosure.words) for part in (letter.text, letter.html))
    own = outbox.checked_headers(enclosure.headers)
    message = Message(
        subject=letter.subject,
        body=text,
        from_email=formataddr((sender.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[letter.to],
        reply_to=[sender.answers_to] if sender.answers_to else None,
        headers={"Message-ID": message_id(letter.key), "Auto-Submitted": "auto-generated", **letter.headers, **own},
    )
    if html:
        message.attach_alternative(html, "text/html")
    for each in enclosure.attachments:
        message.attach(each.name, each.content, each.media_type)
    return message


def message_id(key: str) -> str:
    """Return the ``Message-ID`` of the letter about ``key``: always the same, and it tells nobody what it is about."""
    site = urlsplit(settings.STANDFIRST.url).hostname
    return f"<{hashlib.sha256(f'{settings.SECRET_KEY}{key}'.encode()).hexdigest()[:32]}@{site}>"


def _filled(part: str, words: Mapping[str, str]) -> str:
    # In one go: what stands in a word is somebody's text, and may look like the name of another.
    return _WORD.sub(lambda found: words.get(found[1], found[0]), part)


def _send(letter: Letter, mailer: object) -> int:
    """Send one letter; what is the letter's own fault is noted, what is the server's is raised."""
    blocked = suppression.blocks(letter.to, letter.kind)
    if blocked:
        outbox.failed(letter=letter, why=f"suppressed: {blocked}", for_good=True)
        return 0
    try:
        enclosure = enclosures.build(letter.kind, letter.reference, letter.to)
        message = message_of(letter, enclosure, house())
        mailer.open()  # type: ignore[attr-defined]  # one connection for the batch
        mailer.send_messages([message])  # type: ignore[attr-defined]
    except enclosures.NothingToSend:
        outbox.dropped(letter=letter)
        return 0
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        outbox.failed(letter=letter, why=_said(error), for_good=bool(codes) and min(codes) >= SMTP_PERMANENT)
        if any(
            _NO_SUCH_MAILBOX.match(_decoded(text)) for code, text in error.recipients.values() if code >= SMTP_PERMANENT
        ):
            suppression.suppress(address=letter.to, reason=suppression.BOUNCED, note=_said(error))
        return 0
    except (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
        outbox.failed(letter=letter, why=_said(error))
        return 0
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - one letter's trouble must not hold up the others
        # Without the error's own words: they may repeat the address.
        log.error("letter %s: %s\n%s", letter.key, _said(error), "".join(format_tb(error.__traceback__)))  # noqa: TRY400
        outbox.failed(letter=letter, why=_said(error))
        return 0
    outbox.sent(letter=letter)
    return 1


def _close(mailer: object) -> None:
    try:
        mailer.close()  # type: ignore[attr-defined]
    except (OSError, smtplib.SMTPException):
        log.debug("the mail server hung up first", exc_info=True)


def _decoded(said: bytes | str) -> str:
    return said.decode("ascii", "replace") if isinstance(said, bytes) else said


def _said(error: Exception) -> str:
    """Return what is kept of an error: never the address, which a server likes to repeat."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "refused: " + ", ".join(str(code) for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__
