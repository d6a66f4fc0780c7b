// Keys on the moderators' page: p, h and r decide, j and k go down and up the list.
const links = () => [...document.querySelectorAll(".moderation-queue a")];

function go(step) {
  const all = links();
  const here = all.findIndex((link) => link.hasAttribute("aria-current"));
  all[here + step]?.click();
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") go(1);
  if (event.key === "k") go(-1);
  const button = document.querySelector(`.moderation-buttons [data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  const reason = document.querySelector("#reason");
  if (button.value === "rejected" && !reason.value.trim()) {
    event.preventDefault();
    reason.focus(); // a rejection says why
    return;
  }
  button.click();
});
