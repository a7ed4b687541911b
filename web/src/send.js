// Makes the resource of the uploads, over the same interface that programs use.

/** A refused attempt and its mended successor are two requests, so each has a key of its own. */
let refusals = 0;

/** Sends what was typed with the ids of the uploads; answers the new page's address or throws the refusal. */
export async function send(form, uploads) {
  const answer = await fetch("/api/v1/resources", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": form.elements.csrf.value,
      "Idempotency-Key": `${form.elements.idempotency_key.value}-${refusals}`,
      "Accept-Language": document.documentElement.lang,
    },
    body: JSON.stringify({ ...metadata(new FormData(form)), uploads }),
  }).catch(() => {
    throw { title: document.getElementById("upload-words").dataset.offline };
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    refusals += 1;
    throw { title: answer.statusText, ...body };
  }
  return `/r/${body.id}?done=shared`;
}

/** The form's fields as the interface names them; empty ones are left out. */
function metadata(fields) {
  const text = (name) => (fields.get(name) || "").trim();
  const list = (name, separator) => text(name).split(separator).map((part) => part.trim()).filter(Boolean);
  const [placeKind, placeId] = text("place").split(":");
  const all = {
    title: text("title"),
    type: text("type"),
    description: text("description"),
    [placeKind || "course"]: placeId,
    level: text("level"),
    keywords: list("keywords", /[,，、;；\s]+/),
    authors: list("authors", /[,，、;；]+/),
    // A year that is no number goes as it was typed, so that the refusal can name it.
    year: Number(text("year")) || text("year"),
    licence: text("licence"),
    scope: text("scope"),
  };
  const filled = Object.entries(all).filter(([, value]) => value && value.length !== 0);
  return { ...Object.fromEntries(filled), submit: fields.has("submit") };
}
