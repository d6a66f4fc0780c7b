// Posting and answering in place. What is typed is kept in this browser until it is posted.

import { recall, remember } from "./memory.js";
import { insert, piecesOf, say, show, words } from "./reading.js";

const draftOf = (thread, form) => `draft.${thread.dataset.thread}.${form.elements.parent.value}`;

function restore(thread, form) {
  const { text, name } = form.elements;
  if (!text.value) text.value = recall(draftOf(thread, form));
  if (!name.value) name.value = recall("name");
}

export function refuse(form, message, field) {
  const error = form.querySelector("[data-error]");
  error.textContent = message;
  error.hidden = false;
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  const wrong = form.elements[field];
  if (wrong?.type !== "hidden") wrong?.setAttribute("aria-invalid", "true");
  (wrong && wrong.type !== "hidden" ? wrong : form.elements.text).focus();
}

function posted(thread, form, answer) {
  const parent = form.elements.parent.value;
  remember(draftOf(thread, form), "");
  remember("name", form.elements.name.value.trim());
  form.elements.text.value = "";
  if (form.elements.quote) form.elements.quote.value = "";
  form.querySelector("[data-error]").hidden = true;
  if (parent) form.remove();
  if (answer.state === "published") {
    const item = document.createElement("li");
    item.append(piecesOf(answer.html));
    if (!thread.querySelector(`[data-comment="${answer.id}"]`)) insert(thread, item, parent);
    show(thread.querySelector(`[data-comment="${answer.id}"]`).closest("li"));
    say(thread, words(thread, "posted"));
  } else {
    remember(`wrote.${thread.dataset.thread}`, "yes");
    const mine = thread.querySelector("[data-mine]");
    mine.append(piecesOf(answer.html));
    mine.scrollIntoView({ block: "center" });
    say(thread, words(thread, "held"));
  }
}

async function send(thread, form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (answer.ok) posted(thread, form, said);
    else refuse(form, said.message, said.field);
  } catch {
    form.dataset.plain = "yes"; // the next press sends the form without this script
    refuse(form, form.dataset.kept, "text");
  } finally {
    button.disabled = false;
  }
}

export function answer(thread, id) {
  const comment = thread.querySelector(`[data-comment="${CSS.escape(id)}"]`);
  const model = thread.querySelector(":scope > form[data-form]");
  if (!comment || !model) return;
  thread.querySelector("form[data-answer]")?.remove();
  const form = model.cloneNode(true);
  form.reset();
  form.dataset.answer = id;
  form.elements.parent.value = id;
  form.elements.text.value = "";
  for (const label of form.querySelectorAll("label")) label.htmlFor += "-answer";
  for (const named of form.querySelectorAll("[id]")) named.id += "-answer";
  form.querySelector("[data-error]").hidden = true;
  form.querySelector("label").textContent = words(thread, "label");
  const cancel = piecesOf(thread.querySelector("template[data-words]").innerHTML).querySelector("button");
  cancel.addEventListener("click", () => {
    form.remove();
    comment.querySelector("a[data-reply]")?.focus();
  });
  form.querySelector("[type=submit]").before(cancel);
  comment.querySelector(":scope > .comment-actions").after(form);
  restore(thread, form);
  form.elements.text.focus();
}

export async function showMine(thread) {
  if (!recall(`wrote.${thread.dataset.thread}`)) return;
  const answered = await fetch(`${thread.dataset.base}mine/`).catch(() => null);
  if (!answered?.ok) return;
  const mine = thread.querySelector("[data-mine]");
  mine.replaceChildren(piecesOf(await answered.text()));
  if (!mine.children.length) remember(`wrote.${thread.dataset.thread}`, "");
}

export function posts(thread) {
  const form = thread.querySelector(":scope > form[data-form]");
  if (form) restore(thread, form);
  thread.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-form]") || event.target.dataset.plain) return;
    event.preventDefault();
    send(thread, event.target);
  });
  thread.addEventListener("input", (event) => {
    const typed = event.target.form;
    if (typed?.matches("form[data-form]") && event.target.name === "text") {
      remember(draftOf(thread, typed), event.target.value);
    }
  });
  thread.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!form) return;
    event.preventDefault();
    answer(thread, link.dataset.reply);
  });
}
