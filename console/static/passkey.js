// The one thing that a browser can't do without a script: ask a device for a passkey. Each form
// below is shown only where passkeys can be used; without this file people sign in another way.
const asks = {
  get: (options) =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }),
  create: (options) =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }),
};

const able =
  typeof window.PublicKeyCredential === "function" &&
  typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function" &&
  typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";

async function answerOf(form) {
  const begun = await fetch(form.dataset.begin, { method: "POST" });
  if (!begun.ok) {
    throw new Error("not asked");
  }
  const made = await asks[form.dataset.passkey](await begun.json());
  return JSON.stringify(made.toJSON());
}

function prepare(form) {
  const fault = form.querySelector("[data-passkey-fault]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      form.elements.answer.value = await answerOf(form);
      form.submit();
    } catch {
      fault.hidden = false;
    }
  });
}

if (able) {
  document.querySelectorAll("form[data-passkey]").forEach(prepare);
}
for (const part of document.querySelectorAll("[data-passkey-part]")) {
  part.hidden = !able;
}
for (const part of document.querySelectorAll("[data-no-passkey]")) {
  part.hidden = able;
}
