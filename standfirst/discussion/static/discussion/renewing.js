// Comments on an open page that were changed or removed, and votes that others cast. Loaded when there are some.
//
// What somebody writes, the focus and a selection stay: a comment's parts are replaced, never its answers or forms.

import { steadily } from "./reading.js";

const LATER = 3_000; // ms; until then nobody may have their selection inside any more

const stays = (part) => part.matches(".replies, .branch, form");
const isGap = (comment) => comment.classList.contains("comment-gap");

function selectedIn(comment) {
  const selection = getSelection();
  return !selection.isCollapsed && [...comment.children].some((part) => !stays(part) && selection.containsNode(part, true));
}

function put(comment, fresh) {
  const focused = [...comment.children].find((part) => !stays(part) && part.contains(document.activeElement));
  const at = focused ? [...focused.querySelectorAll("a, button")].indexOf(document.activeElement) : -1;
  for (const part of [...comment.children]) if (!stays(part)) part.remove();
  const parts = [...fresh.children].filter((part) => !stays(part)).map((part) => part.cloneNode(true));
  comment.prepend(...parts);
  comment.classList.toggle("comment-gap", isGap(fresh));
  if (!focused) return;
  const again = parts.find((part) => part.className === focused.className)?.querySelectorAll("a, button")[at];
  if (!again) comment.tabIndex = -1;
  (again ?? comment).focus({ preventScroll: true });
}

// A gap stays as long as something hangs below it, or somebody writes there.
function tidy(comment) {
  let place = comment;
  while (place && isGap(place) && !place.querySelector(".comment, .replies-more, form")) {
    const above = place.parentElement.closest(".comment");
    const item = place.closest("li");
    place.remove(); // what waits to be shown has an item that stands nowhere yet
    item?.remove();
    place = above;
  }
}

function everywhere(thread, waiting, id) {
  return [thread, ...waiting].flatMap((within) => [...within.querySelectorAll(`[data-comment="${CSS.escape(id)}"]`)]);
}

function votes(comment, { up, down }) {
  for (const [name, count] of [["up", up], ["down", down]]) {
    const figure = comment.querySelector(`:scope > .comment-actions [data-${name}]`);
    if (figure) figure.textContent = count;
  }
}

export function renew(thread, items, waiting) {
  const late = [];
  steadily(() => {
    for (const item of items) {
      const fresh = item.querySelector(".comment");
      for (const comment of everywhere(thread, waiting, fresh?.dataset.comment ?? item.dataset.voted)) {
        if (!fresh) votes(comment, item.dataset);
        else if ("parent" in item.dataset && !isGap(comment)) continue; // one's own, shown when it was sent
        else if (selectedIn(comment)) late.push(item);
        else {
          put(comment, fresh);
          tidy(comment);
        }
      }
    }
  });
  if (late.length) setTimeout(() => renew(thread, late, waiting), LATER);
}
