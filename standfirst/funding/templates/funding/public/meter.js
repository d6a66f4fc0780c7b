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
  progress { width: 100%; height: .5rem; margin: .4rem 0; accent-color: var(--meter-colour, #8a1c2b) }
  small { opacity: .75 }
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
    const make = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);
    const link = make("a", "", { href: new URL(meter.support_path, home).href });
    link.append(make("small", meter.campaign), document.createElement("br"), make("strong", meter.sentence));
    if (meter.goal_minor) {
      const bar = make("progress", `${meter.percent} %`, { max: meter.goal_minor });
      bar.value = Math.min(meter.raised_minor, meter.goal_minor);
      bar.setAttribute("aria-label", meter.campaign);
      link.append(bar);
    }
    if (meter.time_left) link.append(make("small", meter.time_left));
    this.root.replaceChildren(link);
  }
}

customElements.define("standfirst-meter", Meter);
