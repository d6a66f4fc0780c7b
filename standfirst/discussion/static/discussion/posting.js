// Posting and answering in place. What is typed is kept in this browser until it is posted.

import { meets } from "./me.js";
import { recall, remember } from "./memory.js";
import { insert, piecesOf, say, show, word, words } from "./reading.js";
import { sent } from "./sending.js";

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
  const named = form.elements[field];
  const wrong = named instanceof Element && named.type !== "hidden" ? named : null;
  wrong?.setAttribute("aria-invalid", "true");
  (wrong ?? form.elements.text).focus();
}

function emptied(form) {
  form.elements.text.value = "";
  form.querySelector("[data-error]").hidden = true;
  form.querySelector("[data-attach]").open = false;
  form.querySelector("[data-attached]").replaceChildren();
  form.querySelector(".comment-preview")?.remove();
  for (const file of form.querySelectorAll("[type=file]")) file.value = "";
}

async function preview(thread, form, address) {
  try {
    await (await import("./previewing.js")).preview(thread, form, address);
  } catch (problem) {
    refuse(form, problem.said?.message ?? form.dataset.kept, "text");
  }
}

function posted(thread, form, answer) {
  const parent = form.elements.parent.value;
  remember(draftOf(thread, form), "");
  remember("name", form.elements.name.value.trim());
  remember(`own.${answer.id}`, "yes");
  if (form.elements.quote) form.elements.quote.value = "";
  emptied(form);
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
  if (form.querySelector("[data-uploading]")) return refuse(form, word(thread, "wait"), "text");
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    posted(thread, form, await sent(form, (message) => say(thread, message)));
  } catch (said) {
    if (!said.code) form.dataset.plain = "yes"; // the next press sends the form without this script
    refuse(form, said.code ? said.message : form.dataset.kept, said.code ? said.field : "text");
  } finally {
    button.disabled = false;
  }
  return null;
}

export function answer(thread, id) {
  const comment = thread.querySelector(`[data-comment="${CSS.escape(id)}"]`);
  const model = thread.querySelector(":scope > form[data-form]");
  if (!comment || !model) return null;
  thread.querySelector("form[data-answer]")?.remove();
  const form = model.cloneNode(true);
  form.reset();
  form.dataset.answer = id;
  form.elements.parent.value = id;
  emptied(form);
  for (const label of form.querySelectorAll("label[for]")) label.htmlFor += "-answer";
  for (const named of form.querySelectorAll("[id]")) named.id += "-answer";
  form.querySelector("label").textContent = words(thread, "label");
  const cancel = piecesOf(thread.querySelector("template[data-words]").innerHTML).querySelector("button");
  cancel.addEventListener("click", () => {
    form.remove();
    comment.querySelector("a[data-reply]")?.focus();
  });
  form.querySelector("[type=submit]").before(cancel);
  comment.querySelector(":scope > .comment-actions").after(form);
  restore(thread, form);
  (form.matches(".comment-form-shut") ? form.querySelector("[data-sign-in] a") : form.elements.text).focus();
  return form;
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
  if (form) {
    restore(thread, form);
    meets(form).catch(() => {}); // then the form asks for a name, as it does without this script
  }
  thread.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-form]") || event.target.dataset.plain) return;
    event.preventDefault();
    if (event.submitter?.hasAttribute("formaction")) preview(thread, event.target, event.submitter.formAction);
    else send(thread, event.target);
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
