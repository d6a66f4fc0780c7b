"""The page on which a rehearsal is "paid": plain HTML that says at every turn that no money moves."""

from html import escape

STYLE = """
:root { color-scheme: light dark;
  --paper: #fdfcfa; --ink: #24211d; --quiet: #5f5a52; --line: #d9d4cb; --accent: #1d4f7c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #191817; --ink: #efece7; --quiet: #b5afa6; --line: #45413b; --accent: #9cc7ee; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
.notice { margin: 0; padding: .75rem 1rem; background: #ffdf6b; color: #2a2200; text-align: center; font-weight: 600; }
main { max-width: 26rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
h1 { margin: 0; font: 500 1.125rem/1.4 system-ui, sans-serif; color: var(--quiet); }
.amount { margin: .25rem 0 1.75rem; font-size: 2.75rem; font-weight: 650;
  font-variant-numeric: lining-nums tabular-nums; }
.quiet { color: var(--quiet); }
.alert { border-inline-start: 4px solid #b3261e; padding: .5rem .75rem; margin: 0 0 1.25rem; }
button { display: block; width: 100%; min-height: 3rem; margin: 0 0 .75rem; padding: .5rem 1rem;
  font: inherit;
  font-weight: 600; border-radius: 4px; border: 1px solid var(--line); background: none; color: inherit;
  cursor: pointer; }
button.small { display: inline-block; width: auto; min-height: 1.75rem; margin: 0; padding: 0 .5rem;
  font-size: .875rem; }
main.wide { max-width: 60rem; }
.wide td form { display: inline-block; margin: 0 .25rem .25rem 0; }
table { width: 100%; border-collapse: collapse; }
td { padding: .375rem .5rem .375rem 0; border-top: 1px solid var(--line); vertical-align: top; }
label { display: block; margin-bottom: .375rem; }
.alert.done { border-color: #2e7d46; }
input { display: block; width: 100%; min-height: 3rem; padding: .5rem; font: inherit; color: inherit;
  background: none; border: 1px solid var(--line); border-radius: 4px; }
summary { min-height: 2rem; margin-bottom: .75rem; cursor: pointer; }
button.pay { border-color: var(--accent); background: var(--accent); color: var(--paper); }
:is(button, a, input, summary):focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
a { color: var(--accent); }
""".strip()


def shell(title: str, content: str, *, wide: bool = False) -> str:
    """Return a whole page."""
    main = '<main class="wide">' if wide else "<main>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body>'
        f'<p class="notice">Rehearsal: no real money</p>{main}{content}</main></body></html>'
    )


MORE_WAYS = (
    ("pay-then-decline", "Pay with a card that is declined from the second time on"),
    ("debit", "Pay by bank debit: it arrives in three days"),
    ("debit-fails", "Pay by bank debit that bounces in three days"),
)


def payment(description: str, amount: str, cancel_url: str, *, email: str, declined: bool) -> str:
    """Return the page with the two buttons that matter, and more for what goes wrong later."""
    shown = escape(amount)
    alert = '<p class="alert" role="alert">The card was declined. You can try again.</p>' if declined else ""
    more = "".join(f'<button name="action" value="{name}">{text}</button>' for name, text in MORE_WAYS)
    return shell(
        f"Pay {amount} (rehearsal)",
        f'<h1>{escape(description)}</h1><p class="amount">{shown}</p>{alert}'
        '<form method="post">'
        '<p><label for="email">E-mail</label>'
        f'<input id="email" name="email" type="email" value="{escape(email)}" autocomplete="email"></p>'
        f'<button class="pay" name="action" value="pay">Pay {shown}</button>'
        '<button name="action" value="decline">Decline the card</button>'
        f"<details><summary>Rehearse something else</summary>{more}</details></form>"
        f'<p><a href="{escape(cancel_url)}">Back without paying</a></p>'
        '<p class="quiet">This page stands where the payment service’s page will be. '
        "It asks for no card, and nothing is charged.</p>",
    )


def portal(email: str, cards: list[str], return_url: str, *, done: bool) -> str:
    """Return the page on which a card is changed."""
    said = '<p class="alert done" role="status">The card was changed.</p>' if done else ""
    shown = "".join(f"<li>{escape(card)}</li>" for card in cards) or "<li>no card</li>"
    back = f'<p><a href="{escape(return_url)}">Back to the publication</a></p>' if return_url else ""
    return shell(
        "Change the card (rehearsal)",
        f"<h1>How {escape(email)} pays</h1><ul>{shown}</ul>{said}"
        '<form method="post"><button class="pay" name="action" value="good">Use a new card</button>'
        '<button name="action" value="declined">Use a card that will be declined</button></form>'
        f"{back}"
        '<p class="quiet">This page stands where the payment service’s page will be. It asks for no card.</p>',
    )


def control(moment: str, parts: list[tuple[str, list[tuple[str, str, list[str]]]]], said: str) -> str:
    """Return the page on which a rehearsal is told what to do: things with the acts that make sense for each."""
    kind = "alert done" if said.startswith("Done") else "alert"
    alert = f'<p class="{kind}" role="status">{escape(said)}</p>' if said else ""
    html = ""
    for title, rows in parts:
        lines = "".join(f"<tr><td>{escape(text)}</td><td>{_buttons(ref, acts)}</td></tr>" for ref, text, acts in rows)
        table = f"<table><tbody>{lines}</tbody></table>" if lines else '<p class="quiet">None yet.</p>'
        html += f"<h2>{escape(title)}</h2>{table}"
    return shell(
        "Rehearsal: what happens next",
        f"<h1>What shall happen? The clock shows {escape(moment)}.</h1>{alert}"
        '<p class="quiet">Here you play the banks and the cards. Move the clock with '
        "<code>standfirst rehearsal clock +30d</code>.</p>"
        f'<form method="post" action="/control/payout/"><button>Pay the balance out to the bank</button></form>{html}',
        wide=True,
    )


def _buttons(ref: str, acts: list[str]) -> str:
    return "".join(
        f'<form method="post" action="/control/{act}/{escape(ref)}">'
        f'<button class="small">{act.replace("-", " ")}</button></form>'
        for act in acts
    )


def over(cancel_url: str) -> str:
    """Return the page of a session that can no longer be paid."""
    return shell(
        "This payment page has expired",
        "<h1>This payment page has expired. Nothing was charged.</h1>"
        f'<p><a href="{escape(cancel_url)}">Back to the publication</a></p>',
    )


def nothing_here() -> str:
    """Return the page for an unknown address."""
    return shell("Not found", "<h1>There is no payment here.</h1>")
