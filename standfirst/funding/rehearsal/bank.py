"""Money that is not real: everything that the rehearsal can do, put together."""

from collections.abc import Callable
from typing import Any

from standfirst.funding.rehearsal.billing import Billing
from standfirst.funding.rehearsal.charges import EMAIL, Charges, fee_minor
from standfirst.funding.rehearsal.disputes import Disputes
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.ground import API_VERSION, Ground, new_id
from standfirst.funding.rehearsal.invoices import Invoices
from standfirst.funding.rehearsal.methods import Methods
from standfirst.funding.rehearsal.payouts import Payouts
from standfirst.funding.rehearsal.sessions import Sessions
from standfirst.funding.rehearsal.state import State, Thing

__all__ = ["API_VERSION", "EMAIL", "Bank", "fee_minor"]


class Bank:
    """The account of the site in rehearsal. Call each method inside ``state.change()``."""

    def __init__(self, state: State, *, public_url: str, notify: Callable[[str], None]) -> None:
        self.state = state
        self.public_url = public_url
        self.ground = Ground(state, public_url=public_url, notify=notify)
        self.charges = Charges(self.ground)
        self.methods = Methods(self.ground)
        self.invoices = Invoices(self.ground, self.charges, self.methods)
        self.billing = Billing(self.ground, self.invoices, self.methods)
        self.sessions = Sessions(self.ground, self.charges, self.billing, self.methods)
        self.disputes = Disputes(self.ground, self.charges)
        self.payouts = Payouts(self.ground, self.charges)
        with state.change():
            self.payouts.plan()

    def catch_up(self) -> None:
        """Do what has fallen due since anybody last asked."""
        self.ground.catch_up()

    def session(self, session_id: str) -> Thing:
        """Return a session; one whose time is over is expired from now on."""
        return self.sessions.session(session_id)

    def pay(self, session_id: str, *, method: str = "good", email: str = "") -> Thing:
        """Pay a session: by a ``good`` card, one ``declined`` later on, a ``debit``, or one that fails."""
        return self.sessions.pay(session_id, method=method, email=email)

    def decline(self, session_id: str) -> Thing:
        """Refuse a card. The session stays open for another try."""
        return self.sessions.decline(session_id)

    def refund(self, given: dict[str, Any]) -> Thing:
        """Send money back."""
        return self.charges.refund(given)

    def fail_refund(self, refund_id: str) -> Thing:
        """Have a refund bounce."""
        return self.charges.fail_refund(refund_id)

    def get(self, thing_id: str, kind: str) -> Thing:
        """Return a thing, or refuse as Stripe does."""
        return self.ground.get(thing_id, kind)

    def description(self, session: Thing) -> str:
        """Return what is paid for."""
        return str(self.ground.notes(session["id"])["description"])

    def open_portal(self, given: dict[str, Any]) -> Thing:
        """Open a page on which a customer changes their card."""
        if "customer" not in given:
            raise Refused("parameter_missing", "Missing required param: customer.", "customer")
        customer = self.get(given["customer"], "customer")
        portal_id = new_id("bps_rh")
        portal = {
            "id": portal_id,
            "object": "billing_portal.session",
            "configuration": "bpc_rehearsal",
            "created": self.ground.now(),
            "customer": customer["id"],
            "flow": None,
            "livemode": False,
            "locale": None,
            "return_url": given.get("return_url"),
            "url": f"{self.public_url}/portal/{portal_id}",
        }
        return self.ground.put(portal)

    def decline_next(self, sub_id: str) -> Thing:
        """Have the next charge of a subscription fail."""
        sub = self.get(sub_id, "subscription")
        self.methods.decline_next(self.billing.method_of(sub))
        return sub

    def decline_always(self, sub_id: str) -> Thing:
        """Have every further charge of a subscription fail, until its card is changed."""
        sub = self.get(sub_id, "subscription")
        self.ground.note(self.billing.method_of(sub)["id"], kind="declined")
        return sub

    def expire_card(self, sub_id: str) -> Thing:
        """Have the card of a subscription be good until the end of this month only."""
        method = self.billing.method_of(self.get(sub_id, "subscription"))
        if method["type"] != "card":
            raise Refused("parameter_invalid", "Only a card expires")
        self.methods.expire(method)
        return self.get(sub_id, "subscription")

    def bounce_debit(self, charge_id: str) -> Thing:
        """Have a bank debit bounce that is on its way."""
        self.sessions.settle_debit(charge_id, works=False)
        return self.get(charge_id, "charge")

    def bring_debit(self, charge_id: str) -> Thing:
        """Have a bank debit arrive now."""
        self.sessions.settle_debit(charge_id, works=True)
        return self.get(charge_id, "charge")

    def refund_all(self, charge_id: str) -> Thing:
        """Send back what is left of a charge, as if somebody did at the payment service."""
        return self.refund({"charge": charge_id})
