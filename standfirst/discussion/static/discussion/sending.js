// A form sent by script, and the computing that the site may ask for first.

// Files travel in another form than words, which they would slow down.
function bodyOf(form) {
  const all = new FormData(form);
  const files = [...all.values()].some((value) => value instanceof File && value.size);
  return files ? all : new URLSearchParams([...all].filter(([, value]) => typeof value === "string"));
}

// What the site answers; throws that if nothing was posted. `tell` hears what is waited for.
export async function sent(form, tell = () => {}) {
  const body = bodyOf(form);
  body.set("took", Math.floor(performance.now() / 1000)); // seconds that the page has been open
  const ask = () => fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  let answer = await ask();
  let said = await answer.json();
  if (said.challenge) {
    tell(said.message);
    const { solved } = await import("../accounts/proof.js");
    body.set("altcha", await solved(said.challenge));
    answer = await ask();
    said = await answer.json();
  }
  if (said.code === "discussion.account_needed") form.submit(); // to the page with the way to sign in, and the text
  if (!answer.ok || said.challenge) throw said;
  return said;
}
