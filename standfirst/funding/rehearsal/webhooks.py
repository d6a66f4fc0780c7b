"""Messages to the site, signed as Stripe signs them, and sent again until the site accepts them."""

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException

from standfirst.funding.rehearsal.chaos import Chaos
from standfirst.funding.rehearsal.state import Delivery, State, now_ms

SECONDS_TO_ANSWER = 10
TRIES_MAX = 60
FIRST_WAIT_MS = 500
LONGEST_WAIT_MS = 30_000
LOOK_SECONDS = 1  # the longest sleep; a new message wakes the sender at once


def signature(body: bytes, secret: str, at: int) -> str:
    """Return the header ``Stripe-Signature`` for ``body`` at the second ``at``."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Sender:
    """Sends what is due, in a thread of its own. What is not accepted is sent again, later and later."""

    def __init__(self, state: State, *, url: str, secret: str, chaos: Chaos) -> None:
        self.state = state
        self.url = url
        self._secret = secret
        self._chaos = chaos
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what was not sent is sent after the next start."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(SECONDS_TO_ANSWER)

    def notify(self, event_id: str) -> None:
        """Have an event sent soon. Call it inside the change that made the event."""
        for delay_ms in self._chaos.deliveries():
            self.state.schedule(event_id, now_ms() + delay_ms)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            for delivery in self.state.due(now_ms()):
                if self._stopped.is_set():
                    return
                self._deliver(delivery)
            soon = self.state.next_due_ms()
            wait_ms = LOOK_SECONDS * 1000 if soon is None else max(0, min(soon - now_ms(), LOOK_SECONDS * 1000))
            self._wake.wait(wait_ms / 1000)

    def _deliver(self, delivery: Delivery) -> None:
        event = self.state.find(delivery.event_id, "event")
        accepted = event is None or (not self._chaos.drops() and self._post(json.dumps(event).encode()))
        if accepted or delivery.tries >= TRIES_MAX:
            self.state.delivered(delivery.number)
        else:
            wait_ms = min(FIRST_WAIT_MS << min(delivery.tries, 20), LONGEST_WAIT_MS)
            self.state.postpone(delivery.number, now_ms() + wait_ms)

    def _post(self, body: bytes) -> bool:
        at = int(time.time())
        request = urllib.request.Request(  # noqa: S310 - the address is the host's own
            self.url,
            data=body,
            headers={"Content-Type": "application/json", "Stripe-Signature": signature(body, self._secret, at)},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as response:  # noqa: S310 - as above
                status: int = response.status
                return 200 <= status < 300
        except (urllib.error.URLError, OSError, HTTPException):
            return False
