"""The rehearsal's pages for people: paying, changing a card, and playing the banks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from standfirst.funding.rehearsal import control, page
from standfirst.funding.rehearsal.bank import EMAIL, Bank
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.state import Thing
from standfirst.kit.money import Money

SHOWN_MAX = 30  # of each kind on the control page; a rehearsal is looked at, not searched
EMAIL_LENGTH_MAX = 254
_WAYS = {"pay": "good", "pay-then-decline": "declined", "debit": "debit", "debit-fails": "debit_fails"}
_EVERY = {"month": "every month", "year": "every year"}
_TWO_DECIMALS_AT_STRIPE = {"UGX", "ISK"}
type Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, or the way to another."""

    html: str = ""
    status: int = HTTPStatus.OK
    location: str = ""


class Desk:
    """Answers a browser."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def answer(self, posted: bool, path: str, fields: Fields) -> Shown:  # noqa: FBT001 - what the request is
        """Answer a request for ``path``; ``fields`` is what its form or its query says."""
        first, _, rest = path.strip("/").partition("/")
        pages = {"pay": self._pay, "portal": self._portal, "control": self._control}
        if not first:
            return Shown(
                page.shell("Rehearsal", '<h1>The rehearsal is running.</h1><p><a href="/control/">Control</a></p>')
            )
        if first not in pages:
            return Shown(page.nothing_here(), HTTPStatus.NOT_FOUND)
        try:
            with self.bank.state.change():
                self.bank.catch_up()
                return pages[first](rest, fields, posted=posted)
        except Refused:
            return Shown(page.nothing_here(), HTTPStatus.NOT_FOUND)

    def _pay(self, session_id: str, fields: Fields, *, posted: bool) -> Shown:
        action = fields.get("action", [""])[0] if posted else ""
        session = self.bank.session(session_id)
        if action in _WAYS:
            session = self.bank.pay(session_id, method=_WAYS[action], email=_email(fields))
        elif action == "decline":
            session = self.bank.decline(session_id)
        if session["status"] == "complete":
            return Shown(status=HTTPStatus.SEE_OTHER, location=session["success_url"])
        if session["status"] == "expired":
            return Shown(page.over(session["cancel_url"]), HTTPStatus.GONE)
        html = page.payment(
            self.bank.description(session),
            self._asked(session),
            session["cancel_url"],
            email=_email(fields) or session["customer_email"] or EMAIL,
            declined=action == "decline",
        )
        return Shown(html, HTTPStatus.PAYMENT_REQUIRED if action == "decline" else HTTPStatus.OK)

    def _asked(self, session: Thing) -> str:
        price = self.bank.ground.notes(session["id"])["price"]
        every = _EVERY.get(price.get("recurring", {}).get("interval", ""), "")
        return f"{_money(session['amount_total'], session['currency'])} {every}".strip()

    def _portal(self, portal_id: str, fields: Fields, *, posted: bool) -> Shown:
        found = self.bank.get(portal_id, "billing_portal.session")
        kind = fields.get("action", [""])[0] if posted else ""
        if kind in {"good", "declined"}:
            self.bank.billing.change_method(found["customer"], kind)
        customer = self.bank.get(found["customer"], "customer")
        subs = self.bank.state.of_kind("subscription", parent=customer["id"])
        cards = [_method(self.bank.billing.method_of(sub)) for sub in subs]
        return Shown(page.portal(customer["email"], cards, found["return_url"] or "", done=bool(kind)))

    def _control(self, rest: str, _fields: Fields, *, posted: bool) -> Shown:
        act, _, ref = rest.partition("/")
        said = ""
        if posted and act:
            try:
                done = control.carried_out(self.bank, act, ref)
                said = f"Done: {act.replace('-', ' ')} ({done['id']})."
            except Refused as refused:
                said = f"Not done: {refused}"
        parts = [
            (title, [self._row(thing) for thing in self.bank.state.of_kind(kind, most=SHOWN_MAX)])
            for title, kind in (
                ("Subscriptions", "subscription"),
                ("Charges", "charge"),
                ("Disputes", "dispute"),
                ("Refunds", "refund"),
            )
        ]
        return Shown(page.control(_moment(self.bank.ground.now()), parts, said))

    def _row(self, thing: Thing) -> tuple[str, str, list[str]]:
        if thing["object"] == "subscription":
            item = thing["items"]["data"][0]
            amount = _money(item["price"]["unit_amount"], thing["currency"])
            who = self.bank.get(thing["customer"], "customer")["email"]
            text = f"{who}: {amount} {_EVERY[item['price']['recurring']['interval']]}, {thing['status']}"
            text += f", next {_moment(item['current_period_end'])}" if not thing["ended_at"] else ""
            text += " (paused)" if thing["pause_collection"] else ""
            return thing["id"], text, control.acts_for(thing)
        amount = _money(thing["amount"], thing["currency"])
        text = f"{_moment(thing['created'])}: {amount}, {thing['status'].replace('_', ' ')}"
        who = thing.get("billing_details", {}).get("email")
        return thing["id"], f"{text}, {who}" if who else text, control.acts_for(thing)


def _email(fields: Fields) -> str:
    given = fields.get("email", [""])[0].strip()
    return given if "@" in given and len(given) <= EMAIL_LENGTH_MAX else ""


def _money(amount: int, currency: str) -> str:
    code = currency.upper()
    return Money(amount // 100 if code in _TWO_DECIMALS_AT_STRIPE else amount, code).show("en")


def _method(method: Thing) -> str:
    if method["type"] != "card":
        return f"bank account ending in {method[method['type']]['last4']}"
    card = method["card"]
    return f"{card['brand'].title()} ending in {card['last4']}, until {card['exp_month']:02d}/{card['exp_year']}"


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%d %H:%M} UTC"
