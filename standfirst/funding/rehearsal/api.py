"""Stripe's API, as much of it as the site uses: each request is held to the contract, each key answered once."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standfirst.funding.rehearsal import contract
from standfirst.funding.rehearsal.bank import Bank
from standfirst.funding.rehearsal.errors import BAD_REQUEST, Refused
from standfirst.funding.rehearsal.state import Thing

SERVER_ERROR = 500
LIST_MOST = 100
_EXPANDABLE = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its parameters by name, and the id in its path."""

    given: dict[str, Any]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; ``replayed`` when an earlier answer was repeated."""

    status: int
    body: Thing
    replayed: bool = False


class Api:
    """Answers requests. One at a time may change anything."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self._routes: list[tuple[str, re.Pattern[str], str, Callable[[Asked], Thing]]] = [
            ("POST", re.compile("checkout/sessions"), "SessionCreateParams", self._open_session),
            ("GET", re.compile("checkout/sessions/([^/]+)"), "SessionRetrieveParams", self._session),
            ("POST", re.compile("checkout/sessions/([^/]+)/expire"), "SessionExpireParams", self._expire),
            ("GET", re.compile("payment_intents/([^/]+)"), "PaymentIntentRetrieveParams", self._get("payment_intent")),
            ("GET", re.compile("charges/([^/]+)"), "ChargeRetrieveParams", self._get("charge")),
            ("GET", re.compile("balance_transactions/([^/]+)"), "", self._get("balance_transaction")),
            ("GET", re.compile("events/([^/]+)"), "", self._get("event")),
            ("GET", re.compile("events"), "EventListParams", self._events),
            ("POST", re.compile("refunds"), "RefundCreateParams", self._refund),
            ("GET", re.compile("refunds/([^/]+)"), "RefundRetrieveParams", self._get("refund")),
            ("GET", re.compile("refunds"), "RefundListParams", self._refunds),
            ("POST", re.compile("rehearsal/refunds/([^/]+)/failures"), "", self._fail_refund),
        ]

    def answer(self, method: str, path: str, form: str, key: str = "") -> Answer:
        """Answer a request below /v1/; the same ``key`` with the same request gets the same answer."""
        if method != "POST" or not key:
            return self._work(method, path, form)
        question = hashlib.sha256(f"{path}?{form}".encode()).hexdigest()
        with self.bank.state.change():
            known = self.bank.state.answer_of(key)
            if known is None:
                answer = self._work(method, path, form)
                if answer.status < SERVER_ERROR:
                    self.bank.state.keep_answer(key, question, answer.status, answer.body)
                return answer
        if known[0] != question:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            return Answer(BAD_REQUEST, {"error": {"type": "idempotency_error", "message": message}})
        return Answer(known[1], known[2], replayed=True)

    def _work(self, method: str, path: str, form: str) -> Answer:
        try:
            return Answer(200, self._done(method, path, contract.parsed(form)))
        except Refused as refused:
            return Answer(refused.status, refused.body)

    def _done(self, method: str, path: str, given: Thing) -> Thing:
        for verb, pattern, kind, operation in self._routes:
            match = pattern.fullmatch(path)
            if verb == method and match:
                checked = contract.checked(kind, given) if kind else given
                with self.bank.state.change():
                    return self._expanded(operation(Asked(checked, *match.groups())), given.get("expand", []))
        raise Refused("", f"Unrecognized request URL ({method}: /v1/{path}).", status=404)

    def _expanded(self, thing: Thing, wanted: list[str]) -> Thing:
        for path in wanted:
            self._expand(thing, path.split("."))
        return thing

    def _expand(self, thing: Thing, steps: list[str]) -> None:
        name = steps[0]
        if name not in _EXPANDABLE or name not in thing:
            raise Refused("parameter_invalid", f"This property cannot be expanded ({name}).", "expand")
        if isinstance(thing[name], str):
            thing[name] = self.bank.get(thing[name], _EXPANDABLE[name])
        if len(steps) > 1 and thing[name] is not None:
            self._expand(thing[name], steps[1:])

    def _get(self, kind: str) -> Callable[[Asked], Thing]:
        return lambda asked: self.bank.get(asked.id, kind)

    def _open_session(self, asked: Asked) -> Thing:
        return self.bank.open_session(asked.given)

    def _session(self, asked: Asked) -> Thing:
        return self.bank.session(asked.id)

    def _expire(self, asked: Asked) -> Thing:
        return self.bank.expire(self.bank.session(asked.id))

    def _refund(self, asked: Asked) -> Thing:
        return self.bank.refund(asked.given)

    def _fail_refund(self, asked: Asked) -> Thing:
        return self.bank.fail_refund(asked.id)

    def _refunds(self, asked: Asked) -> Thing:
        charge = asked.given.get("charge")
        if charge is None and "payment_intent" in asked.given:
            charge = self.bank.get(asked.given["payment_intent"], "payment_intent")["latest_charge"]
        most = min(asked.given.get("limit", 10), LIST_MOST)
        return _listed("/v1/refunds", self.bank.state.of_kind("refund", parent=charge, most=most))

    def _events(self, asked: Asked) -> Thing:
        most = min(asked.given.get("limit", 10), LIST_MOST)
        return _listed("/v1/events", self.bank.state.of_kind("event", most=most))


def _listed(url: str, data: list[Thing]) -> Thing:
    return {"object": "list", "url": url, "has_more": False, "data": data}
