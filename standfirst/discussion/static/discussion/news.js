// What happens while the page is open: new comments are counted at once and inserted when the reader asks for it;
// those that changed are renewed, those that are gone go, votes move.

import { insert, isNew, pieces, say, show, steadily, words } from "./reading.js";

const SAY_AFTER = 5_000; // ms; what comes in a rush is told at once

export class News {
  constructor(thread, changed) {
    this.thread = thread;
    this.changed = changed;
    this.waiting = [];
    this.event = Number(thread.dataset.event);
    this.votes = Number(thread.dataset.votes);
    this.total = null;
  }

  async look() {
    const address = `${this.thread.dataset.base}since/${this.event}/?votes=${this.votes}`;
    const found = (await pieces(address)).firstElementChild;
    this.event = Math.max(this.event, Number(found.dataset.event)); // two looks may come back in any order
    this.votes = Math.max(this.votes, Number(found.dataset.votes));
    this.total = found.dataset.total;
    this.thread.querySelector(".thread-title .figure").textContent = this.total;
    const all = this.thread.dataset.show !== "inline"; // else only answers to questions, and what is below them
    const fits = (item) => all || item.dataset.parent || item.querySelector("[data-asked]");
    const items = [...found.children];
    const known = new Set(this.waiting.map((item) => item.querySelector(".comment").dataset.comment));
    const fresh = items.filter(
      (item) =>
        "parent" in item.dataset &&
        isNew(this.thread, item) &&
        !known.has(item.querySelector(".comment").dataset.comment) &&
        fits(item),
    );
    const others = items.filter((item) => !fresh.includes(item));
    if (others.length) (await import("./renewing.js")).renew(this.thread, others, this.waiting);
    this.waiting.push(...fresh);
    this.offer();
    this.changed(this, fresh.at(-1));
    if (fresh.length) this.tell();
  }

  // Once for all that come together, and never in between: somebody may be listening to what they write.
  tell() {
    this.telling ??= setTimeout(() => {
      this.telling = null;
      if (this.waiting.length) say(this.thread, `${words(this.thread, "arrived")} ${this.waiting.length}`);
    }, SAY_AFTER);
  }

  offer() {
    this.waiting = this.waiting.filter((item) => item.querySelector(".comment") && isNew(this.thread, item));
    if (!this.waiting.length) return this.button && steadily(() => this.button.remove());
    if (!this.button?.isConnected) {
      this.button = this.thread.querySelector("template[data-news]").content.firstElementChild.cloneNode(true);
      this.button.addEventListener("click", () => this.show());
      steadily(() => this.thread.querySelector(":scope > [data-list]").before(this.button));
    }
    this.button.querySelector(".figure").textContent = this.waiting.length;
    return null;
  }

  show() {
    const items = this.waiting.filter((item) => isNew(this.thread, item));
    this.waiting = [];
    this.button?.remove();
    for (const item of items) {
      insert(this.thread, item, item.dataset.parent);
      for (const comment of item.querySelectorAll(".comment")) comment.classList.add("comment-new");
    }
    this.thread.dispatchEvent(new CustomEvent("caughtup", { detail: this.event }));
    if (items.length) show(items[0]);
    this.changed(this);
    return items.at(-1);
  }
}
