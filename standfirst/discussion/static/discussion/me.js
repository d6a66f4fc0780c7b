// Who is signed in: asked for only where this browser was told that somebody is, as a kept page knows nobody.

import { pieces } from "./reading.js";

export async function meets(form) {
  const field = form.querySelector("[data-me]");
  if (!field || !/(^|; )sf_here=/.test(document.cookie)) return;
  const me = (await pieces(field.dataset.me)).querySelector("[data-name]");
  if (!me) return;
  field.hidden = Boolean(me.dataset.name);
  field.before(me);
}
