// What else can be done with a comment: copy or share its address, quote it, mute its author, change one's own.

import { recall } from "./memory.js";
import { muteAuthor } from "./muting.js";
import { quote } from "./quoting.js";
import { model, say, word } from "./reading.js";

let open = null;

function close({ back = false } = {}) {
  if (!open) return;
  open.menu.remove();
  open.button.setAttribute("aria-expanded", "false");
  if (back) open.button.focus();
  open = null;
}

const addressOf = (comment) => new URL(comment.querySelector(".comment-time").getAttribute("href"), location).href;

async function copy(thread, comment) {
  await navigator.clipboard.writeText(addressOf(comment));
  say(thread, word(thread, "copied"));
}

const DO = {
  copy,
  share: (_thread, comment) => navigator.share({ title: document.title, url: addressOf(comment) }),
  quote: (thread, comment) => quote(thread, comment, comment.querySelector(".comment-body").innerText.trim()),
  mute: (thread, comment) => muteAuthor(thread, comment),
};

function made(thread, comment) {
  const menu = model(thread, ".comment-menu");
  const item = (name) => menu.querySelector(`[data-do="${name}"]`);
  const { comment: id, author } = comment.dataset;
  if (recall(`own.${id}`)) {
    item("change").href = `/discussion/comments/${id}/`;
    item("mute").remove();
  } else item("change").remove();
  if (!navigator.share) item("share").remove();
  if (!navigator.clipboard) item("copy").remove();
  if (!thread.querySelector(":scope > form[data-form]")) item("quote").remove();
  if (!author) item("mute")?.remove();
  for (const link of comment.querySelectorAll(":scope > .comment-actions > :is(.comment-follow, .comment-report)")) {
    const same = link.cloneNode(true);
    same.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      close({ back: true });
      link.click();
    });
    menu.append(same);
  }
  menu.addEventListener("click", async (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (!DO[name]) return;
    close({ back: name !== "quote" });
    await Promise.resolve(DO[name](thread, comment)).catch(() => {}); // whoever changes their mind about sharing
  });
  return menu;
}

// Below its button, but never beyond the end of the row.
function place(menu, button) {
  const { offsetLeft, offsetWidth, offsetParent: row } = button;
  const isRight = getComputedStyle(row).direction === "rtl";
  const start = isRight ? row.clientWidth - offsetLeft - offsetWidth : offsetLeft;
  menu.style.insetInlineStart = `${Math.max(0, Math.min(start, row.clientWidth - menu.offsetWidth))}px`;
}

export function toggle(thread, button) {
  const again = open?.button === button;
  close({ back: again });
  if (again) return;
  const menu = made(thread, button.closest(".comment"));
  button.after(menu);
  place(menu, button);
  button.setAttribute("aria-expanded", "true");
  open = { button, menu };
  menu.querySelector("a, button").focus();
}

document.addEventListener("click", (event) => {
  if (open && !open.menu.contains(event.target) && !event.target.closest(".comment-more")) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close({ back: true });
});
