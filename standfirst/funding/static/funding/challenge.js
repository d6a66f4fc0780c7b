// Solves the challenge of the form, puts the solution into it, and sends the form on.

import { solved } from "../accounts/proof.js";

const box = document.querySelector("[data-challenge]");
const status = box.querySelector("[role=status]");
const challenge = JSON.parse(box.dataset.challenge);
const form = box.closest("form");

async function work() {
  status.textContent = status.dataset.working;
  form.setAttribute("aria-busy", "true");
  try {
    form.elements.altcha.value = await solved(challenge);
    status.textContent = status.dataset.done;
    form.requestSubmit();
  } catch {
    status.textContent = status.dataset.failed;
  } finally {
    form.removeAttribute("aria-busy");
  }
}

work();
