// Further comments and answers, loaded in place; without this script the same links are pages.

export function say(thread, words) {
  thread.querySelector("[data-status]").textContent = words;
}

export function words(thread, name) {
  return thread.querySelector("template[data-words]").content.querySelector(`[data-${name}]`).textContent;
}

const written = (thread) => thread.querySelector("template[data-writing]").content;

export function word(thread, name) {
  return written(thread).querySelector(`[data-word="${name}"]`).textContent;
}

export function model(thread, selector) {
  return written(thread).querySelector(selector).cloneNode(true);
}

export async function pieces(url) {
  const answer = await fetch(url, { cache: "no-cache" });
  if (!answer.ok) throw new Error(answer.status);
  return piecesOf(await answer.text());
}

export function piecesOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

// Changes the page without moving what somebody writes or reads: what comes or goes above it is scrolled away.
export function steadily(change) {
  const seen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const typed = document.activeElement?.closest("form") ?? null;
  const marks = [typed, ...document.querySelectorAll(".comment")].filter((element) => element && seen(element));
  const tops = marks.map((element) => element.getBoundingClientRect().top);
  change();
  const still = marks.findIndex((element) => element.isConnected);
  if (still < 0) return;
  const moved = marks[still].getBoundingClientRect().top - tops[still];
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

export function show(item) {
  const comment = item.querySelector(".comment");
  for (let around = item.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  comment.tabIndex = -1;
  comment.classList.add("comment-new");
  comment.focus({ preventScroll: true });
  item.scrollIntoView({ block: "center" });
}

function standing(thread, id) {
  return thread.querySelector(`[data-comment="${CSS.escape(id)}"]`);
}

export function isNew(thread, item) {
  return !standing(thread, item.querySelector(".comment").dataset.comment);
}

// Puts a comment where it belongs: below what it answers, or at the end that the order has for new ones.
export function insert(thread, item, parent) {
  const above = parent && standing(thread, parent);
  const list = (above || thread).querySelector(":scope > [data-list], :scope > .branch > [data-list]");
  if (!above && thread.dataset.order === "newest") list.prepend(item);
  else list.insertBefore(item, list.querySelector(":scope > .thread-more, :scope > .replies-more"));
  thread.querySelector(".thread-empty").hidden = true;
}

async function loadMore(thread, link) {
  const place = link.closest("li");
  link.setAttribute("aria-busy", "true");
  try {
    const loaded = await pieces(link.dataset.more);
    const items = [...loaded.children].filter((item) => !item.querySelector(".comment") || isNew(thread, item));
    place.replaceWith(...items);
    for (const item of items) item.dispatchEvent(new CustomEvent("arrived", { bubbles: true }));
    const first = items.find((item) => item.querySelector(".comment"))?.querySelector(".comment");
    if (first) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
  } catch {
    location.href = link.href;
  }
}

export function reads(thread) {
  thread.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!link.hasAttribute("aria-busy")) loadMore(thread, link);
  });
}
