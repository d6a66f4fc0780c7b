// The list on the left and the comment beside it: fetched as a part of its page, the next one ahead of time.

const CLAIM_AGAIN_MS = 120_000;

export class Cases {
  constructor(desk, say) {
    this.desk = desk;
    this.say = say;
    this.place = desk.querySelector("[data-case]");
    this.ahead = new Map();
  }

  begin() {
    if (!this.current()) return;
    this.claim();
    this.fetchAhead();
    setInterval(() => document.hidden || this.claim(), CLAIM_AGAIN_MS);
  }

  current() {
    return this.place.querySelector("[data-id]")?.dataset.id ?? "";
  }

  entries() {
    return [...this.desk.querySelectorAll("[data-entry]")].map((entry) => entry.dataset.entry);
  }

  first() {
    return this.entries()[0] ?? "";
  }

  neighbour(step) {
    const all = this.entries();
    const here = all.indexOf(this.current());
    return here < 0 ? all[0] : all[here + step];
  }

  entry(id) {
    return this.desk.querySelector(`[data-entry="${CSS.escape(id)}"]`);
  }

  address(id) {
    const path = new URL(`comments/${id}/`, new URL("./discussion/", location.href.replace(/discussion\/.*$/, "")));
    path.searchParams.set("list", this.desk.dataset.list);
    return path;
  }

  async part(id) {
    const path = this.address(id);
    path.searchParams.set("part", "1");
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(answer.status);
    return answer.text();
  }

  fetchAhead() {
    const next = this.neighbour(1);
    if (next && !this.ahead.has(next)) this.ahead.set(next, this.part(next).catch(() => null));
  }

  // What is fetched ahead may be behind by seconds: a decision says what state it saw, and is refused if that changed.
  async show(wanted, { focus = false } = {}) {
    const id = String(wanted || "");
    if (!id) {
      if (!this.entries().length) this.place.replaceChildren();
      return;
    }
    const ready = id === this.current() ? null : await this.ahead.get(id);
    this.ahead.clear();
    let html;
    try {
      html = ready ?? (await this.part(id));
    } catch {
      location.href = this.address(id);
      return;
    }
    this.place.innerHTML = html;
    for (const link of this.desk.querySelectorAll("[data-entry] a[aria-current]")) link.removeAttribute("aria-current");
    const link = this.entry(id)?.querySelector("a");
    link?.setAttribute("aria-current", "true");
    link?.scrollIntoView({ block: "nearest" });
    history.replaceState(null, "", this.address(id));
    if (focus || !document.activeElement || document.activeElement === document.body) {
      this.place.querySelector("[data-heading]").focus({ preventScroll: true });
    }
    this.claim();
    this.fetchAhead();
  }

  // A line that the keyboard stands on does not go without a word: the focus moves on with the next comment.
  gone(ids) {
    for (const id of ids) this.entry(String(id))?.remove();
    this.desk.querySelector("[data-empty]").hidden = this.entries().length > 0;
  }

  async claim() {
    const part = this.place.querySelector("[data-claim]");
    const token = this.place.querySelector("[name=csrfmiddlewaretoken]");
    if (!part || !token) return;
    const body = new URLSearchParams({ csrfmiddlewaretoken: token.value });
    const answer = await fetch(part.dataset.claim, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.status === 409) this.say((await answer.json()).message);
  }
}
