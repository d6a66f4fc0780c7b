"""How the rehearsal says no, in Stripe's words."""

from typing import Any

BAD_REQUEST = 400


class Refused(Exception):
    """A request that Stripe would refuse, with Stripe's code."""

    def __init__(self, code: str, message: str, param: str = "", *, status: int = BAD_REQUEST, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "error": {"type": kind or "invalid_request_error", "code": code, "message": message}
            | ({"param": param} if param else {})
        }
