// Pictures while a comment is written: chosen, pasted or dropped; each is sent at once and can be taken back.

import { model, say, word } from "./reading.js";

const MANY = 4; // of one comment
const LARGE = 8 * 1024 * 1024; // bytes
const equipped = new WeakSet();

// With the old way of asking, as the new one tells nothing of what has been sent.
function send(address, file, progressed) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => progressed(event.loaded / event.total));
    request.addEventListener("load", () => {
      const said = request.response ?? {};
      if (request.status === 201) done(said);
      else failed(new Error(said.message ?? ""));
    });
    request.addEventListener("error", () => failed(new Error("")));
    request.open("POST", address);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
}

function complain(form, message) {
  const error = form.querySelector("[data-error]");
  error.textContent = message || form.dataset.kept;
  error.hidden = false;
}

function arrived(thread, item, taken) {
  const picture = new Image(96, 72);
  picture.src = taken.url;
  picture.alt = "";
  item.querySelector("progress").replaceWith(picture);
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "picture", value: taken.name });
  const alt = item.querySelector("label input");
  alt.name = `picture-alt-${taken.name}`;
  item.append(kept);
  delete item.dataset.uploading;
  item.dataset.name = taken.name;
  say(thread, word(thread, "arrived"));
  if (!item.closest("form").contains(document.activeElement) || document.activeElement.type === "file") alt.focus();
}

async function add(thread, form, file) {
  const box = form.querySelector("[data-attach]");
  const item = model(thread, ".attached-one");
  item.dataset.uploading = "yes";
  item.querySelector("[data-remove]").addEventListener("click", () => {
    item.remove();
    if (item.dataset.name) fetch(`/discussion/pictures/${item.dataset.name}/removal/`, { method: "POST" });
    (box.querySelector("[data-remove]") ?? box.querySelector("summary")).focus();
  });
  box.open = true;
  box.querySelector("[data-attached]").append(item);
  try {
    const bar = item.querySelector("progress");
    const taken = await send(box.dataset.attach, file, (share) => (bar.value = share));
    if (item.isConnected) arrived(thread, item, taken);
    else fetch(`/discussion/pictures/${taken.name}/removal/`, { method: "POST" });
  } catch (problem) {
    item.remove();
    complain(form, problem.message);
  }
}

function addAll(thread, form, files) {
  const pictures = [...files].filter((file) => file.type.startsWith("image/"));
  if (!pictures.length) return false;
  const room = MANY - form.querySelectorAll("[data-attached] > li").length;
  form.querySelector("[data-error]").hidden = true;
  if (pictures.length > room) complain(form, word(thread, "many"));
  for (const file of pictures.slice(0, Math.max(0, room))) {
    if (file.size > LARGE) complain(form, word(thread, "large"));
    else add(thread, form, file);
  }
  return true;
}

export function equip(thread, form) {
  const box = form.querySelector("[data-attach]");
  if (!box || equipped.has(form)) return;
  equipped.add(form);
  for (const row of box.querySelectorAll("[data-file]")) row.remove();
  const button = model(thread, ".attach-add");
  const input = button.querySelector("input");
  input.addEventListener("change", () => {
    addAll(thread, form, input.files);
    input.value = "";
  });
  box.append(button);
  form.elements.text.addEventListener("paste", (event) => {
    if (addAll(thread, form, event.clipboardData.files)) event.preventDefault();
  });
  form.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  form.addEventListener("drop", (event) => {
    if (addAll(thread, form, event.dataTransfer.files)) event.preventDefault();
  });
}
