// The moderators' page: decisions without a new page, and keys. All of it works as plain links and forms.

import { Cases } from "./cases.js";

const COUNTS_EVERY_MS = 15_000;
const desk = document.querySelector("[data-moderation]");
const said = document.querySelector("[data-said]");
const words = document.querySelector("[data-words]").dataset;
const help = document.querySelector("[data-keys-help]");
const keysOn = document.querySelector("[data-keys]");
const lists = document.querySelector("[data-counts]");
const cases = new Cases(desk, say);
let awaitsDigit = false;
let busy = false;

function say(message) {
  said.textContent = message;
}

function count(counts) {
  for (const [list, many] of Object.entries(counts)) {
    const place = lists.querySelector(`[data-count="${list}"]`);
    if (place) place.textContent = many;
  }
}

async function look() {
  const answer = await fetch(lists.dataset.counts, { headers: { Accept: "application/json" } });
  if (answer.ok) count(await answer.json());
}

function awaitDigit(on) {
  awaitsDigit = on;
  desk.querySelector("[data-reasons]")?.classList.toggle("moderation-awaits", on);
  say(on ? words.reasonsOpen : "");
}

async function send(form, submitter) {
  if (busy) return;
  busy = true;
  const body = new URLSearchParams(new FormData(form, submitter));
  const here = cases.current();
  const next = form.matches("[data-decide]") ? cases.neighbour(1) ?? cases.neighbour(-1) : null;
  if (next) body.set("next", next);
  try {
    const address = form.getAttribute("action"); // a button of that name stands before the property
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) {
      if (told.code === "discussion.reason_missing") form.querySelector("[name=reason]")?.focus();
      else if (told.code !== "discussion.nothing_to_undo" && !form.matches("[data-act]")) await cases.show(here);
      say(told.message);
      return;
    }
    cases.gone(told.decided);
    count(told.counts);
    await cases.show(told.next || cases.first());
    say(told.said);
  } catch {
    say(words.failed);
  } finally {
    busy = false;
    awaitsDigit = false;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-decide], [data-many], [data-undo], [data-act]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

desk.addEventListener("click", (event) => {
  const link = event.target.closest("[data-entry] a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { entry } = link.closest("[data-entry]").dataset;
  if (entry === cases.current()) desk.querySelector("[data-heading]").focus(); // a form that is open there stays
  else cases.show(entry, { focus: true });
});

function press(selector) {
  const button = desk.querySelector(selector) ?? document.querySelector(selector);
  button?.click();
}

const KEYS = {
  j: () => cases.show(cases.neighbour(1), { focus: true }),
  k: () => cases.show(cases.neighbour(-1), { focus: true }),
  a: () => press('[data-decide] [data-key="a"]'),
  h: () => press('[data-decide] [data-key="h"]'),
  s: () => press('[data-decide] [data-key="s"]'),
  r() {
    if (desk.querySelector("[data-digit]")) awaitDigit(true);
    else desk.querySelector("#reason")?.focus(); // no reason is at hand, or it is rejected already
  },
  u: () => press("[data-undo] button"),
  x: () => desk.querySelector(`[data-entry="${cases.current()}"] input`)?.click(),
  b() {
    const form = desk.querySelector("[data-ban]");
    if (!form) return;
    form.open = true;
    form.querySelector("select").focus();
  },
  "?": () => help.showModal(),
  Escape: () => awaitDigit(false),
};

function typing(target) {
  return target.closest?.("textarea, select, [contenteditable], dialog, input:not([type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!keysOn.checked || help.open) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (awaitsDigit && /^[1-9]$/.test(event.key)) {
    event.preventDefault();
    press(`[data-decide] [data-digit="${event.key}"]`);
    return;
  }
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (!act || event.repeat) return;
  event.preventDefault();
  if (event.key !== "r") awaitDigit(false);
  act();
});

// Single keys can be in the way of a screen reader or of speech: whoever switches them off finds them off next time.
keysOn.checked = localStorage.getItem("standfirst.desk.keys") !== "off";
keysOn.addEventListener("change", () => localStorage.setItem("standfirst.desk.keys", keysOn.checked ? "on" : "off"));
keysOn.closest("label").hidden = false;
const helpButton = document.querySelector("[data-help]");
helpButton.hidden = false;
helpButton.addEventListener("click", () => help.showModal());
setInterval(() => document.hidden || look().catch(() => {}), COUNTS_EVERY_MS);
cases.begin();
