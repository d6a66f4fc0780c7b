// A preview in place: the server renders it, nothing is kept.

import { model, piecesOf } from "./reading.js";

export async function preview(thread, form, address) {
  form.querySelector(".comment-preview")?.remove();
  const body = new URLSearchParams({ text: form.elements.text.value });
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.message), { said });
  const shown = model(thread, ".comment-preview");
  shown.querySelector(".comment-body").append(piecesOf(said.html));
  form.querySelector(".comment-form-foot").before(shown);
  shown.focus();
}
