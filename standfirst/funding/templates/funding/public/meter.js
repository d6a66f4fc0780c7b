{# Needs nothing. Up to 3 KB; the words come from the data, so that it is the same in every language. #}
// <standfirst-meter></standfirst-meter>: how much readers have given this month, kept up to date.
// No cookie, no frame, nothing stored. data-campaign names another campaign than the one on every page.
const home = new URL(import.meta.url);
const EVERY = 20_000; // ms between two looks while somebody sees the page
const LOOK = new CSSStyleSheet(); // adopted: a site's policy may forbid style elements
LOOK.replaceSync(`
  :host { display: block; max-width: 26rem; font: 1rem/1.4 system-ui, sans-serif; color: inherit }
  a { color: inherit; text-decoration: none }
  strong { font-size: 1.2em }
  small { display: block; opacity: .75; text-align: match-parent }
  div { --c: var(--meter-colour, #8a1c2b); position: relative; height: .5rem; margin: .4rem 0; background: #8883; forced-color-adjust: none }
  i { position: absolute; inset-block: 0; inset-inline-start: 0; background: var(--c) }
  .coming { background: repeating-linear-gradient(135deg, var(--c) 0 2px, #0000 2px 5px) }
  .promised { background: none; border-inline-end: 2px solid }
`);

class Meter extends HTMLElement {
  connectedCallback() {
    this.root ??= this.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [LOOK];
    this.look();
    this.timer = setInterval(() => document.hidden || this.look(), EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    const campaign = this.dataset.campaign;
    const path = campaign ? `campaigns/${encodeURIComponent(campaign)}/meter.json` : "meter.json";
    try {
      const answer = await fetch(new URL(path, home), { credentials: "omit" });
      if (answer.ok) this.show(await answer.json());
    } catch {
      // The site is away: what stands here stays.
    }
  }

  show(meter) {
    if (!meter.campaign || JSON.stringify(meter) === this.shown) return;
    this.shown = JSON.stringify(meter);
    const make = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text, dir: text && "auto" }, more);
    const link = make("a", "", { href: new URL(meter.support_path, home).href });
    link.append(make("small", meter.campaign), make("strong", meter.sentence));
    if (meter.goal_minor) {
      const bar = make("div", "", { role: "meter", ariaLabel: meter.campaign, ariaValueText: meter.text });
      Object.assign(bar, { ariaValueMin: "0", ariaValueMax: "100", ariaValueNow: `${Math.min(meter.percent, 100)}` });
      for (const [kind, thousandths] of meter.parts) {
        const piece = make("i", "", { className: kind });
        piece.style.width = `${thousandths / 10}%`;
        bar.append(piece);
      }
      link.append(bar);
    }
    link.append(...[...meter.notes, meter.time_left].filter(Boolean).map((text) => make("small", text)));
    this.root.replaceChildren(link);
  }
}

customElements.define("standfirst-meter", Meter);
