// Who is signed in: asked for only where this browser was told that somebody is, as a kept page knows nobody.
// Where only people with an account comment, everybody else finds the way to sign in, in place of the form.

import { pieces } from "./reading.js";

export async function meets(form) {
  const [field, door] = [form.querySelector("[data-me]"), form.querySelector("[data-sign-in]")];
  const asked = field && /(^|; )sf_here=/.test(document.cookie);
  const me = asked ? (await pieces(field.dataset.me)).querySelector("[data-name]") : null;
  form.classList.toggle("comment-form-shut", Boolean(door && !me));
  if (!me) return;
  if (door) door.hidden = true;
  field.hidden = Boolean(me.dataset.name);
  field.before(me);
}
