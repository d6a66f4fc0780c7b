// What is loaded when somebody needs it: toolbar and pictures with the focus in a form, quoting with a selection,
// the menu of a comment with its button, muting and cards where there is something to mute or to show.

import { recall } from "./memory.js";
import { model } from "./reading.js";

const CARDS = '.comment-body a[href^="http"]:not([data-card])';

function dress(thread, within) {
  for (const actions of within.querySelectorAll(".comment-actions")) {
    if (actions.querySelector(".comment-more")) continue;
    const button = model(thread, "button.comment-more");
    const name = actions.parentElement.querySelector(".comment-name").textContent;
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")} ${name}`);
    actions.append(button);
  }
  if (recall("muted")) import("./muting.js").then((muting) => muting.mute(thread));
  if (within.querySelector(CARDS)) import("./cards.js").then((cards) => cards.make(thread));
}

export function extras(thread) {
  dress(thread, thread);
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    if (added.some((node) => node.matches?.(".comment-body") || node.querySelector?.(".comment-body"))) dress(thread, thread);
  }).observe(thread, { childList: true, subtree: true });
  thread.addEventListener("focusin", async (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    // What is pressed must not move before it is let go: else the click goes elsewhere.
    do await new Promise(requestAnimationFrame);
    while (form.matches(":active"));
    const [toolbar, attaching] = await Promise.all([import("./toolbar.js"), import("./attaching.js")]);
    toolbar.equip(thread, form);
    attaching.equip(thread, form);
  });
  thread.addEventListener("click", async (event) => {
    const button = event.target.closest(".comment-more");
    if (button) (await import("./menu.js")).toggle(thread, button);
  });
  document.addEventListener("selectionchange", async () => {
    const { anchorNode: node, isCollapsed } = getSelection();
    if (isCollapsed || !thread.contains(node)) return;
    if ((node.closest ? node : node.parentElement).closest(".comment-body")) (await import("./quoting.js")).offer(thread);
  });
}
