// Makes a resource of uploads, over the same interface that programs use.

/** Sends what was typed with the ids of the uploads; answers the resource or throws the refusal. `own` is what this
    resource says differently from the form: its title, type and place. The same key makes one resource. */
export async function send(form, own, uploads, key) {
  const fields = new FormData(form);
  for (const [name, value] of Object.entries(own)) fields.set(name, value);
  const answer = await fetch("/api/v1/resources", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": form.elements.csrf.value,
      "Idempotency-Key": key,
      "Accept-Language": document.documentElement.lang,
    },
    body: JSON.stringify({ ...metadata(fields), uploads }),
  }).catch(() => {
    throw { title: document.getElementById("upload-words").dataset.offline, isOffline: true };
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw { title: answer.statusText, ...body };
  return body;
}

/** Fields of the form that are not said as they stand: its own, and those that `metadata` reads in a way of their own. */
const OTHERS = [
  "csrf", "idempotency_key", "way", "file", "upload", "place", "keywords", "authors", "year", "submit",
];

/** The form's fields as the interface names them; empty ones are left out. */
function metadata(fields) {
  // A browser's extension may have put a field of its own into the form.
  const isText = (name) => typeof fields.get(name) === "string";
  const text = (name) => (isText(name) ? fields.get(name).trim() : "");
  const list = (name, separator) => text(name).split(separator).map((part) => part.trim()).filter(Boolean);
  const [placeKind, placeId] = text("place").split(":");
  const texts = [...new Set(fields.keys())].filter((name) => !OTHERS.includes(name) && isText(name));
  const all = {
    ...Object.fromEntries(texts.map((name) => [name, text(name)])),
    [placeKind || "course"]: placeId,
    keywords: list("keywords", /[,，、;；\s]+/),
    authors: list("authors", /[,，、;；]+/),
    // A year that is no number goes as it was typed, so that the refusal can name it.
    year: Number(text("year")) || text("year"),
  };
  const filled = Object.entries(all).filter(([, value]) => value && value.length !== 0);
  return { ...Object.fromEntries(filled), submit: fields.has("submit") };
}
