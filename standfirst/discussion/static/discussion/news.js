// What others post while the page is open: counted at once, inserted when the reader asks for it.

import { insert, isNew, pieces, show } from "./reading.js";

export class News {
  constructor(thread, changed) {
    this.thread = thread;
    this.changed = changed;
    this.waiting = [];
    this.event = Number(thread.dataset.event);
    this.total = null;
  }

  async look() {
    const found = (await pieces(`${this.thread.dataset.base}since/${this.event}/`)).firstElementChild;
    this.event = Number(found.dataset.event);
    this.total = found.dataset.total;
    const all = this.thread.dataset.show !== "inline"; // else only answers to questions, and what is below them
    const fits = (item) => all || item.dataset.parent || item.querySelector("[data-asked]");
    const fresh = [...found.children].filter((item) => isNew(this.thread, item) && fits(item));
    this.waiting.push(...fresh);
    this.thread.querySelector(".thread-title .figure").textContent = this.total;
    this.offer();
    this.changed(this, fresh.at(-1));
  }

  // The button takes the place of nothing: it stands between the form and the list.
  offer() {
    this.button?.remove();
    this.waiting = this.waiting.filter((item) => isNew(this.thread, item));
    if (!this.waiting.length) return;
    const model = this.thread.querySelector("template[data-news]").content;
    this.button = model.firstElementChild.cloneNode(true);
    this.button.querySelector(".figure").textContent = this.waiting.length;
    this.button.addEventListener("click", () => this.show());
    this.thread.querySelector(":scope > [data-list]").before(this.button);
  }

  show() {
    const items = this.waiting.filter((item) => isNew(this.thread, item));
    this.waiting = [];
    this.button?.remove();
    for (const item of items) {
      insert(this.thread, item, item.dataset.parent);
      for (const comment of item.querySelectorAll(".comment")) comment.classList.add("comment-new");
    }
    if (items.length) show(items[0]);
    this.changed(this);
    return items.at(-1);
  }
}
