// The toolbar of a form: Markdown at a press or a key, the counter near the limit, Ctrl+Enter.

import { model, word } from "./reading.js";

const LONG = 10_000; // characters, as the server has it
const NEAR = 500; // characters before that at which counting begins
const TOLD = [500, 200, 100, 50, 20, 10, 0]; // what is said aloud: not every letter
const AROUND = { bold: "**", italic: "*", code: "`" };
const BEFORE = { quote: "> ", list: "- " };
const KEYS = { b: "bold", i: "italic", k: "link" };
const equipped = new WeakSet();

// As if it were typed, so that it can be undone.
export function type(field, text) {
  field.focus();
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function around(field, mark) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  if (mark === "`" && chosen.includes("\n")) return type(field, `\`\`\`\n${chosen}\n\`\`\`\n`);
  if (value.slice(from - mark.length, from) === mark && value.slice(to, to + mark.length) === mark) {
    field.setSelectionRange(from - mark.length, to + mark.length);
    type(field, chosen);
    return field.setSelectionRange(from - mark.length, to - mark.length);
  }
  type(field, mark + chosen + mark);
  return field.setSelectionRange(from + mark.length, to + mark.length);
}

function before(field, mark) {
  const { value } = field;
  const from = value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  const end = value.indexOf("\n", field.selectionEnd);
  const to = end < 0 ? value.length : end;
  const lines = value.slice(from, to).split("\n");
  const all = lines.every((line) => line.startsWith(mark));
  const gap = from && value.slice(from - 2, from) !== "\n\n" && !all ? "\n" : "";
  field.setSelectionRange(from, to);
  type(field, gap + lines.map((line) => (all ? line.slice(mark.length) : mark + line)).join("\n"));
}

function link(field) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  const address = /^https?:\/\/\S+$/.test(chosen);
  type(field, address ? `[](${chosen})` : `[${chosen}](https://)`);
  const at = address ? from + 1 : from + chosen.length + 3;
  field.setSelectionRange(at, address ? at : at + 8);
}

function mark(field, name) {
  if (name === "link") link(field);
  else if (AROUND[name]) around(field, AROUND[name]);
  else before(field, BEFORE[name]);
}

function counts(thread, form, bar) {
  const field = form.elements.text;
  const shown = bar.querySelector("[data-counter]");
  const told = bar.querySelector("[data-counted]");
  const limit = Number(field.getAttribute("maxlength")) || LONG;
  field.removeAttribute("maxlength"); // what is pasted is not cut off in silence
  let last = NEAR + 1;
  const count = () => {
    const left = limit - field.value.length;
    const words = left > NEAR ? "" : `${word(thread, left < 0 ? "over" : "left")} ${Math.abs(left)}`;
    shown.textContent = words;
    shown.classList.toggle("counter-over", left < 0);
    if (TOLD.some((step) => last > step !== left > step) || left < 0 !== last < 0) told.textContent = words;
    last = left;
  };
  field.addEventListener("input", count);
  count();
}

// One stop of the Tab key; the arrows lead from button to button.
function roving(bar) {
  const buttons = [...bar.querySelectorAll("button")];
  const go = (index) => {
    const next = buttons.at(index % buttons.length);
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    return next;
  };
  go(0);
  bar.addEventListener("keydown", (event) => {
    const here = buttons.indexOf(event.target);
    const onward = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const steps = { ArrowRight: here + onward, ArrowLeft: here - onward, Home: 0, End: -1 };
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    go(steps[event.key]).focus();
  });
}

export function equip(thread, form) {
  if (equipped.has(form)) return;
  equipped.add(form);
  for (const left of form.querySelectorAll("[data-equipment]")) left.remove(); // of the form that this is a copy of
  const field = form.elements.text;
  const bar = model(thread, ".toolbar");
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mark]");
    if (button) mark(field, button.dataset.mark);
  });
  roving(bar);
  field.after(bar);
  counts(thread, form, bar);
  field.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const name = KEYS[event.key.toLowerCase()];
    if (event.key !== "Enter" && !name) return;
    event.preventDefault();
    if (name) mark(field, name);
    else form.requestSubmit(form.querySelector("[type=submit]"));
  });
}
