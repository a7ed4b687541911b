// The upload page: many files at once, each resumable, over a reload and a closed lid.
//
// `Draft` remembers, `Transfer` moves one file, `Queue` decides which, `Row` shows it, and this file joins them to the
// form. Without this script the same form sends the same fields and files in one piece.

import { Draft } from "./draft.js";
import { dropped } from "./drop.js";
import { send } from "./send.js";
import { Queue } from "./queue.js";

const form = document.getElementById("upload");
const words = document.getElementById("upload-words").dataset;
const draft = new Draft(form);
const queue = new Queue(form, words, draft);
const note = form.querySelector("[data-note]");
const button = form.querySelector("[data-send]");
const sendNote = form.querySelector("[data-send-note]");
let isWaiting = false;

/** Shows a sentence above the list, or takes it away. */
function say(sentence) {
  note.textContent = sentence || "";
  note.hidden = !sentence;
}

function takeOver() {
  const plain = form.querySelector("[data-plain]");
  plain.hidden = true;
  form.querySelector("[data-drop]").hidden = false;
  for (const input of plain.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      add([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
      input.value = "";
    });
  }
  for (const pick of form.querySelectorAll("[data-pick]")) {
    pick.addEventListener("click", () => document.getElementById(pick.dataset.pick).click());
  }
}

function add(entries) {
  clearFaults();
  for (const entry of entries) queue.add(entry.file, entry.path);
  suggestTitle(entries);
}

/** An empty title is filled from the folder, or from the only file. */
function suggestTitle(entries) {
  const title = form.elements.title;
  if (title.value || !entries.length) return;
  const folder = entries[0].path.includes("/") && entries[0].path.split("/")[0];
  const name = entries.length === 1 && entries[0].file.name.replace(/\.[^.]+$/, "");
  title.value = folder || name || "";
  draft.save();
}

function acceptDrops() {
  const zone = form.querySelector("[data-drop]");
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("is-over");
  });
  addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    add(await dropped(event.dataTransfer));
  });
}

function clearFaults() {
  form.querySelector("[data-fault]").hidden = true;
  form.querySelectorAll(".fault[data-made]").forEach((fault) => fault.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  });
}

function showFault(sentence) {
  const fault = form.querySelector("[data-fault]");
  fault.textContent = sentence;
  fault.hidden = false;
  fault.scrollIntoView({ block: "center" });
}

/** Puts each fault of a refusal on its field; what has no field stands above the form. */
function showRefusal(refusal) {
  showFault([refusal.title, refusal.detail].filter(Boolean).join(" "));
  for (const { pointer = "", detail } of refusal.errors || []) {
    const name = pointer.split("/")[1] || "";
    const field = form.elements[{ course: "place", task: "place", major: "place" }[name] || name];
    if (!(field instanceof Element) || field.type === "hidden") continue;
    const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: detail });
    fault.dataset.made = "yes";
    fault.id = `${field.id}-made`;
    field.before(fault);
    field.setAttribute("aria-describedby", fault.id);
    field.setAttribute("aria-invalid", "true");
    field.closest("details")?.setAttribute("open", "");
  }
}

/** Keeps the resource once every file is there. */
async function finish() {
  isWaiting = false;
  sendNote.textContent = words.saving;
  button.disabled = true;
  try {
    const url = await send(form, queue.uploads());
    draft.forget();
    location.assign(url);
  } catch (refusal) {
    showRefusal(refusal);
    sendNote.textContent = "";
    button.disabled = false;
  }
}

function listen() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearFaults();
    if (queue.isEmpty()) return showFault(words.noFiles);
    if (queue.isDone()) return finish();
    isWaiting = true;
    sendNote.textContent = words.saveWhenDone;
    queue.resume();
  });
  queue.addEventListener("change", () => {
    if (isWaiting && queue.isDone()) finish();
  });
  form.addEventListener("input", () => draft.save());
  form.querySelector("[data-forget]").addEventListener("click", () => {
    isWaiting = false;
    sendNote.textContent = "";
    queue.clear();
    draft.forget();
    form.reset();
    say("");
  });
  addEventListener("offline", () => say(words.offline));
  addEventListener("online", () => {
    say("");
    queue.resume();
  });
  addEventListener("beforeunload", (event) => {
    if (queue.isBusy()) event.preventDefault();
  });
}

takeOver();
acceptDrops();
listen();
if (draft.restore()) {
  queue.restore(draft.files);
  if (!queue.isEmpty()) say(words.restored);
}
