"""Proof of work (ALTCHA): a few seconds of computing that one reader does not mind and a machine cannot afford often.

Our own page asks, our own script computes, our own server checks: no request leaves the site. A
challenge is made for a purpose (``gift``, ``comment``), and its solution is good for that one, once.
"""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from django.utils.crypto import salted_hmac

from standfirst.accounts.models import SpentChallenge
from standfirst.delivery.changes import verb
from standfirst.kit import clock

ALGORITHM = "PBKDF2/SHA-256"  # every browser computes it natively
COST = 4_000  # rounds for one attempt, about two milliseconds
COUNTER_MIN, COUNTER_MAX = 400, 1_200  # attempts until the right one: one to three seconds on a phone
GOOD_FOR = timedelta(minutes=20)  # to fill in the form again at leisure
SOLUTION_LENGTH_MAX = 4_000  # characters; a solution has about nine hundred
_SALT = "standfirst.accounts.challenge"


def make(purpose: str) -> str:
    """Return a new challenge as JSON, for the script ``accounts/proof.js``."""
    challenge = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=COUNTER_MIN + secrets.randbelow(COUNTER_MAX - COUNTER_MIN),
        expires_at=clock.now() + GOOD_FOR,
        hmac_secret=_secret(purpose, "challenge"),
        hmac_key_secret=_secret(purpose, "key"),
    )
    return json.dumps(challenge.to_dict())


def solved(solution: str, purpose: str) -> bool:
    """Say whether ``solution``, as the script sends it, is right, in time, and seen for the first time.

    A right one is written down, in a transaction of its own: of two at once, one is the first.
    """
    if not solution or len(solution) > SOLUTION_LENGTH_MAX or not _ours_in_form(solution):
        return False
    verdict = altcha.verify_solution(solution, _secret(purpose, "challenge"), hmac_key_secret=_secret(purpose, "key"))
    if not verdict.verified:
        return False
    challenge = _read(solution)["challenge"]
    expires_at = datetime.fromtimestamp(challenge["parameters"]["expiresAt"], tz=UTC)
    return spend(signature=challenge["signature"], expires_at=expires_at)


@verb
def spend(*, signature: str, expires_at: datetime) -> bool:
    """Say whether a challenge is used for the first time; a unique constraint decides. Touches nothing."""
    digest = salted_hmac(_SALT, signature, algorithm="sha256").hexdigest()
    return SpentChallenge.objects.get_or_create(digest=digest, defaults={"expires_at": expires_at})[1]


def forget() -> int:
    """Delete what is too late to be used again; return how many rows. Scheduled."""
    return SpentChallenge.objects.filter(expires_at__lt=clock.now()).delete()[0]


def _ours_in_form(solution: str) -> bool:
    # Whoever made this up must not make us compute: only what a challenge of ours says is verified.
    try:
        parameters = _read(solution)["challenge"]["parameters"]
        return parameters["algorithm"] == ALGORITHM and parameters["cost"] == COST and "keySignature" in parameters
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _read(solution: str) -> Any:
    return json.loads(base64.b64decode(solution, validate=True))


def _secret(purpose: str, what: str) -> bytes:
    return salted_hmac(_SALT, f"{purpose}|{what}", algorithm="sha256").digest()
