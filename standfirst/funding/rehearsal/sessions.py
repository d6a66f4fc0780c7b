"""Checkout: pages on which something is paid, once or again and again."""

from typing import Any

from standfirst.funding.rehearsal.billing import MONTHS, Billing
from standfirst.funding.rehearsal.charges import EMAIL, Charges, Order
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.ground import Ground, new_id
from standfirst.funding.rehearsal.methods import DEBIT_DAYS, Methods
from standfirst.funding.rehearsal.state import Thing

AMOUNT_MINOR_LEAST = 50
AMOUNT_MINOR_MOST = 99_999_999
SESSION_AGE_SECONDS_LEAST = 1_790  # Stripe says thirty minutes; clocks may differ by some seconds
SESSION_AGE_SECONDS_MOST = 86_410
_DAY = 86_400


class Sessions:
    """Opens, pays and ends checkout sessions."""

    def __init__(self, ground: Ground, charges: Charges, billing: Billing, methods: Methods) -> None:
        self.ground = ground
        self.charges = charges
        self.billing = billing
        self.methods = methods
        ground.doers |= {"expiry": self._expire_unpaid, "debit": self.settle_debit}

    def open(self, given: dict[str, Any]) -> Thing:
        """Open a payment page. ``given`` has passed the contract."""
        mode, price = given["mode"], _price(given)
        _refuse_mixed(given, mode, price)
        for name in ("success_url", "cancel_url"):
            if not str(given.get(name, "")).startswith(("http://", "https://")):
                raise Refused("url_invalid", f"Not a valid URL: {name}", name)
        at = self.ground.now()
        expires_at = given.get("expires_at", at + _DAY)
        if not at + SESSION_AGE_SECONDS_LEAST <= expires_at <= at + SESSION_AGE_SECONDS_MOST:
            raise Refused("parameter_invalid", "expires_at must be 30 minutes to 24 hours from now", "expires_at")
        session_id = new_id("cs_test")
        session = {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": price["total"],
            "amount_total": price["total"],
            "cancel_url": given["cancel_url"],
            "client_reference_id": given.get("client_reference_id"),
            "created": at,
            "currency": price["currency"],
            "customer": None,
            "customer_details": None,
            "customer_email": given.get("customer_email"),
            "expires_at": expires_at,
            "invoice": None,
            "livemode": False,
            "metadata": given.get("metadata", {}),
            "mode": mode,
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "submit_type": given.get("submit_type"),
            "subscription": None,
            "success_url": given["success_url"],
            "ui_mode": "hosted_page",
            "url": f"{self.ground.public_url}/pay/{session_id}",
        }
        self.ground.note(
            session_id,
            description=price.get("product_data", {}).get("name", ""),
            intent_metadata=given.get("payment_intent_data", {}).get("metadata", {}),
            price=price,
            subscription_data=given.get("subscription_data", {}),
        )
        self.ground.state.fall_due(expires_at, "expiry", session_id)
        return self.ground.put(session)

    def session(self, session_id: str) -> Thing:
        """Return a session; one whose time is over is expired from now on."""
        found = self.ground.get(session_id, "checkout.session")
        if found["status"] == "open" and self.ground.now() >= found["expires_at"]:
            self.expire(found)
        return found

    def expire(self, session: Thing) -> Thing:
        """End a session that was not paid."""
        if session["status"] != "open":
            raise Refused("resource_invalid_state", "Only Checkout Sessions with a status of open can be expired.")
        session.update(status="expired", url=None)
        self.ground.put(session)
        self.ground.tell("checkout.session.expired", session)
        return session

    def _expire_unpaid(self, session_id: str) -> None:
        session = self.ground.get(session_id, "checkout.session")
        if session["status"] == "open":
            self.expire(session)

    def pay(self, session_id: str, *, method: str = "good", email: str = "") -> Thing:
        """Pay a session as a person would: once. A session that is over stays as it is."""
        session = self.session(session_id)
        if session["status"] != "open":
            return session
        email = email or session["customer_email"] or EMAIL
        session["customer_details"] = {"email": email, "name": None}
        session.update(status="complete", url=None)
        self.ground.state.forget_due("expiry", session_id)
        self._subscribe(session, method, email) if session["mode"] == "subscription" else self._take(
            session, method, email
        )
        self.ground.put(session)
        self.ground.tell("checkout.session.completed", session)
        return session

    def decline(self, session_id: str) -> Thing:
        """Refuse a card, as a bank would. The session stays open for another try."""
        session = self.session(session_id)
        if session["status"] != "open":
            return session
        if session["mode"] == "subscription":
            self._try_subscription(session, "refused", session["customer_email"] or EMAIL)
            return session
        intent, charge = self.charges.charge(self._order(session, EMAIL, None), "card_declined")
        session["payment_intent"] = intent["id"]
        self.ground.put(session)
        self.ground.tell("charge.failed", charge)
        self.ground.tell("payment_intent.payment_failed", intent)
        return session

    def settle_debit(self, charge_id: str, *, works: bool | None = None) -> None:
        """Have a bank debit arrive or bounce. Falls due by itself, days after it began."""
        pending = self.ground.get(charge_id, "charge")
        if pending["status"] != "pending":
            return
        self.ground.state.forget_due("debit", charge_id)
        if works is None:
            works = self.methods.works(self.ground.get(pending["payment_method"], "payment_method"))
        charge = self.charges.settle_later(charge_id, works=works)
        intent = self.ground.get(charge["payment_intent"], "payment_intent")
        invoice = self.billing.invoices.of_intent(intent["id"])
        session_id = self.ground.notes(intent["id"]).get("session")
        if invoice is not None:
            self.billing.debited(invoice, intent, charge, works=works)
        else:
            self.ground.tell("payment_intent.succeeded" if works else "payment_intent.payment_failed", intent)
            self.ground.tell("charge.succeeded" if works else "charge.failed", charge)
        if session_id:
            session = self.ground.get(session_id, "checkout.session")
            session["payment_status"] = "paid" if works else "unpaid"
            self.ground.put(session)
            ending = "succeeded" if works else "failed"
            self.ground.tell(f"checkout.session.async_payment_{ending}", session)

    def _take(self, session: Thing, kind: str, email: str) -> None:
        method = self.methods.method(None, kind, email)
        outcome = "pending" if method["type"] == "sepa_debit" else "succeeded"
        intent, charge = self.charges.charge(self._order(session, email, method), outcome)
        session["payment_intent"] = intent["id"]
        if outcome == "succeeded":
            session["payment_status"] = "paid"
            self.ground.tell("payment_intent.succeeded", intent)
            self.ground.tell("charge.succeeded", charge)
            return
        self.ground.note(intent["id"], session=session["id"])
        self.ground.tell("payment_intent.processing", intent)
        self.ground.state.fall_due(self.ground.now() + DEBIT_DAYS * _DAY, "debit", charge["id"])

    def _subscribe(self, session: Thing, kind: str, email: str) -> None:
        sub, outcome = self._try_subscription(session, kind, email)
        session.update(customer=sub["customer"], subscription=sub["id"], invoice=sub["latest_invoice"])
        session["payment_status"] = {"paid": "paid"}.get(outcome, "unpaid")
        if sub["status"] == "trialing":
            session["payment_status"] = "no_payment_required"
        for payment in self.billing.invoices.payments_of(sub["latest_invoice"]):
            self.ground.note(payment["payment"]["payment_intent"], session=session["id"])

    def _try_subscription(self, session: Thing, kind: str, email: str) -> tuple[Thing, str]:
        """Begin a subscription with a card, or go on with the one whose first card was declined."""
        known = self.ground.notes(session["id"])
        if "tried" in known:
            sub = self.ground.get(known["tried"], "subscription")
            method = self.methods.method(sub["customer"], kind, email)
            return self.billing.start_again(sub["id"], method)
        customer = self.methods.customer(email)
        method = self.methods.method(customer["id"], kind, email)
        sub, outcome = self.billing.start(known["price"], known["subscription_data"], customer["id"], method)
        self.ground.note(session["id"], tried=sub["id"])
        return sub, outcome

    def _order(self, session: Thing, email: str, method: Thing | None) -> Order:
        return Order(
            amount=session["amount_total"],
            currency=session["currency"],
            metadata=self.ground.notes(session["id"])["intent_metadata"],
            method=method,
            email=email,
            intent=session["payment_intent"] or "",
        )


def _price(given: dict[str, Any]) -> dict[str, Any]:
    lines = given.get("line_items") or []
    if len(lines) != 1 or "price_data" not in lines[0] or "unit_amount" not in lines[0]["price_data"]:
        raise Refused("parameter_missing", "The rehearsal takes one line item with price_data", "line_items")
    price = lines[0]["price_data"]
    total = price["unit_amount"] * lines[0].get("quantity", 1)
    if not AMOUNT_MINOR_LEAST <= total <= AMOUNT_MINOR_MOST:
        code = "amount_too_small" if total < AMOUNT_MINOR_LEAST else "amount_too_large"
        raise Refused(code, f"The total is not within {AMOUNT_MINOR_LEAST} and {AMOUNT_MINOR_MOST}", "line_items")
    return dict(price) | {"total": total}


def _refuse_mixed(given: dict[str, Any], mode: str, price: dict[str, Any]) -> None:
    """Refuse what belongs to the other mode, as Stripe does."""
    if (mode == "subscription") != ("recurring" in price):
        message = "A recurring price belongs to mode subscription, and only there"
        raise Refused("parameter_invalid", message, "line_items[0][price_data][recurring]")
    wrong = "payment_intent_data" if mode == "subscription" else "subscription_data"
    if wrong in given:
        raise Refused("parameter_invalid", f"You can not pass `{wrong}` in `{mode}` mode.", wrong)
    if "recurring" in price and price["recurring"]["interval"] not in MONTHS:
        raise Refused("parameter_invalid", "The rehearsal knows months and years", "line_items[0][price_data]")
