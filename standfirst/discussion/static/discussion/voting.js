// Votes in place. The browser remembers its own, so that a second press takes the vote back.

import { recall, remember } from "./memory.js";
import { say } from "./reading.js";

const VALUES = { 1: "up", "-1": "down" };

export function markVotes(within) {
  for (const form of within.querySelectorAll("form[data-vote]")) {
    const own = recall(`vote.${form.closest("[data-comment]").dataset.comment}`);
    for (const button of form.elements) button.setAttribute("aria-pressed", String(button.value === own));
  }
}

async function cast(thread, form, value) {
  const name = `vote.${form.closest("[data-comment]").dataset.comment}`;
  const body = new URLSearchParams({ vote: recall(name) === value ? "none" : value });
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) return say(thread, said.message);
  remember(name, VALUES[said.mine] ?? "");
  form.querySelector("[data-up]").textContent = said.up;
  form.querySelector("[data-down]").textContent = said.down;
  return markVotes(form.parentElement);
}

export function votes(thread) {
  markVotes(thread);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const added of change.addedNodes) if (added.nodeType === Node.ELEMENT_NODE) markVotes(added);
    }
  }).observe(thread, { childList: true, subtree: true });
  thread.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!form.matches("form[data-vote]") || !submitter || form.dataset.plain) return;
    event.preventDefault();
    cast(thread, form, submitter.value).catch(() => {
      form.dataset.plain = "yes"; // without this script, then
      submitter.click();
    });
  });
}
