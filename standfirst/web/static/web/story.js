// The tools at a story's foot: share, print, text size. They are hidden until this script can offer them.

import { recall, remember } from "../discussion/memory.js";

const SIZE = "text-size";
const tools = document.querySelector(".story-tools");
const text = document.querySelector("#text");

function show(size) {
  text.dataset.size = size;
  tools.querySelector("[data-tool=size]").setAttribute("aria-pressed", String(size === "large"));
}

async function share() {
  const url = document.querySelector("link[rel=canonical]")?.href ?? location.href;
  if (navigator.share) {
    await navigator.share({ title: document.querySelector("h1").textContent.trim(), url }).catch(() => {});
    return;
  }
  await navigator.clipboard.writeText(url);
  tools.querySelector("[role=status]").textContent = tools.dataset.done;
}

const does = {
  share,
  print: () => window.print(),
  size: () => {
    const size = text.dataset.size === "large" ? "usual" : "large";
    show(size);
    remember(SIZE, size);
  },
};

if (tools && text) {
  tools.hidden = false;
  if (!navigator.share && !navigator.clipboard) tools.querySelector("[data-tool=share]").hidden = true;
  tools.addEventListener("click", (event) => does[event.target.dataset?.tool]?.());
  if (recall(SIZE) === "large") show("large");
}
