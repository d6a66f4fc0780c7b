// A passage of a comment, quoted in the form: by selecting it, or through the comment's menu.

import { answer } from "./posting.js";
import { model } from "./reading.js";
import { type } from "./toolbar.js";

let button = null;

const plain = (text) => text.replace(/[\\`*_~[\]<>&]/g, "\\$&");

const bodyAround = (node) => (node.closest ? node : node.parentElement)?.closest(".comment-body");

function selected(thread) {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const body = bodyAround(range.startContainer);
  if (!body || !thread.contains(body)) return null;
  const within = body.contains(range.endContainer);
  if (!within) range.setEnd(body, body.childNodes.length); // three clicks reach into what follows
  const text = (within ? selection : range).toString().trim();
  return text ? { body, range, text } : null;
}

function away() {
  button?.remove();
  button = null;
}

export function quote(thread, comment, text) {
  const form = thread.querySelector("form[data-answer]") ?? answer(thread, comment.dataset.comment);
  if (!form) return;
  const name = comment.querySelector(".comment-name").textContent.trim();
  const lines = text.split(/\n+/).filter((line) => line.trim());
  lines[0] = `**${plain(name)}:** ${plain(lines[0].trim())}`;
  const quoted = lines.map((line, at) => `> ${at ? plain(line.trim()) : line}`).join("\n");
  const field = form.elements.text;
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  type(field, `${field.value && !field.value.endsWith("\n") ? "\n\n" : ""}${quoted}\n\n`);
}

// The button stands right behind the words; the style moves it to the selection.
export function offer(thread) {
  const found = selected(thread);
  if (!found || !thread.querySelector(":scope > form[data-form]")) return away();
  const comment = found.body.closest(".comment");
  if (button?.previousElementSibling !== found.body) {
    away();
    button = model(thread, ".quote-button");
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
    found.body.after(button);
  }
  const place = found.range.getBoundingClientRect();
  const around = comment.getBoundingClientRect();
  button.style.insetBlockStart = `${place.bottom - around.top + 6}px`;
  button.style.left = `${Math.max(0, Math.min(place.left - around.left, around.width - button.offsetWidth))}px`;
  button.onclick = () => {
    away();
    getSelection().removeAllRanges();
    quote(thread, comment, found.text);
  };
}

document.addEventListener("selectionchange", () => {
  if (button && getSelection().isCollapsed && document.activeElement !== button) away();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") away();
  // Browsers do not agree on where the Tab key goes on from a selection.
  if (event.key !== "Tab" || event.shiftKey || !button || document.activeElement === button) return;
  event.preventDefault();
  button.focus();
});
