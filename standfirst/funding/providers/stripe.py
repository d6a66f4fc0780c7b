"""Stripe, by its hosted Checkout and its billing: what is asked. What the answers mean stands in ``stripe_facts``."""

import json
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import quote

from standfirst.funding.models import REFERENCE_LENGTH_MAX, Interval
from standfirst.funding.providers import stripe_connections
from standfirst.funding.providers import stripe_facts as read
from standfirst.funding.providers.protocol import (
    Charge,
    EventRef,
    EventRefused,
    Facts,
    GiftState,
    Intent,
    Movement,
    NotFound,
    NotSetUp,
    ProviderRefused,
    ProviderUnreachable,
    Redirect,
    RefundFacts,
    SubscriptionFacts,
)
from standfirst.kit.money import Money

if TYPE_CHECKING:
    from stripe import StripeClient

log = logging.getLogger(__name__)
API_VERSION = "2026-10-28.endive"  # what these calls were written against; a new SDK does not move it
SECONDS_TO_ANSWER = 10  # a supporter waits for this; Stripe answers within two as a rule
RETRIES = 2  # of a request that got no answer; harmless, as each carries an idempotency key
PAGE_AGE = timedelta(minutes=60)  # of the hosted page; Stripe allows 30 minutes to a day
PAGE = 100  # things in one answer; Stripe's largest
HANDLED = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "invoice.paid",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "payment_intent.succeeded",
        "charge.succeeded",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
_INTENT_STATES: dict[str, GiftState] = {"succeeded": "paid", "processing": "pending", "canceled": "lapsed"}
_SUBSCRIPTION = ("default_payment_method", "latest_invoice")  # as _CHARGE_OF, of a subscription
_ENDED = frozenset({"canceled", "incomplete_expired"})
_CHARGE_OF = ("balance_transaction", "refunds.data.balance_transaction")  # to expand wherever a charge is reached


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Whose money, and where. ``api_base`` is set in rehearsal only."""

    secret_key: str
    webhook_secret: str
    live: bool
    site: str
    api_base: str = ""

    @property
    def ready(self) -> bool:
        """Whether a gift can be started and its messages be believed; a test key never takes live gifts."""
        is_test_key = self.secret_key.startswith(("sk_test_", "rk_test_"))
        return bool(self.secret_key) and bool(self.webhook_secret) and is_test_key is not self.live


class Stripe:
    """Cards, wallets and what else Stripe's payment page offers."""

    name: ClassVar[str] = "stripe"
    recurring: ClassVar[bool] = True
    refundable: ClassVar[bool] = True
    asynchronous: ClassVar[bool] = True

    def __init__(self, account: StripeAccount) -> None:
        self.account = account
        self._version_doubted = False

    @cached_property
    def _client(self) -> "StripeClient":
        if not self.account.ready:
            raise NotSetUp
        import stripe

        return stripe.StripeClient(
            self.account.secret_key,
            stripe_version=API_VERSION,
            max_network_retries=RETRIES,
            base_addresses={"api": self.account.api_base} if self.account.api_base else None,
            http_client=stripe_connections.client(self.account.api_base, seconds_to_answer=SECONDS_TO_ANSWER),
        )

    def start(self, intent: Intent) -> Redirect:
        """Open a Checkout session. The gift's id is the idempotency key: called twice, it is one session."""
        session = self._ask(
            lambda: self._client.v1.checkout.sessions.create(
                params=cast("Any", self._session_params(intent)),
                options={"idempotency_key": f"gift-{intent.public_id}"},
            )
        )
        return Redirect(url=session["url"], session_ref=session["id"])

    def close(self, session_ref: str) -> None:
        """Expire a session, so that no further card can be tried on its page."""
        # One that is over by now is refused, which is as good.
        with suppress(ProviderRefused):
            self._ask(lambda: self._client.v1.checkout.sessions.expire(session_ref))

    def _session_params(self, intent: Intent) -> dict[str, Any]:
        marks = {"gift": str(intent.public_id), "site": self.account.site}
        price: dict[str, Any] = {
            "currency": intent.charged.currency.lower(),
            "unit_amount": read.minor_at_stripe(intent.charged),
            "product_data": {"name": intent.description},
        }
        params: dict[str, Any] = {
            "submit_type": "donate",
            "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": str(intent.public_id),
            "metadata": marks,
            "success_url": intent.success_url,
            "cancel_url": intent.cancel_url,
            "expires_at": int((intent.started_at + PAGE_AGE).timestamp()),
        }
        if intent.interval == Interval.ONCE:
            return params | {"mode": "payment", "payment_intent_data": {"metadata": marks}}
        price["recurring"] = {"interval": str(intent.interval)}
        return params | {"mode": "subscription", "subscription_data": {"metadata": marks}}

    def fetch(self, ref: str) -> Facts:
        """Ask for the session, payment, charge, refund, dispute, invoice or subscription ``ref``.

        As few questions as Stripe allows, four steps of expansion being its limit: one for a gift that
        is given once, two for one that comes again, one more where a refund or dispute has to be looked up.
        """
        reader = {
            "cs": self._facts_of_session,
            "pi": self._facts_of_intent_ref,
            "ch": self._facts_of_charge,
            "py": self._facts_of_charge,
            "re": self._facts_of_refund,
            "pyr": self._facts_of_refund,
            "dp": self._facts_of_dispute,
            "du": self._facts_of_dispute,
            "in": self._facts_of_invoice_ref,
            "sub": self._facts_of_subscription,
        }.get(ref.partition("_")[0])
        if reader is None:
            raise NotFound(ref=ref)
        return reader(ref)

    def telling(self, refs: Sequence[str]) -> str:
        """Return the session if there is one: it alone knows that nobody paid. Of the charge all say the same."""
        return min(refs, key=lambda ref: not ref.startswith("cs_"))

    def verify(self, body: bytes, headers: Mapping[str, str]) -> list[EventRef]:
        """Check the signature, then read who sent what about what. Types that we do not act on are no news."""
        if not self.account.ready:
            raise EventRefused
        import stripe

        try:
            signed, secret = headers.get("Stripe-Signature", ""), self.account.webhook_secret
            stripe.WebhookSignature.verify_header(body, signed, secret, stripe.Webhook.DEFAULT_TOLERANCE)
            event = json.loads(body)
            live, found = event["livemode"], _event_ref(event)
        except (ValueError, TypeError, AttributeError, KeyError, stripe.SignatureVerificationError) as error:
            # A header that is not ASCII is a TypeError, a signed "[]" an AttributeError, bad UTF-8 a ValueError.
            raise EventRefused from error
        if live is not self.account.live:
            raise EventRefused
        self._doubt_version(event.get("api_version"))
        return [found] if found.type in HANDLED else []

    def refund(self, charge_ref: str, amount: Money, asked_as: uuid.UUID) -> RefundFacts:
        """Send money back to where it came from."""
        found = self._ask(
            lambda: self._client.v1.refunds.create(
                params={
                    "charge": charge_ref,
                    "amount": read.minor_at_stripe(amount),
                    "reason": "requested_by_customer",
                    "metadata": {"refund": str(asked_as), "site": self.account.site},
                    "expand": ["balance_transaction"],
                },
                options={"idempotency_key": f"refund-{asked_as}"},
            )
        )
        return read.refund(found)

    def change(self, subscription_ref: str, charged: Money, product: str) -> SubscriptionFacts:
        """Give a subscription another price from its next invoice on. ``product`` keeps the name it began with."""
        found = self._get("subscriptions", subscription_ref)
        item = found["items"]["data"][0]
        price = {
            "currency": charged.currency.lower(),
            "unit_amount": read.minor_at_stripe(charged),
            "product": read.ref_of(item["price"]["product"]),
            "recurring": {"interval": item["price"]["recurring"]["interval"]},
        }
        items = [{"id": item["id"], "price_data": price}]
        return self._update(subscription_ref, items=items, proration_behavior="none")

    def pause(self, subscription_ref: str, resumes_at: datetime | None) -> SubscriptionFacts:
        """Void the invoices until ``resumes_at``."""
        until = {} if resumes_at is None else {"resumes_at": int(resumes_at.timestamp())}
        return self._update(subscription_ref, pause_collection={"behavior": "void"} | until)

    def resume(self, subscription_ref: str) -> SubscriptionFacts:
        """Collect the invoices from now on."""
        return self._update(subscription_ref, pause_collection="")

    def cancel(self, subscription_ref: str, *, at_period_end: bool) -> SubscriptionFacts:
        """End a subscription; one that has ended already stays as it is."""
        found = self._subscription(subscription_ref)
        if found["status"] not in _ENDED:
            if at_period_end:
                return self._update(subscription_ref, cancel_at_period_end=True)
            params: Any = {"prorate": False, "invoice_now": False, "expand": list(_SUBSCRIPTION)}
            found = self._ask(lambda: self._client.v1.subscriptions.cancel(subscription_ref, params=params))
        return self._described(found)

    def portal(self, customer_ref: str, return_url: str) -> str:
        """Open the page on which a supporter gives Stripe another card; it leads back when that is done."""
        after = {"type": "redirect", "redirect": {"return_url": return_url}}
        params: Any = {
            "customer": customer_ref,
            "return_url": return_url,
            "flow_data": {"type": "payment_method_update", "after_completion": after},
        }
        return str(self._ask(lambda: self._client.v1.billing_portal.sessions.create(params=params))["url"])

    def movements(self, since: datetime, until: datetime) -> Iterator[Movement]:
        """Return the lines of the balance, newest first, a hundred with each question."""
        params: Any = {"limit": PAGE, "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())}}
        while True:
            page = self._ask(lambda: self._client.v1.balance_transactions.list(params=params))
            yield from (read.movement(line) for line in page["data"])
            if not page["has_more"]:
                return
            params["starting_after"] = page["data"][-1]["id"]

    def _update(self, ref: str, **changes: Any) -> SubscriptionFacts:
        params: Any = changes | {"expand": list(_SUBSCRIPTION)}
        return self._described(self._ask(lambda: self._client.v1.subscriptions.update(ref, params=params)))

    def _described(self, found: dict[str, Any]) -> SubscriptionFacts:
        facts = read.subscription(found)
        if facts is None:
            raise ProviderRefused(reason=str(found["status"]))
        return facts

    def _facts_of_session(self, ref: str) -> Facts:
        session = self._get(
            "checkout/sessions",
            ref,
            "payment_intent.latest_charge.balance_transaction",
            "payment_intent.latest_charge.refunds",
            "invoice.payments",
            *(f"subscription.{part}" for part in _SUBSCRIPTION),
        )
        email = (session.get("customer_details") or {}).get("email") or ""
        if session.get("subscription"):
            return self._facts_of_invoice(session["invoice"], session["subscription"], email=email)
        if session["payment_intent"]:
            found = session["payment_intent"]
            if found["status"] in _INTENT_STATES:
                return self._facts_of_intent(found, email=email)
        state: GiftState = {"expired": "lapsed", "complete": "failed"}.get(session["status"], "open")  # type: ignore[assignment]
        declined_ref = read.declined_ref((session["payment_intent"] or {}).get("latest_charge"))
        return replace(self._facts(session, session["metadata"], state), declined_ref=declined_ref)

    def _facts_of_intent_ref(self, ref: str) -> Facts:
        return self._facts_of_intent(self._intent(ref))

    def _facts_of_charge(self, ref: str) -> Facts:
        return self._facts_of_part(self._get("charges", ref, "payment_intent", *_CHARGE_OF))

    def _facts_of_refund(self, ref: str) -> Facts:
        wanted = ("charge.payment_intent", *(f"charge.{part}" for part in _CHARGE_OF))
        return self._facts_of_part(self._get("refunds", ref, *wanted)["charge"])

    def _facts_of_dispute(self, ref: str) -> Facts:
        wanted = ("charge.payment_intent", *(f"charge.{part}" for part in _CHARGE_OF))
        return self._facts_of_part(self._get("disputes", ref, *wanted)["charge"])

    def _facts_of_part(self, charge: dict[str, Any] | None) -> Facts:
        """Go from a charge to its payment; a charge without one was not begun by a page of ours."""
        if charge is None:
            raise NotFound(ref="")
        if charge["payment_intent"] is None:
            return self._facts(charge, {}, "open")
        found = charge["payment_intent"]
        newest = read.ref_of(found["latest_charge"]) == charge["id"]
        found = found | {"latest_charge": charge} if newest else self._intent(found["id"])
        return self._facts_of_intent(found, attempt=charge)

    def _facts_of_intent(
        self, found: dict[str, Any], *, email: str = "", attempt: dict[str, Any] | None = None
    ) -> Facts:
        """Say how a payment stands. ``attempt`` is the charge that was asked about, if it was not the newest."""
        marks, invoice = found.get("metadata") or {}, None
        if "gift" not in marks and found.get("customer"):
            # A payment does not say of which invoice it is; the marks are on the invoice's subscription.
            invoice = self._invoice_paid_by(found["id"])
            marks = read.marks_of_invoice(invoice) if invoice else marks
        state, declined_ref = _INTENT_STATES.get(found["status"], "open"), ""
        if invoice is None or read.begins(invoice):
            declined_ref = read.declined_ref(attempt or found["latest_charge"])
        if state != "paid":
            facts = self._facts(found, marks, state if invoice is None else "open")
            return replace(facts, declined_ref=declined_ref)
        charge = found["latest_charge"]
        email = email or (charge.get("billing_details") or {}).get("email") or ""
        facts = self._facts(found, marks, state, self._charge(charge, invoice), email)
        return replace(facts, declined_ref=declined_ref)

    def _facts_of_invoice_ref(self, ref: str) -> Facts:
        wanted = ("payments", *(f"parent.subscription_details.subscription.{part}" for part in _SUBSCRIPTION))
        invoice = self._get("invoices", ref, *wanted)
        found = read.expanded_subscription(invoice)
        if found is None:
            raise NotFound(ref=ref)
        return self._facts_of_invoice(invoice, found)

    def _facts_of_invoice(self, invoice: dict[str, Any], sub: dict[str, Any], *, email: str = "") -> Facts:
        """Say how the invoice of a subscription stands. One over nothing is paid and brings no charge."""
        facts = self._facts(sub, sub["metadata"], "open", email=email or invoice.get("customer_email") or "")
        facts = replace(facts, subscription=read.subscription(sub))
        ref = read.intent_of_invoice(invoice)
        if not ref or (invoice["status"] != "paid" and not read.begins(invoice)):
            return facts
        intent = self._intent(ref)
        if intent["status"] == "succeeded":
            return replace(facts, state="paid", charge=self._charge(intent["latest_charge"], invoice))
        declined_ref = read.declined_ref(intent["latest_charge"])
        if sub["status"] == "incomplete":  # its page is still open for another card
            return replace(facts, declined_ref=declined_ref)
        state: GiftState = "pending" if intent["status"] == "processing" else "failed"
        return replace(facts, state=state, declined_ref=declined_ref)

    def _facts_of_subscription(self, ref: str) -> Facts:
        found = self._subscription(ref)
        state: GiftState = "lapsed" if found["status"] == "incomplete_expired" else "open"
        return replace(self._facts(found, found["metadata"], state), subscription=read.subscription(found))

    def _subscription(self, ref: str) -> dict[str, Any]:
        return self._get("subscriptions", ref, *_SUBSCRIPTION)

    def _charge(self, found: dict[str, Any], invoice: dict[str, Any] | None = None) -> Charge:
        refunds = found.get("refunds") or {"data": [], "has_more": True}
        if refunds["has_more"] or any(isinstance(each["balance_transaction"], str) for each in refunds["data"]):
            refunds = self._of_charge(self._client.v1.refunds.list, found["id"], "data.balance_transaction")
        disputes = self._of_charge(self._client.v1.disputes.list, found["id"]) if found["disputed"] else {"data": []}
        charge = read.charge(found, refunds["data"], disputes["data"])
        if invoice is None:
            return charge
        return replace(charge, invoice_ref=invoice["id"], adjusted=read.is_adjusted(invoice))

    def _of_charge(self, listing: Callable[..., Any], ref: str, *expand: str) -> dict[str, Any]:
        return self._ask(lambda: listing(params={"charge": ref, "limit": PAGE, "expand": list(expand)}))

    def _invoice_paid_by(self, intent_ref: str) -> dict[str, Any] | None:
        params: Any = {
            "payment": {"type": "payment_intent", "payment_intent": intent_ref},
            "limit": 1,
            "expand": ["data.invoice"],
        }
        found = self._ask(lambda: self._client.v1.invoice_payments.list(params=params))["data"]
        return found[0]["invoice"] if found else None

    def _facts(
        self,
        found: dict[str, Any],
        marks: dict[str, Any] | None,
        state: GiftState,
        charge: Charge | None = None,
        email: str = "",
    ) -> Facts:
        return Facts(
            provider=self.name,
            state=state,
            live=found["livemode"],
            gift_id=read.gift_id((marks or {}).get("gift", "")),
            site=(marks or {}).get("site", ""),
            charge=charge,
            email=email,
        )

    def _intent(self, ref: str) -> dict[str, Any]:
        wanted = (f"latest_charge.{part}" for part in _CHARGE_OF)
        return self._get("payment_intents", ref, *wanted)

    def _get(self, kind: str, ref: str, *expand: str) -> dict[str, Any]:
        """Ask for one thing. Its answer is read once: what Stripe's library makes of it would be taken apart again."""
        params: Any = {"expand": list(expand)} if expand else {}
        path = f"/v1/{kind}/{quote(ref, safe='')}"
        return self._answered(lambda: self._client.raw_request("get", path, **params).data)

    def _doubt_version(self, version: object) -> None:
        """Say once if messages come in another version: only ids are taken from them, so nothing is lost by it."""
        if version != API_VERSION and not self._version_doubted:
            self._version_doubted = True
            log.warning("messages of Stripe come in version %s; set its endpoint to %s", version, API_VERSION)

    def _ask(self, question: Callable[[], Any]) -> dict[str, Any]:
        return self._answered(lambda: question().to_dict())

    def _answered(self, question: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Ask Stripe; its errors become ours. Plain data comes back."""
        if not self.account.ready:
            raise NotSetUp
        import stripe

        try:
            return question()
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                raise NotFound(ref=str(error.param or "")) from error
            raise ProviderRefused(reason=str(error.code or "invalid_request")) from error
        except (stripe.CardError, stripe.IdempotencyError, stripe.PermissionError) as error:
            raise ProviderRefused(reason=str(error.code or type(error).__name__)) from error
        except stripe.AuthenticationError as error:
            raise NotSetUp from error
        except stripe.StripeError as error:
            raise ProviderUnreachable from error


def _event_ref(event: dict[str, Any]) -> EventRef:
    thing = event["data"]["object"]
    about = thing["id"]
    for text in (event["id"], event["type"], about):
        if not isinstance(text, str) or not text:
            raise ValueError(text)
    return EventRef(event["id"], event["type"], object_ref=about, payment_ref=_payment_of(thing))


def _payment_of(thing: dict[str, Any]) -> str:
    """Return the payment that a session, charge, refund or dispute names, or that ``thing`` is.

    "" for a charge that failed: it tells of one attempt, which no answer about the payment need name.
    """
    if thing.get("object") == "charge" and thing.get("status") == "failed":
        return ""
    named = thing["id"] if thing["id"].startswith("pi_") else thing.get("payment_intent")
    return named if isinstance(named, str) and len(named) <= REFERENCE_LENGTH_MAX else ""
