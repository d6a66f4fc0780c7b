"""The page on which a rehearsal is "paid": plain HTML that says at every turn that no money moves."""

from html import escape

from standfirst.kit.money import Money

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
button.pay { border-color: var(--accent); background: var(--accent); color: var(--paper); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
a { color: var(--accent); }
""".strip()


def shell(title: str, content: str) -> str:
    """Return a whole page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body>'
        f'<p class="notice">Rehearsal: no real money</p><main>{content}</main></body></html>'
    )


def payment(description: str, amount: Money, cancel_url: str, *, declined: bool) -> str:
    """Return the page with the two buttons."""
    shown = escape(amount.show("en"))
    alert = '<p class="alert" role="alert">The card was declined. You can try again.</p>' if declined else ""
    return shell(
        f"Pay {amount.show('en')} (rehearsal)",
        f'<h1>{escape(description)}</h1><p class="amount">{shown}</p>{alert}'
        '<form method="post">'
        f'<button class="pay" name="action" value="pay">Pay {shown}</button>'
        '<button name="action" value="decline">Decline the card</button></form>'
        f'<p><a href="{escape(cancel_url)}">Back without paying</a></p>'
        '<p class="quiet">This page stands where the payment service’s page will be. '
        "It asks for no card, and nothing is charged.</p>",
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
