// Questions beside the text. Without this script a marked passage is a link to the question's page.

import { recall, remember } from "./memory.js";
import { refuse } from "./posting.js";
import { sent } from "./sending.js";
import { pieces } from "./reading.js";

const fragment = (kind, name) => `/fragments/${encodeURIComponent(`${kind}:${name}`)}`;
const text = document.querySelector("#text");
const all = (kind, name) => text.querySelectorAll(`[data-${kind}${name ? `="${name}"` : ""}]`);
const panelOf = (name) => all("panel", name)[0];
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
  const marks = all("question", panel.dataset.panel);
  for (const mark of marks) mark.ariaExpanded = on;
  if (!on) (panel.opener ?? marks[0])?.focus({ preventScroll: true });
}

// Beside the text, or below its paragraph: what is read stays where it is.
async function open(mark) {
  const name = mark.dataset.question;
  let panel = panelOf(name);
  if (!panel) {
    panel = document.createElement("aside");
    panel.className = "question-panel";
    panel.dataset.panel = name;
    panel.append(await pieces(fragment("question", name)));
    panel.ariaLabel = panel.querySelector(".question-by").textContent;
    if (panelOf(name)) return;
    mark.closest("p")?.after(panel);
    mark.closest("li")?.append(panel);
    ready(panel);
  }
  panel.opener = mark;
  show(panel, true);
  panel.focus({ preventScroll: true });
  if (panel.getBoundingClientRect().top > innerHeight - 120) panel.scrollIntoView({ block: "nearest" });
}

async function send(form) {
  const button = form.querySelector("[type=submit]");
  const { text: words, name } = form.elements;
  button.disabled = true;
  try {
    const said = await sent(form);
    const published = said.state === "published";
    remember(draftOf(form), "");
    remember("name", name.value);
    if (!published) remember(`wrote.${form.dataset.answering.slice(0, -37)}`, "yes");
    words.value = "";
    form.querySelector("[data-error]").hidden = true;
    form.nextElementSibling.textContent = published ? form.dataset.posted : form.dataset.held;
    const answers = form.parentElement.querySelector("[data-fragment]");
    if (published) answers?.replaceChildren(await pieces(fragment("answers", form.dataset.answering)));
  } catch (said) {
    if (!said.code) form.dataset.plain = "yes"; // the next press sends the form without this script
    refuse(form, said.code ? said.message : form.dataset.kept, said.field);
  } finally {
    button.disabled = false;
  }
}

for (const mark of all("question")) {
  mark.role = "button";
  mark.ariaExpanded = Boolean(panelOf(mark.dataset.question));
}
for (const panel of all("panel")) if (panel.children.length) ready(panel);

text.addEventListener("click", (event) => {
  if (event.target.matches(".question-close")) return show(event.target.parentElement, false);
  const mark = event.target.closest("[data-question]");
  if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const panel = panelOf(mark.dataset.question);
  if (panel && !panel.hidden) show(panel, false);
  else open(mark).catch(() => (location.href = mark.href));
});
text.addEventListener("keydown", (event) => {
  const panel = event.target.closest("[data-panel]");
  if (event.key === "Escape" && panel) show(panel, false);
  if (event.key !== " " || !event.target.matches("[data-question]")) return;
  event.preventDefault();
  event.target.click();
});
text.addEventListener("input", (event) => {
  const { form } = event.target;
  if (form?.dataset.answering && event.target.name === "text") remember(draftOf(form), event.target.value);
});
text.addEventListener("submit", (event) => {
  if (!event.target.dataset.answering || event.target.dataset.plain) return;
  event.preventDefault();
  send(event.target);
});
