"""Stripe's API, as much of it as the site uses: each request is held to the contract, each key answered once."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standfirst.funding.rehearsal import contract, control
from standfirst.funding.rehearsal.bank import Bank
from standfirst.funding.rehearsal.errors import BAD_REQUEST, Refused
from standfirst.funding.rehearsal.expansion import Expansion
from standfirst.funding.rehearsal.ground import listed
from standfirst.funding.rehearsal.state import Thing

SERVER_ERROR = 500
LIST_MOST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its parameters by name, and what its path names."""

    given: dict[str, Any]
    id: str = ""
    about: str = ""


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
        self.expansion = Expansion(bank)
        get = self._get
        self._routes: list[tuple[str, re.Pattern[str], str, Callable[[Asked], Thing]]] = [
            (verb, re.compile(path), kind, operation)
            for verb, path, kind, operation in (
                ("POST", "checkout/sessions", "checkout.SessionCreateParams", self._open_session),
                ("GET", "checkout/sessions/([^/]+)", "checkout.SessionRetrieveParams", self._session),
                ("POST", "checkout/sessions/([^/]+)/expire", "checkout.SessionExpireParams", self._expire),
                ("GET", "payment_intents/([^/]+)", "PaymentIntentRetrieveParams", get("payment_intent")),
                ("GET", "charges/([^/]+)", "ChargeRetrieveParams", get("charge")),
                ("GET", "balance_transactions/([^/]+)", "", get("balance_transaction")),
                ("GET", "balance_transactions", "BalanceTransactionListParams", self._listing("balance_transaction")),
                ("GET", "events/([^/]+)", "", get("event")),
                ("GET", "events", "EventListParams", self._listing("event")),
                ("POST", "refunds", "RefundCreateParams", self._refund),
                ("GET", "refunds/([^/]+)", "RefundRetrieveParams", get("refund")),
                ("GET", "refunds", "RefundListParams", self._listing("refund")),
                ("GET", "disputes/([^/]+)", "DisputeRetrieveParams", get("dispute")),
                ("GET", "disputes", "DisputeListParams", self._listing("dispute")),
                ("GET", "invoices/([^/]+)", "InvoiceRetrieveParams", get("invoice")),
                ("GET", "invoice_payments", "InvoicePaymentListParams", self._invoice_payments),
                ("GET", "customers/([^/]+)", "CustomerRetrieveParams", get("customer")),
                ("GET", "payouts/([^/]+)", "PayoutRetrieveParams", get("payout")),
                ("GET", "payouts", "PayoutListParams", self._listing("payout")),
                ("GET", "subscriptions/([^/]+)", "SubscriptionRetrieveParams", get("subscription")),
                ("POST", "subscriptions/([^/]+)", "SubscriptionUpdateParams", self._change_subscription),
                ("DELETE", "subscriptions/([^/]+)", "SubscriptionCancelParams", self._cancel_subscription),
                ("POST", "billing_portal/sessions", "billing_portal.SessionCreateParams", self._portal),
                ("POST", "rehearsal/([a-z-]+)/([^/]*)", "", self._control),
            )
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
                    self.bank.catch_up()
                    answer = operation(Asked(checked, *match.groups()))
                    return self.expansion.expanded(answer, given.get("expand", []))
        raise Refused("", f"Unrecognized request URL ({method}: /v1/{path}).", status=404)

    def _get(self, kind: str) -> Callable[[Asked], Thing]:
        return lambda asked: self.bank.get(asked.id, kind)

    def _open_session(self, asked: Asked) -> Thing:
        return self.bank.sessions.open(asked.given)

    def _session(self, asked: Asked) -> Thing:
        return self.bank.session(asked.id)

    def _expire(self, asked: Asked) -> Thing:
        return self.bank.sessions.expire(self.bank.session(asked.id))

    def _refund(self, asked: Asked) -> Thing:
        return self.bank.refund(asked.given)

    def _change_subscription(self, asked: Asked) -> Thing:
        return self.bank.billing.update(asked.id, asked.given)

    def _cancel_subscription(self, asked: Asked) -> Thing:
        return self.bank.billing.cancel(asked.id)

    def _portal(self, asked: Asked) -> Thing:
        return self.bank.open_portal(asked.given)

    def _control(self, asked: Asked) -> Thing:
        return control.carried_out(self.bank, asked.id, asked.about)

    def _invoice_payments(self, asked: Asked) -> Thing:
        intent = asked.given.get("payment", {}).get("payment_intent")
        return listed("/v1/invoice_payments", self.bank.state.of_kind("invoice_payment", parent=intent, most=LIST_MOST))

    def _listing(self, kind: str) -> Callable[[Asked], Thing]:
        return lambda asked: self._listed(kind, asked.given)

    def _listed(self, kind: str, given: dict[str, Any]) -> Thing:
        parent = given.get("charge") or given.get("source")
        if parent is None and "payment_intent" in given:
            parent = self.bank.get(given["payment_intent"], "payment_intent")["latest_charge"]
        most = min(given.get("limit", 10), LIST_MOST)
        created = given.get("created", {})
        bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
        found = self.bank.state.page(
            kind, parent=parent, most=most + 1, after=given.get("starting_after", ""), type=given.get("type"), **bounds
        )
        return listed(f"/v1/{kind}s", found[:most], more=len(found) > most)
