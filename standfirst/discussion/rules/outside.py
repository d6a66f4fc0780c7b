"""Services outside that are asked before a comment is published: Akismet, and one of the site's own choice.

They are asked outside of any transaction, side by side, for two seconds at the most. Whatever goes wrong,
the comment is held and a person looks: a service that is away neither loses comments nor lets
them through. One that failed is left alone for half a minute, so that nobody waits for it in vain.
What each is told stands in docs/operating/moderation.md; nothing else leaves the site.
"""

import hashlib
import hmac
import http.client
import json
import logging
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError, wait  # noqa: A004 - it is the same
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from standfirst.discussion.models import REASON_LENGTH_MAX, Thread
from standfirst.discussion.pipeline import Draft, Outcome
from standfirst.discussion.rules.refusals import RefusedByRule
from standfirst.discussion.rules.sent import Sent
from standfirst.kit import clock
from standfirst.kit.text import clean_line

SECONDS_MAX = 2.0  # for all services together, from the first byte sent to the last read
REST_SECONDS = 30.0  # after a failure
ANSWER_BYTES_MAX = 64 * 1024  # a verdict has hundreds
CALLS_MAX = 8  # at once; more would wait for the same slow service
SIGNATURE_HEADER = "Standfirst-Signature"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a service said: a reason to hold, or with ``refuse`` to refuse; "" for neither."""

    reason: str = ""
    refuse: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What services are asked about."""

    site: str
    thread_key: str
    thread_title: str
    thread_url: str
    name: str
    text: str
    html: str
    address: str = field(repr=False)
    agent: str = field(repr=False)


type Ask = Callable[[Question], Verdict]


class ServiceFailed(Exception):
    """A service gave no answer that we understand. The message holds no secret."""


def asked(thread: Thread, draft: Draft, outcome: Outcome, sent: Sent) -> Outcome:
    """Return ``outcome``, or to hold, as the services say. What is held anyway is shown to none. RefusedByRule.

    Without services, this does nothing at all.
    """
    services = configured()
    if not services or outcome.hold:
        return outcome
    question = Question(
        site=settings.BASE_URL,
        thread_key=thread.key,
        thread_title=thread.title,
        thread_url=f"{settings.BASE_URL}{thread.url}",
        name=draft.name,
        text=draft.text,
        html=draft.html,
        address=sent.address,
        agent=sent.agent,
    )
    reasons: list[str] = []
    for verdict in _answers(services, question):
        if verdict.refuse:
            raise RefusedByRule(told=verdict.reason)
        reasons += [verdict.reason] if verdict.reason else []
    return replace(outcome, hold=reasons[0]) if reasons else outcome


def configured() -> dict[str, Ask]:
    """Return the services that the settings name."""
    found = settings.STANDFIRST
    return _named(found.akismet_key, found.akismet_url, found.moderation_url, found.moderation_secret)


@cache
def _named(akismet_key: str, akismet_url: str, moderation_url: str, moderation_secret: str) -> dict[str, Ask]:
    services: dict[str, Ask] = {}
    if akismet_key:
        services["akismet"] = Akismet(akismet_key, akismet_url)
    if moderation_url and moderation_secret:
        services["moderation"] = Hook(moderation_url, moderation_secret)
    return services


class Akismet:
    """Akismet's comment-check: it is told the address and the browser, without which it takes no question."""

    def __init__(self, key: str, origin: str) -> None:
        self._key, self._url = key, f"{origin}/1.1/comment-check"

    def __call__(self, question: Question) -> Verdict:
        """Ask."""
        form = {
            "api_key": self._key,
            "blog": question.site,
            "user_ip": question.address,
            "user_agent": question.agent,
            "permalink": question.thread_url,
            "comment_type": "comment",
            "comment_author": question.name,
            "comment_content": question.text,
            "blog_charset": "UTF-8",
        }
        body = _called(self._url, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        said = body.strip().lower()
        if said not in {b"true", b"false"}:
            raise ServiceFailed("Akismet answered neither true nor false; is the key right?")
        return Verdict("akismet" if said == b"true" else "")


class Hook:
    """The site's own service: a signed question in JSON, a verdict in JSON. It is told no address and no key."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret

    def __call__(self, question: Question) -> Verdict:
        """Ask."""
        body = json.dumps(
            {
                "version": 1,
                "id": uuid.uuid4().hex,
                "site": question.site,
                "thread": {
                    "key": question.thread_key,
                    "title": question.thread_title,
                    "url": question.thread_url,
                },
                "comment": {"name": question.name, "text": question.text, "html": question.html},
            }
        ).encode()
        at = int(clock.machine_now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            SIGNATURE_HEADER: f"t={at},v1={signature(self._secret, at, body)}",
        }
        return _verdict_of(_called(self._url, body, headers))


def signature(secret: str, at: int, body: bytes) -> str:
    """Return the HMAC-SHA256 of the moment (seconds since 1970), a full stop and the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def _verdict_of(body: bytes) -> Verdict:
    try:
        said = json.loads(body)
        verdict, reason = said["verdict"], clean_line(str(said.get("reason") or ""))[:REASON_LENGTH_MAX]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ServiceFailed("the moderation service's answer is no verdict") from error
    if verdict == "publish":
        return Verdict()
    if verdict == "hold":
        return Verdict(reason or "service")
    if verdict == "refuse":
        return Verdict(reason or "", refuse=True)
    raise ServiceFailed("the moderation service's verdict is none of publish, hold and refuse")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow none: comments go to the address that was set and nowhere else."""


def _called(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    where = urlsplit(url).netloc
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - checked setting
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS_MAX) as response:
            answer: bytes = response.read(ANSWER_BYTES_MAX + 1)
            status = response.status
    except urllib.error.HTTPError as error:
        error.close()
        raise ServiceFailed(f"{where} answered {error.code}") from None
    except (OSError, http.client.HTTPException) as error:
        raise ServiceFailed(f"{where} cannot be reached: {type(getattr(error, 'reason', error)).__name__}") from None
    if status != 200 or len(answer) > ANSWER_BYTES_MAX:
        raise ServiceFailed(f"{where} answered {status} with {len(answer)} bytes")
    return answer


class _Rests:
    """Which services are left alone for a while. One for the process."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def rests(self, name: str) -> bool:
        """Say whether the service has just failed."""
        with self._lock:
            return time.monotonic() < self._until.get(name, 0.0)

    def failed(self, name: str, why: str) -> None:
        """Leave it alone from now on."""
        log.warning("the service %s is left alone for %d s: %s", name, REST_SECONDS, why)
        with self._lock:
            self._until[name] = time.monotonic() + REST_SECONDS

    def forget(self) -> None:
        """Ask all again."""
        with self._lock:
            self._until.clear()


rests = _Rests()


@cache
def _pool() -> ThreadPoolExecutor:
    # In a thread each, as no time-out of a socket bounds a name server or an answer that comes byte by byte.
    return ThreadPoolExecutor(CALLS_MAX, thread_name_prefix="moderation service")


def _answers(services: dict[str, Ask], question: Question) -> list[Verdict]:
    """Ask all that do not rest; whoever does not answer in time says "hold"."""
    calls: dict[str, Future[Verdict]] = {
        name: _pool().submit(ask, question) for name, ask in services.items() if not rests.rests(name)
    }
    wait(calls.values(), timeout=SECONDS_MAX)
    return [_answer(name, calls.get(name)) for name in services]


def _answer(name: str, call: "Future[Verdict] | None") -> Verdict:
    away = Verdict("service_away")
    if call is None:
        return away
    try:
        return call.result(timeout=0)
    except TimeoutError:
        call.cancel()
        rests.failed(name, f"no answer in {SECONDS_MAX} s")
    except ServiceFailed as error:
        rests.failed(name, str(error))
    except Exception:
        log.exception("asking the service %s", name)
        rests.failed(name, "an error of ours")
    return away
