// Keeps an open page true: one stream tells which keys were touched, what shows them is fetched anew.
//
// An element says data-live-key="thread:story:42" and, if live.js may replace what it holds,
// data-fragment="count:story:42". Before that it hears "touched" and may prevent the rest:
// nothing is ever replaced under somebody who reads or types.

const KEYS_MAX = 12; // the server's limit for one stream
const POLL_EVERY = 60_000; // ms; when there is no stream, one number is asked for that often
const AT_MOST_EVERY = 400; // ms; a burst of changes is one look
const AGAIN_AFTER = 3_000; // ms after the last change: a cache on the way may have answered with what was

let stream = null;
let polling = null;
let lastId = document.documentElement.dataset.change ?? ""; // the change at which the page was made
const looking = new Map();
const again = new Map();
const missed = new Set();

function elements(key) {
  return document.querySelectorAll(key ? `[data-live-key="${CSS.escape(key)}"]` : "[data-live-key]");
}

function keys() {
  return [...new Set([...elements()].map((element) => element.dataset.liveKey))].slice(0, KEYS_MAX);
}

async function fill(name, targets) {
  const answer = await fetch(`/fragments/${encodeURIComponent(name)}`, { cache: "no-cache" });
  if (!answer.ok) return;
  const html = await answer.text();
  for (const element of targets) {
    if (element.innerHTML.trim() === html.trim()) continue;
    element.innerHTML = html;
    element.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
  }
}

function mayBeReplaced(element) {
  return element.dataset.fragment && !element.querySelector("textarea, input:not([type=hidden])");
}

async function look(key) {
  const byName = new Map();
  for (const element of elements(key)) {
    const told = new CustomEvent("touched", { bubbles: true, cancelable: true, detail: { key } });
    if (!element.dispatchEvent(told) || !mayBeReplaced(element)) continue;
    const name = element.dataset.fragment;
    byName.set(name, [...(byName.get(name) ?? []), element]);
  }
  await Promise.allSettled([...byName].map(([name, targets]) => fill(name, targets)));
}

function touched(key) {
  if (document.hidden) {
    missed.add(key); // nobody is looking: one look when somebody does
  } else if (!looking.has(key)) {
    const wait = async () => {
      await look(key);
      clearTimeout(again.get(key));
      again.set(key, setTimeout(() => look(key), AGAIN_AFTER * (1 + Math.random() / 2)));
      setTimeout(() => {
        const meanwhile = looking.get(key);
        looking.delete(key);
        if (meanwhile) touched(key);
      }, AT_MOST_EVERY);
    };
    looking.set(key, false);
    wait();
  } else {
    looking.set(key, true);
  }
}

function everything() {
  keys().forEach(touched);
}

async function ask() {
  if (!stream) open(); // it may have been refused for a while
  const answer = await fetch("/live/position", { cache: "no-cache" }).catch(() => null);
  const id = answer?.ok ? await answer.text() : lastId;
  if (id === lastId) return;
  lastId = id;
  everything();
}

function poll(on) {
  clearInterval(polling);
  polling = on ? setInterval(ask, POLL_EVERY) : null;
}

function open() {
  const followed = keys();
  if (!followed.length || !window.EventSource) return;
  const query = new URLSearchParams(followed.map((key) => ["key", key]));
  if (lastId) query.set("since", lastId);
  stream = new EventSource(`/live/?${query}`);
  stream.addEventListener("open", () => {
    poll(false);
    if (!lastId) everything(); // what happened while the page was on its way
  });
  stream.addEventListener("touched", (event) => {
    lastId = event.lastEventId;
    touched(event.data);
  });
  stream.addEventListener("resync", everything);
  stream.addEventListener("error", () => {
    if (!polling) poll(true); // the browser tries again by itself, unless it was refused
    if (stream?.readyState === EventSource.CLOSED) stream = null;
  });
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  const waiting = [...missed];
  missed.clear();
  waiting.forEach(touched);
});
addEventListener("pagehide", () => {
  stream?.close(); // an open stream would keep the page out of the browser's memory
  stream = null;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) open();
});

open();
