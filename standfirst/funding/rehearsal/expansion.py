"""``expand``: ids in an answer become the things that they name, four steps deep at most, as at Stripe."""

from typing import Any

from standfirst.funding.rehearsal.bank import Bank
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.ground import listed
from standfirst.funding.rehearsal.state import Thing

STEPS_MAX = 4
_KINDS = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "customer": "customer",
    "default_payment_method": "payment_method",
    "invoice": "invoice",
    "latest_charge": "charge",
    "latest_invoice": "invoice",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "subscription": "subscription",
}
_INSIDE = {"data", "parent", "payment", "subscription_details", "invoice_settings", "items"}


class Expansion:
    """Fills answers in."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def expanded(self, thing: Thing, wanted: list[str]) -> Thing:
        """Return ``thing`` with every path of ``wanted`` filled in."""
        for path in wanted:
            steps = path.split(".")
            if len(steps) > STEPS_MAX:
                message = f"You cannot expand more than {STEPS_MAX} levels of a property ({path})."
                raise Refused("parameter_invalid", message, "expand")
            self._expand(thing, steps)
        return thing

    def _expand(self, thing: Any, steps: list[str]) -> None:
        if isinstance(thing, list):
            for each in thing:
                self._expand(each, steps)
            return
        name, *rest = steps
        if name in _KINDS and name in thing:
            if isinstance(thing[name], str):
                thing[name] = self.bank.get(thing[name], _KINDS[name])
        elif (thing.get("object"), name) in {("charge", "refunds"), ("invoice", "payments")}:
            self._list(thing, name)
        elif name not in _INSIDE or name not in thing:
            raise Refused("parameter_invalid", f"This property cannot be expanded ({name}).", "expand")
        if rest and thing[name] is not None:
            self._expand(thing[name], rest)

    def _list(self, thing: Thing, name: str) -> None:
        if name in thing:
            return
        if name == "refunds":
            found = self.bank.state.of_kind("refund", parent=thing["id"], most=11)
            thing[name] = listed(f"/v1/charges/{thing['id']}/refunds", found[:10], more=len(found) > 10)
        else:
            thing[name] = listed(f"/v1/invoices/{thing['id']}/payments", self.bank.invoices.payments_of(thing["id"]))
