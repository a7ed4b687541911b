// On every page: suggestions in the search box, keys, copying, printing, and waiting until files are read.

import { copyOnClick } from "./copy.js";
import { askUntilKept } from "./kept.js";
import { listenToKeys } from "./keys.js";
import { followTyping } from "./live.js";
import { suggestFor } from "./suggest.js";

document.documentElement.classList.add("js");

const LOOK_AGAIN_MS = 2000;

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

document.querySelectorAll("[data-copy]").forEach(copyOnClick);
document.querySelectorAll(".carry-off").forEach(askUntilKept);
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
document.querySelectorAll("form[method=post]:not(#upload)").forEach(sendOnce);
document.querySelectorAll("[data-processing]").forEach((page) => setTimeout(waitUntilRead, LOOK_AGAIN_MS, page));
document.querySelectorAll("[data-suggest]").forEach(suggestFor);
if (document.querySelector(".results")) document.querySelectorAll("#find").forEach(followTyping);
listenToKeys();
