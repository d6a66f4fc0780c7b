// On the page of a bank transfer: a button beside each detail copies it, one prints the page.

const facts = document.querySelector(".transfer__facts");
const print = document.querySelector("[data-print]");

function copyButton(value, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "text-button transfer__copy";
  button.textContent = facts.dataset.copy;
  button.setAttribute("aria-label", `${facts.dataset.copy}: ${name}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value);
    button.textContent = facts.dataset.copied;
    setTimeout(() => (button.textContent = facts.dataset.copy), 2_000);
  });
  return button;
}

if (facts && navigator.clipboard) {
  for (const fact of facts.querySelectorAll("dd[data-value]")) {
    fact.append(copyButton(fact.dataset.value, fact.previousElementSibling.textContent));
  }
}
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
