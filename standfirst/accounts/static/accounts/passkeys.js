// Passkeys: the one thing on an account's pages that needs a script. Where a browser has none, nothing is offered.

const able = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

// The form is sent as it is once the device has said its part; whoever declines is told so, and may try again.
function completed(form, ask) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    try {
      form.elements.credential.value = JSON.stringify(await ask());
      form.submit();
    } catch {
      said.textContent = said.dataset.failed;
    }
  });
}

// A challenge is noted by the server, so it is asked for by POST, and only once somebody presses the button.
async function challenge(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams({ begin: "yes" }),
    cache: "no-store",
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).publicKey;
}

const signIn = document.querySelector("[data-passkey-sign-in]");
if (signIn && able) {
  signIn.hidden = false;
  completed(signIn, async () =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(await challenge(signIn)),
    }),
  );
}

const add = document.querySelector("[data-passkey-add]");
if (add && able) {
  add.querySelector("[type=submit]").disabled = false;
  completed(add, async () =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(await challenge(add)),
    }),
  );
}
