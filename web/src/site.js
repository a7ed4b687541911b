// On every page: completions while typing, "/" to reach the search box, copying, and waiting until files are read.

document.documentElement.classList.add("js");

const SUGGEST_AFTER_MS = 150;
const LOOK_AGAIN_MS = 2000;

/** Completions come as a datalist, which every browser shows in its own, accessible way. */
function suggest(input) {
  const list = document.createElement("datalist");
  list.id = `${input.id}-suggestions`;
  input.after(list);
  input.setAttribute("list", list.id);
  let timer;
  let asking;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asking?.abort();
      asking = new AbortController();
      const items = await completions(input.value.trim(), asking.signal);
      if (items) list.replaceChildren(...items.map((text) => new Option(text, text)));
    }, SUGGEST_AFTER_MS);
  });
}

/** What the service would complete `text` to; undefined when it cannot be asked. */
async function completions(text, signal) {
  if (!text) return [];
  try {
    const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(text)}`, { signal });
    if (!answer.ok) return undefined;
    const { items = [] } = await answer.json();
    return items.map((item) => (typeof item === "string" ? item : item.text)).filter(Boolean);
  } catch {
    return undefined; // a newer question or no connection: the box works without completions
  }
}

function reachSearchBySlash() {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    const box = document.querySelector("input[data-suggest]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping || !box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

function copyOnClick(button) {
  // Browsers hand out the clipboard over https only; the address stays there to be selected.
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}

/** Shows the page again once no file of the resource is waiting or being read. */
async function waitUntilRead(page) {
  try {
    const answer = await fetch(`/api/v1/resources/${page.dataset.resource}`);
    const { files = [] } = answer.ok ? await answer.json() : {};
    const isBusy = files.some((file) => file.state === "queued" || file.state === "extracting");
    if (answer.ok && !isBusy) return location.reload();
  } catch {
    // No connection: ask again later.
  }
  setTimeout(waitUntilRead, LOOK_AGAIN_MS, page);
}

/** A second press on a slow line must not send a form twice. */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && !event.defaultPrevented) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}

document.querySelectorAll("input[data-suggest]").forEach(suggest);
document.querySelectorAll("[data-copy]").forEach(copyOnClick);
document.querySelectorAll("form[method=post]:not(#upload)").forEach(sendOnce);
document.querySelectorAll("[data-processing]").forEach((page) => setTimeout(waitUntilRead, LOOK_AGAIN_MS, page));
reachSearchBySlash();
