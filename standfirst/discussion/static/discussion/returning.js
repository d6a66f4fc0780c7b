// What this browser knows of its reader's ways: the order, branches that are closed, what is new since the last visit.

import { recall, remember } from "./memory.js";
import { pieces, steadily } from "./reading.js";

const VISITS_MAX = 100; // threads; the one that was longest not seen is forgotten
const FOLDED_MAX = 200; // branches

function visits() {
  try {
    return new Map(JSON.parse(recall("visits")));
  } catch {
    return new Map();
  }
}

function visited(thread, event) {
  const all = visits();
  all.delete(thread.dataset.thread);
  remember("visits", JSON.stringify([...all, [thread.dataset.thread, Number(event)]].slice(-VISITS_MAX)));
}

function markFresh(thread, within, since) {
  if (since === undefined) return;
  for (const comment of within.querySelectorAll(".comment:not(.comment-gap)")) {
    if (!(comment.dataset.event > since) || recall(`own.${comment.dataset.comment}`)) continue;
    const model = thread.querySelector("template[data-words]").content.querySelector("[data-fresh]");
    comment.querySelector(".comment-badges").append(model.cloneNode(true));
  }
}

function fold(within) {
  const folded = recall("folded").split(",");
  for (const branch of within.querySelectorAll(".branch")) {
    if (folded.includes(branch.parentElement.dataset.comment) && !branch.querySelector(":target")) branch.open = false;
  }
}

function folded({ target: branch }) {
  if (!branch.matches(".branch")) return;
  const id = branch.parentElement.dataset.comment;
  const others = recall("folded").split(",").filter((each) => each && each !== id);
  remember("folded", (branch.open ? others : [...others, id]).slice(-FOLDED_MAX).join(","));
}

const orderOf = (tab) => new URLSearchParams(tab.search).get("order");

// A page is the same for everybody; only where it says nothing of an order the reader's own takes its place.
async function reorder(thread) {
  const order = recall("order");
  const tabs = [...thread.querySelectorAll(".thread-orders a")];
  const tab = tabs.find((each) => orderOf(each) === order);
  const asked = new URLSearchParams(location.search);
  if (!tab || tab.hasAttribute("aria-current") || ["order", "after", "comment", "show"].some((name) => asked.has(name))) return;
  const list = thread.querySelector(":scope > [data-list]");
  const before = list.childElementCount;
  const found = await pieces(`${thread.dataset.base}page/?order=${order}`);
  if (list.contains(document.activeElement) || list.childElementCount !== before) return; // already at work in it
  steadily(() => list.replaceChildren(...found.children));
  thread.dataset.order = order;
  for (const each of tabs) each.removeAttribute("aria-current");
  tab.setAttribute("aria-current", "true");
}

export async function returns(thread) {
  thread.addEventListener("click", (event) => {
    const tab = event.target.closest(".thread-orders a");
    if (tab) remember("order", orderOf(tab));
  });
  const since = visits().get(thread.dataset.thread);
  visited(thread, thread.dataset.event);
  thread.addEventListener("caughtup", (event) => visited(thread, event.detail));
  thread.addEventListener("toggle", folded, true);
  thread.addEventListener("arrived", (event) => {
    fold(event.target);
    markFresh(thread, event.target, since);
  });
  await reorder(thread).catch(() => {}); // then the page stays in the order that it came in
  fold(thread);
  markFresh(thread, thread, since);
}
