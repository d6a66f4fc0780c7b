// The bubble: all comments, the new ones since this page was opened, an invitation once in a browser's life.

import { recall, remember } from "./memory.js";
import { answer } from "./posting.js";

const INVITE_AFTER = 20_000; // ms of reading
const CARD_STAYS = 12_000; // ms; the button in the thread stays
const FIRST_WORDS = 90; // characters

export class Bubble {
  constructor(thread, news) {
    this.thread = thread;
    this.news = news;
    if (recall("bubble") === "gone") return;
    this.box = thread.querySelector("template[data-bubble]").content.firstElementChild.cloneNode(true);
    document.body.append(this.box);
    this.card = this.box.querySelector(".bubble-card");
    this.box.querySelector(".bubble-close").addEventListener("click", () => this.dismiss());
    this.box.querySelector(".bubble-count").addEventListener("click", (event) => this.open(event));
    this.box.querySelector(".bubble-reply").addEventListener("click", (event) => this.reply(event));
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.card.hidden = true;
    });
    if (!recall("invited") && thread.querySelector("form[data-form]")) setTimeout(() => this.invite(), INVITE_AFTER);
  }

  dismiss() {
    remember("bubble", "gone");
    const title = this.thread.querySelector(".thread-title"); // where the focus goes on from
    if (this.box.matches(":focus-within")) {
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    }
    this.box.remove();
    this.box = null;
  }

  invite() {
    if (!this.box || document.hidden || this.answering || recall("invited")) return;
    remember("invited", "yes");
    this.showCard();
  }

  showCard() {
    this.card.hidden = false;
    clearTimeout(this.timer);
    const over = () => {
      if (this.box?.matches(":is(:hover, :focus-within)")) this.timer = setTimeout(over, CARD_STAYS); // somebody reads it
      else this.card.hidden = true;
    };
    this.timer = setTimeout(over, CARD_STAYS);
  }

  // Called when the news have changed; `latest` is the newest comment that arrived, if one did.
  changed(news, latest) {
    if (!this.box) return null;
    if (news.total !== null) this.box.querySelector("[data-total]").textContent = news.total;
    const count = news.waiting.length;
    this.box.querySelector("[data-new]").textContent = count;
    this.box.querySelector(".bubble-new").hidden = !count;
    if (!latest) return this.stillThere(news);
    const name = latest.querySelector(".comment-name").textContent;
    const text = latest.querySelector(".comment-body").textContent.trim().replace(/\s+/g, " ");
    const cut = text.length > FIRST_WORDS ? `${text.slice(0, FIRST_WORDS)}…` : text;
    this.box.querySelector(".bubble-words").textContent = `${name}: ${cut}`;
    this.answering = latest.querySelector(".comment").dataset.comment;
    return this.showCard();
  }

  // What was removed meanwhile is not shown any longer here either.
  stillThere({ waiting }) {
    const there = `[data-comment="${this.answering}"]:not(.comment-gap)`;
    if (this.answering && ![this.thread, ...waiting].some((within) => within.querySelector(there))) this.card.hidden = true;
  }

  open(event) {
    if (!this.news.waiting.length) return;
    event.preventDefault();
    this.card.hidden = true;
    this.news.show();
  }

  reply(event) {
    this.card.hidden = true;
    if (!this.answering) return;
    event.preventDefault();
    this.news.show();
    answer(this.thread, this.answering);
  }
}
