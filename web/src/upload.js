// The upload page: many files at once, each resumable, over a reload and a closed lid; one resource or several. The form
// that changes a resource sends more files to it in the same way.
//
// `Draft` remembers, `Transfer` moves one file, `Queue` decides which, `Row` shows it, `Many` makes several resources of
// them, and this file joins them to the form. Without this script the same form sends the same fields and files in one
// piece.

import { advice, digest, placeOf, soon } from "./advice.js";
import { Draft } from "./draft.js";
import { dropped, opened, picked } from "./drop.js";
import { clearFaults, fieldOf, markFault, sentenceOf } from "./faults.js";
import { groups, likeliestWay, topFolder } from "./groups.js";
import { Many } from "./many.js";
import { Queue } from "./queue.js";
import { send } from "./send.js";

const form = document.getElementById("upload");
const words = document.getElementById("upload-words").dataset;
const draft = new Draft(form);
const queue = new Queue(form, words, draft);
const many = new Many(form, words, queue, draft);
const part = (name) => form.querySelector(`[data-${name}]`);
const note = part("note");
const button = part("send");
/** Files for a resource that is there: nothing is suggested, and the form itself says what becomes of it. */
const isForOne = Boolean(form.dataset.resource);
const sendNote = part("send-note");
let isWaiting = false;
/** A refused attempt and its mended successor are two requests, so each has a key of its own. */
let refusals = 0;
/** How many files were there when they were last looked into. */
let lookedInside = 0;

/** Shows a sentence above the list, or takes it away. */
function say(sentence) {
  note.textContent = sentence || "";
  note.hidden = !sentence;
}

function takeOver() {
  const plain = part("plain");
  plain.hidden = true;
  part("drop").hidden = false;
  for (const input of plain.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      add([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
      input.value = "";
    });
  }
  for (const pick of form.querySelectorAll("[data-pick]")) {
    pick.addEventListener("click", () => choose(document.getElementById(pick.dataset.pick)));
  }
}

/** A picker of folders refuses some that people keep their work in, so only files are picked by what can open them again. */
async function choose(input) {
  const choice = input.webkitdirectory ? undefined : await picked();
  if (choice) take(choice);
  else input.click();
}

function take({ found, sources, unread }) {
  draft.keep(sources);
  if (found.length) add(found);
  if (unread.length) showFault(words.unread.replace("{names}", unread.join(words.comma)));
}

/** Says what an earlier visit left, and offers the one press that goes on with it where the browser still knows the files. */
async function welcomeBack() {
  if (!queue.hasLost()) return say(words.restoredDone);
  const canGoOn = (await draft.sources()).length > 0;
  part("go-on").hidden = !canGoOn;
  say(canGoOn ? words.restoredHere : words.restored);
}

async function goOn() {
  const { found } = await opened(await draft.sources());
  for (const { file, path } of found) queue.takeAgain(file, path);
  queue.resume();
  if (queue.hasLost()) say(words.restored);
}

/** Nothing is left to be gone on with. */
function beBack() {
  if (part("go-on").hidden || queue.hasLost()) return;
  const hadFocus = part("go-on").contains(document.activeElement);
  part("go-on").hidden = true;
  if (hadFocus) part("pause-all").focus();
  say("");
}

/** Office programs and systems leave these beside what people made. */
const isLitter = (path) => /(^|\/)(\.|~\$|thumbs\.db$|desktop\.ini$|__macosx\/)/i.test(path);

function add(entries) {
  clear();
  const wasEmpty = queue.isEmpty();
  for (const { file, path } of entries) if (!isLitter(path)) queue.add(file, path);
  if (wasEmpty && !isForOne) form.elements.way.value = likeliestWay(queue.paths());
  queue.go();
  suggestSoon();
  recognise();
}

const suggestSoon = soon(async () => {
  if (isForOne || many.isOpen() || queue.isEmpty()) return;
  const folder = topFolder(queue.paths());
  const items = await advice(form.elements.csrf.value, [...(folder ? [{ path: folder }] : []), ...queue.seen()]);
  if (items.length) suggest(folder ? items.slice(0, 1) : items);
});

/** What was suggested last: it may still be bettered, what was typed may not. */
const suggested = {};

/** Fills what nobody has typed: with what is suggested for the folder, or for all files alike. */
function suggest(items) {
  const alike = (value) => (items.every((item) => value(item) === value(items[0])) ? value(items[0]) : "");
  const values = { title: items.length === 1 ? items[0].title : "", type: alike((item) => item.type ?? ""), place: alike(placeOf) };
  for (const [name, value] of Object.entries(values)) {
    const { value: now } = form.elements[name];
    if (!now || now === suggested[name]) form.elements[name].value = suggested[name] = value;
  }
  draft.save();
}

/** Asks whether the library has the files already: small ones at once, the others when they are there. */
async function recognise() {
  const known = [];
  for (const transfer of queue.unrecognised()) {
    const sha256 = transfer.file && !transfer.entry.done && (await digest(transfer.file));
    if (sha256) known.push([transfer, { path: transfer.entry.path, sha256 }]);
  }
  await tellHeld(known);
}

const recogniseDone = soon(() => {
  const done = queue.unrecognised().filter((transfer) => transfer.entry.done);
  return tellHeld(done.map((transfer) => [transfer, { path: transfer.entry.path, upload: transfer.id() }]));
}, 500);

/** What is there can be looked into, and may say what its name does not. */
const lookInside = soon(() => {
  const isMore = queue.arrived() > lookedInside;
  lookedInside = queue.arrived();
  if (!isMore) return;
  suggestSoon();
  many.lookAgain();
}, 1500);

async function tellHeld(asked) {
  const items = await advice(form.elements.csrf.value, asked.map(([, file]) => file));
  items.forEach((item, at) => {
    asked[at][0].held = item.held_by;
    asked[at][0].row.show();
  });
  many.show();
}

function acceptDrops() {
  const zone = part("drop");
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
    take(await dropped(event.dataTransfer));
  });
}

function clear() {
  part("fault").hidden = true;
  clearFaults(form);
}

function showFault(sentence) {
  const fault = part("fault");
  fault.textContent = sentence;
  fault.hidden = false;
  fault.scrollIntoView({ block: "center" });
}

/** Puts each fault of a refusal on its field; what has no field stands above the form. */
function showRefusal(refusal) {
  showFault(sentenceOf(refusal));
  for (const { pointer, detail } of refusal.errors || []) {
    const field = form.elements[fieldOf(pointer)];
    if (field instanceof Element && field.type !== "hidden") markFault(field, detail);
  }
}

/** Keeps the resource once every file is there. */
async function finish() {
  isWaiting = false;
  sendNote.textContent = words.saving;
  button.disabled = true;
  if (isForOne) return hand();
  try {
    const resource = await send(form, {}, queue.uploads(), `${form.elements.idempotency_key.value}-${refusals}`);
    draft.forget();
    location.assign(`${resource.url}?done=shared`);
  } catch (refusal) {
    if (!refusal.isOffline) refusals += 1;
    showRefusal(refusal);
    sendNote.textContent = "";
    button.disabled = false;
  }
}

/** Sends the form itself, with the files that are there by now. What becomes of it is on the next page: the draft stays
    until a later revision of the resource tells that it was saved. */
function hand() {
  form.querySelectorAll("[data-handed]").forEach((input) => input.remove());
  for (const value of queue.uploads()) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "upload", value });
    input.dataset.handed = "";
    form.append(input);
  }
  // A box of the form is named `submit` and hides the method.
  HTMLFormElement.prototype.submit.call(form);
}

function submit() {
  clear();
  if (many.isOpen() && !queue.isEmpty()) {
    queue.resume();
    return many.save();
  }
  if (queue.isDone() || (isForOne && queue.isEmpty())) return finish();
  if (queue.isEmpty()) return showFault(words.noFiles);
  isWaiting = true;
  sendNote.textContent = words.saveWhenDone;
  queue.resume();
}

/** Shows one form or several, and what the button does. */
function arrange() {
  if (isForOne) return;
  const paths = queue.paths();
  const folders = groups(paths, "folder");
  part("ways").hidden = paths.length < 2;
  part("way-folder").hidden = folders.length < 2 || folders.length === paths.length;
  many.arrange();
  const isMany = many.isOpen();
  part("one").hidden = isMany;
  part("many").hidden = !isMany;
  // What is hidden cannot be mended by who is asked to.
  form.noValidate = isMany;
  button.textContent = isMany ? words.saveMany.replace("{n}", many.count()) : words.save;
  const isAllSaved = isMany && queue.isEmpty();
  for (const name of ["send-row", "for-all", "many-note"]) part(name).hidden = isAllSaved;
  part("all-saved").hidden = !isAllSaved;
}

function forget() {
  // What is typed and what was sent goes for good.
  if (!confirm(words.forgetReally)) return;
  isWaiting = false;
  sendNote.textContent = "";
  many.saved = [];
  form.reset();
  queue.clear();
  draft.forget();
  say("");
}

function listen() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  queue.addEventListener("change", () => {
    arrange();
    beBack();
    recogniseDone();
    lookInside();
    if (isWaiting && queue.isDone()) finish();
    many.next();
  });
  many.addEventListener("change", () => {
    arrange();
    // All are saved: the next visit begins afresh.
    if (queue.isEmpty() && many.saved.length) draft.forget();
  });
  for (const way of form.elements.way ?? []) way.addEventListener("change", arrange);
  form.addEventListener("input", () => draft.save());
  part("forget").addEventListener("click", forget);
  part("go-on").addEventListener("click", goOn);
  // Gone back to, it would be sent again as it was; what is saved by now is on the page that the service makes.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  form.querySelector("[data-leave-form]")?.addEventListener("click", () => draft.forget());
  part("as-it-is")?.addEventListener("click", () => {
    draft.forget();
    location.reload();
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
  many.saved = draft.saved;
  queue.restore(draft.files);
  arrange();
  if (isForOne && draft.differs) part("recovered").hidden = false;
  if (!queue.isEmpty()) welcomeBack();
}
