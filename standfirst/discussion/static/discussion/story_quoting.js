// Quote a sentence of the story: what is selected goes into the folded field of the comment's form.

const AROUND = 40; // characters before and after, by which the same words elsewhere are told apart
const text = document.querySelector("#text");
const fields = () => document.querySelector(".thread > form[data-form]")?.elements;
const offer = document.querySelector(".quote-offer");

// What the page adds to the text is not quoted.
function said(range) {
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  for (const added of copy.querySelectorAll(".question-sign, .question-panel")) added.remove();
  for (const end of copy.querySelectorAll("p, li, h2, h3, h4, br, td, th")) end.after(" ");
  return copy.textContent.replace(/\s+/g, " ");
}

// A selection of a sentence or two that lies in the text; null for any other.
function selected() {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const { length } = said(range).trim();
  return text.contains(range.commonAncestorContainer) && length >= 10 && length <= 500 ? range : null;
}

function quote(range) {
  const form = fields();
  form.quote.value = said(range).trim();
  const [left, right] = [range.cloneRange(), range.cloneRange()];
  left.collapse(true);
  left.setStart(text, 0);
  right.collapse();
  right.setEnd(text, text.childNodes.length);
  form.quote_before.value = said(left).slice(-AROUND);
  form.quote_after.value = said(right).slice(0, AROUND);
  form.quote.closest("details").open = true;
  form.text.focus();
}

if (text && offer) {
  offer.addEventListener("pointerdown", (event) => event.preventDefault()); // or the selection would go
  offer.addEventListener("click", () => quote(selected()));
  document.addEventListener("selectionchange", () => {
    offer.hidden = !fields()?.quote || !selected();
  });
}
