// People whom this reader does not want to hear. Only this browser knows of it; the server is not told.

import { recall, remember } from "./memory.js";
import { model, say, word } from "./reading.js";

const MANY = 500; // people remembered; the oldest is forgotten first
const shownAgain = new Set();

function muted() {
  try {
    return JSON.parse(recall("muted") || "[]");
  } catch {
    return [];
  }
}

function keep(list) {
  remember("muted", list.length ? JSON.stringify(list.slice(-MANY)) : "");
}

function hide(thread, comment) {
  if (comment.querySelector(":scope > .comment-muted") || shownAgain.has(comment.dataset.comment)) return;
  const note = model(thread, ".comment-muted");
  note.querySelector("button").addEventListener("click", () => {
    shownAgain.add(comment.dataset.comment);
    show(comment);
    comment.tabIndex = -1;
    comment.focus();
  });
  comment.querySelector(".comment-head").after(note);
  comment.classList.add("is-muted");
}

function show(comment) {
  comment.querySelector(":scope > .comment-muted")?.remove();
  comment.classList.remove("is-muted");
}

// The list stands at the end of the thread: whoever was muted can be heard again there.
function list(thread, people) {
  thread.querySelector(":scope > .muted-list")?.remove();
  if (!people.length) return;
  const box = model(thread, ".muted-list");
  for (const [author, name] of people) {
    const item = document.createElement("li");
    const shownName = document.createElement("bdi");
    shownName.textContent = name;
    const button = model(thread, "[data-unmute]");
    button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    button.addEventListener("click", () => {
      keep(muted().filter(([other]) => other !== author));
      for (const comment of of(thread, author)) show(comment);
      mute(thread);
      const left = thread.querySelector(":scope > .muted-list");
      if (left) left.open = true;
      (left?.querySelector("button") ?? thread.querySelector(".comment-more"))?.focus();
    });
    item.append(shownName, " ", button);
    box.querySelector("ul").append(item);
  }
  thread.append(box);
}

const of = (thread, author) => thread.querySelectorAll(`[data-author="${CSS.escape(author)}"]`);

export function mute(thread) {
  const people = muted();
  for (const [author] of people) for (const comment of of(thread, author)) hide(thread, comment);
  list(thread, people);
}

export function muteAuthor(thread, comment) {
  const { author } = comment.dataset;
  shownAgain.clear();
  keep([...muted().filter(([other]) => other !== author), [author, comment.querySelector(".comment-name").textContent.trim()]]);
  mute(thread);
  say(thread, word(thread, "muted"));
}
