// Reporting a comment in a dialog over the page. Loaded when somebody asks for it; the link leads to the same form.

import { piecesOf, say } from "../reading.js";

async function send(thread, dialog, form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (answer.ok) {
      dialog.close();
      say(thread, said.message);
      dialog.link.after(Object.assign(document.createElement("span"), { className: "comment-reported", textContent: said.message }));
      dialog.link.remove();
    } else {
      const error = form.querySelector("[data-error]");
      error.textContent = said.message;
      error.hidden = false;
    }
  } catch {
    form.submit(); // without this script, then
  } finally {
    button.disabled = false;
  }
}

export async function report(thread, link) {
  const answer = await fetch(link.href);
  const actions = link.parentElement; // the link is gone once the report is sent
  if (!answer.ok) throw new Error(answer.status);
  const form = piecesOf(await answer.text()).querySelector("[data-report-form]");
  const dialog = document.createElement("dialog");
  const title = document.createElement("h2");
  title.id = "report-title";
  title.textContent = link.textContent.trim().replace(/\s+/g, " ");
  const cancel = piecesOf(thread.querySelector("template[data-words]").innerHTML).querySelector("button");
  cancel.addEventListener("click", () => dialog.close());
  form.querySelector("[type=submit]").before(cancel);
  dialog.className = "report-dialog";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.link = link;
  dialog.append(title, form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    (link.offsetParent ? link : actions.querySelector(".comment-more"))?.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(thread, dialog, form);
  });
  thread.append(dialog);
  dialog.showModal();
}
