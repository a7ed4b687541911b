// Passkeys: adding one, signing in and confirming with one. What needs them stays hidden in browsers that know none.

const isKnown = window.PublicKeyCredential && navigator.credentials;

/** What each place does with its button, and where it asks for what the browser is asked with. */
const places = {
  add: {
    options: "/api/v1/passkeys/options",
    ask: (publicKey) => navigator.credentials.create({ publicKey }),
    done: async (place, credential) => {
      await send("/api/v1/passkeys", { name: place.elements.name.value, credential });
      location.assign(place.dataset.onward);
    },
  },
  "sign-in": {
    options: "/api/v1/passkeys/sign-in/options",
    ask: (publicKey) => navigator.credentials.get({ publicKey }),
    done: async (place, credential) => {
      await send("/api/v1/passkeys/sign-in", { credential });
      location.assign(place.dataset.onward);
    },
  },
  confirm: {
    options: "/api/v1/passkeys/confirm/options",
    ask: (publicKey) => navigator.credentials.get({ publicKey }),
    // The form goes on to the act with the proof in it; nothing else of it need be filled in.
    done: (place, credential) => {
      const field = place.querySelector("[name=confirm_passkey]");
      field.value = JSON.stringify(credential);
      field.form.submit();
    },
  },
};

/** Sends JSON; answers what came back or throws the refusal. */
async function send(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content,
      "Accept-Language": document.documentElement.lang,
    },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw said;
  return said;
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Options as browsers take them, which want bytes where JSON has text. */
function asked(publicKey) {
  const named = (list = []) => list.map((known) => ({ ...known, id: bytes(known.id) }));
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  options.excludeCredentials = named(publicKey.excludeCredentials);
  options.allowCredentials = named(publicKey.allowCredentials);
  return options;
}

/** An authenticator's answer as JSON. Not by `toJSON`, which browsers of two years ago do not know. */
function answered(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const sent = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  const isNew = "attestationObject" in response;
  if (isNew) sent.push(["transports", response.getTransports?.() ?? []]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: {},
    response: Object.fromEntries(sent),
  };
}

async function go(place) {
  const { options, ask, done } = places[place.dataset.passkey];
  const { publicKey } = await send(options);
  await done(place, answered(await ask(asked(publicKey))));
}

/** What went wrong, in words. */
function said(place, error) {
  const { cancelled, there, failed } = place.dataset;
  if (error.title) return `${error.title}${document.documentElement.lang.startsWith("zh") ? "：" : ": "}${error.detail}`;
  return { NotAllowedError: cancelled, AbortError: cancelled, InvalidStateError: there }[error.name] ?? failed;
}

async function press(place) {
  const [button, fault] = [place.querySelector("button"), place.querySelector("[role=alert]")];
  fault.hidden = true;
  button.disabled = true;
  try {
    await go(place);
  } catch (error) {
    // Asked again who one is: that page leads back here.
    if (error.code === "confirm-identity") {
      location.assign(`/confirm?return_to=${encodeURIComponent(location.pathname)}`);
      return;
    }
    fault.textContent = said(place, error);
    fault.hidden = false;
  } finally {
    button.disabled = false;
  }
}

function open(place) {
  place.hidden = false;
  if (place.tagName === "FORM") {
    place.addEventListener("submit", (event) => {
      event.preventDefault();
      press(place);
    });
  } else {
    place.querySelector("button").addEventListener("click", () => press(place));
  }
}

if (isKnown) {
  document.querySelectorAll("[data-passkey]").forEach(open);
  document.querySelectorAll("[data-passkey-unknown]").forEach((note) => (note.hidden = true));
}
