// Questions beside the text. Without this script a marked passage is a link to the question's page.

import { recall, remember } from "./memory.js";
import { refuse } from "./posting.js";
import { pieces } from "./reading.js";

const fragment = (kind, name) => `/fragments/${encodeURIComponent(`${kind}:${name}`)}`;
const panelOf = (name) => document.querySelector(`[data-panel="${CSS.escape(name)}"]`);
const marksOf = (name) => document.querySelectorAll(`[data-question="${CSS.escape(name)}"]`);
const draftOf = (form) => `draft.${form.dataset.answering}`;

function ready(panel) {
  panel.querySelector(".question-close").hidden = false;
  panel.tabIndex = -1;
  const form = panel.querySelector("form");
  if (!form) return;
  form.elements.text.value = recall(draftOf(form));
  form.elements.name.value = recall("name");
}

function show(panel, on) {
  panel.hidden = !on;
  const marks = marksOf(panel.dataset.panel);
  for (const mark of marks) mark.setAttribute("aria-expanded", String(on));
  if (!on) (panel.opener ?? marks[0])?.focus({ preventScroll: true });
}

// What is read stays where it is: the panel stands beside the text, or opens below its paragraph.
async function open(mark) {
  const name = mark.dataset.question;
  let panel = panelOf(name);
  if (!panel) {
    panel = document.createElement("aside");
    panel.className = "question-panel";
    panel.dataset.panel = name;
    panel.append(await pieces(fragment("question", name)));
    panel.setAttribute("aria-label", panel.querySelector(".question-by").textContent);
    if (panelOf(name)) return;
    const item = mark.closest("li");
    if (item) item.append(panel);
    else mark.closest("p").after(panel);
    ready(panel);
  }
  panel.opener = mark;
  show(panel, true);
  panel.focus({ preventScroll: true });
  if (panel.getBoundingClientRect().top > innerHeight - 120) panel.scrollIntoView({ block: "nearest" });
}

async function send(form) {
  const button = form.querySelector("[type=submit]");
  const { text, name } = form.elements;
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!answer.ok) return refuse(form, said.message, said.field);
    const published = said.state === "published";
    remember(draftOf(form), "");
    remember("name", name.value.trim());
    if (!published) remember(`wrote.${form.dataset.answering.replace(/:[^:]*$/, "")}`, "yes");
    text.value = "";
    form.querySelector("[data-error]").hidden = true;
    form.nextElementSibling.textContent = published ? form.dataset.posted : form.dataset.held;
    const answers = form.parentElement.querySelector("[data-fragment]");
    if (published) answers?.replaceChildren(await pieces(fragment("answers", form.dataset.answering)));
  } catch {
    form.dataset.plain = "yes"; // the next press sends the form without this script
    refuse(form, form.dataset.kept);
  } finally {
    button.disabled = false;
  }
  return undefined;
}

const text = document.querySelector("#text");

for (const mark of text?.querySelectorAll("[data-question]") ?? []) {
  mark.setAttribute("role", "button");
  mark.setAttribute("aria-expanded", String(Boolean(panelOf(mark.dataset.question))));
}
for (const panel of text?.querySelectorAll("[data-panel]") ?? []) if (panel.children.length) ready(panel);

text?.addEventListener("click", (event) => {
  if (event.target.matches(".question-close")) return show(event.target.parentElement, false);
  const mark = event.target.closest("[data-question]");
  if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const panel = panelOf(mark.dataset.question);
  if (panel && !panel.hidden) show(panel, false);
  else open(mark).catch(() => (location.href = mark.href));
});
text?.addEventListener("keydown", (event) => {
  const panel = event.target.closest("[data-panel]");
  if (event.key === "Escape" && panel) show(panel, false);
  if (event.key !== " " || !event.target.matches("[data-question]")) return;
  event.preventDefault();
  event.target.click();
});
text?.addEventListener("input", (event) => {
  const { form } = event.target;
  if (form?.dataset.answering && event.target.name === "text") remember(draftOf(form), event.target.value);
});
text?.addEventListener("submit", (event) => {
  if (!event.target.dataset.answering || event.target.dataset.plain) return;
  event.preventDefault();
  send(event.target);
});
