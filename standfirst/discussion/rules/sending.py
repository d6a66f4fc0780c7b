"""What a request says of how a comment was sent, and the answer that asks for a proof of work."""

import json

from django.http import HttpRequest, JsonResponse

from standfirst.accounts import addresses, challenges
from standfirst.discussion.rules.refusals import ChallengeNeeded
from standfirst.discussion.rules.sent import Sent

ASKED = 202
PURPOSE = "comment"  # of a challenge
SECONDS_FIELD = "took"
SOLUTION_FIELD = "altcha"
AGENT_LENGTH_MAX = 300  # characters; those of honest browsers have half as many
_DIGITS_MAX = 9


def sent_with(request: HttpRequest, *, scripted: bool = False) -> Sent:
    """Return how ``request`` was sent."""
    seconds = request.POST.get(SECONDS_FIELD, "")
    return Sent(
        address=addresses.of_request(request),
        scripted=scripted,
        seconds=float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) <= _DIGITS_MAX else None,
        solution=request.POST.get(SOLUTION_FIELD, ""),
        agent=request.headers.get("User-Agent", "")[:AGENT_LENGTH_MAX],
    )


def is_proven(sent: Sent) -> bool:
    """Say whether it came with a solved challenge. A solution is used up by this."""
    return bool(sent.solution) and challenges.solved(sent.solution, PURPOSE)


def challenge_response(refusal: ChallengeNeeded) -> JsonResponse:
    """Return the answer to a script: what to compute before it sends the form again.

    202, as nothing is refused for good: of a 4xx, browsers would tell the console of every reader who types fast.
    """
    answer = JsonResponse(
        {
            "code": refusal.code,
            "message": str(refusal),
            "field": refusal.field,
            "challenge": json.loads(challenges.make(PURPOSE)),
        },
        status=ASKED,
    )
    answer.headers["X-Refusal"] = refusal.code
    return answer
