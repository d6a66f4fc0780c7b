// Solves a challenge (ALTCHA, PBKDF2): finds the number whose derived key begins as the server asks.
// One to three seconds of a phone's time. Loaded only where a challenge is asked.

const AT_ONCE = 8; // attempts that the browser computes side by side
const COUNTER_MAX = 20_000; // far above what the server asks: whatever needs more is no challenge of ours

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function derived(counter, { nonce, salt, cost, keyLength }) {
  const start = bytes(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  new DataView(password.buffer).setUint32(start.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const rule = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  return hex(await crypto.subtle.deriveBits(rule, key, keyLength * 8));
}

export async function solved({ parameters, signature }) {
  const began = performance.now();
  for (let first = 0; first < COUNTER_MAX; first += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, each) => first + each);
    const keys = await Promise.all(counters.map((counter) => derived(counter, parameters)));
    const found = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
    if (found < 0) continue;
    const solution = { counter: counters[found], derivedKey: keys[found], time: performance.now() - began };
    return btoa(JSON.stringify({ challenge: { parameters, signature }, solution }));
  }
  throw new Error("no number fits");
}
