// On the gift form: shows at once what will be paid, fees included. Without it, the server shows the sum on a page of
// its own before anything is paid; where this script cannot read what was typed, that happens, too.

const form = document.querySelector(".support-form");

function chosen(name) {
  const field = form.elements[name];
  return field?.value ?? "";
}

// What was typed, in the smallest unit, if it can be read in one way only; the server reads everything else.
function typedMinor(text, exponent) {
  const found = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  if (!found || (found[2] ?? "").length > exponent) return null;
  return Number(found[1]) * 10 ** exponent + Number((found[2] ?? "").padEnd(exponent, "0") || 0);
}

function netMinor() {
  const typed = chosen("amount");
  return typed.trim() ? typedMinor(typed, Number(form.dataset.exponent)) : Number(chosen(`preset_${chosen("interval")}`)) || null;
}

// As funding/covering.py: whole numbers, rounded up.
function grossMinor(net) {
  const fee = form.elements.cover;
  if (!fee?.checked || chosen("method") === "bank") return net;
  const rest = 10_000n - BigInt(form.dataset.basisPoints);
  const wanted = (BigInt(net) + BigInt(form.dataset.fixedMinor)) * 10_000n;
  return Number((wanted + rest - 1n) / rest);
}

function shown(minor) {
  const { currency, exponent } = form.dataset;
  const digits = minor % 10 ** exponent === 0 ? 0 : Number(exponent);
  const style = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(minor / 10 ** exponent);
}

function tell() {
  const total = form.querySelector(".support-form__total");
  const net = netMinor();
  const gross = net === null ? null : grossMinor(net);
  total.hidden = gross === null;
  confirmed.value = gross ?? "";
  if (gross === null) return;
  const texts = [total.dataset[chosen("interval")].replace("{sum}", shown(gross))];
  if (gross !== net) texts.push(total.dataset.cover.replace("{fee}", shown(gross - net)));
  total.textContent = texts.join(" ");
}

// A transfer does not repeat by itself: who turns to "monthly" pays by card.
function keepMethodPossible() {
  const methods = form.elements.method;
  if (methods instanceof RadioNodeList && chosen("interval") !== "once" && methods.value === "bank") methods.value = "stripe";
}

const confirmed = document.createElement("input");
if (form) {
  confirmed.type = "hidden";
  confirmed.name = "confirmed";
  form.append(confirmed);
  form.addEventListener("input", () => {
    keepMethodPossible();
    tell();
  });
  addEventListener("pageshow", tell);
  tell();
}
