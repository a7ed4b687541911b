// On a resource's page: pages turn without the rest being loaded anew, and pictures that are being made appear by themselves.

import { copyOnClick } from "./copy.js";

const LOOK_AGAIN_MS = 2000;

/** The reader of the page at an address; none when there is none there. */
async function readerAt(url) {
  const answer = await fetch(url);
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".reader");
}

function replaceReader(fresh) {
  document.querySelector(".reader")?.replaceWith(fresh);
  fresh.querySelectorAll("[data-copy]").forEach(copyOnClick);
}

async function turnTo(url, isKept) {
  try {
    const fresh = await readerAt(url);
    if (!fresh) throw new Error("no reader");
    replaceReader(fresh);
    if (isKept) history.pushState({ turned: true }, "", url);
    fresh.querySelector("h2").focus({ preventScroll: true });
    if (fresh.getBoundingClientRect().top < 0) fresh.scrollIntoView();
  } catch {
    location.assign(url);
  }
}

function turnOnClick(event) {
  const link = event.target.closest(".turn a, .strip a, .found-on a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  turnTo(link.href, true);
}

function jumpOnSubmit(event) {
  const form = event.target.closest(".jump");
  if (!form) return;
  event.preventDefault();
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  turnTo(url.href, true);
}

/** A line of what is said starts the film there; the address follows, so that it can be shared. */
function seekOnClick(event) {
  const link = event.target.closest("[data-second]");
  const film = document.querySelector(".player video, .player audio");
  if (!link || !film || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  film.currentTime = Number(link.dataset.second);
  film.play();
  history.replaceState(null, "", link.href);
}

async function waitForPages() {
  const fresh = await readerAt(location.href).catch(() => null);
  if (fresh && !("waiting" in fresh.dataset)) return replaceReader(fresh);
  setTimeout(waitForPages, LOOK_AGAIN_MS);
}

document.addEventListener("click", turnOnClick);
document.addEventListener("click", seekOnClick);
document.addEventListener("submit", jumpOnSubmit);
addEventListener("popstate", () => document.querySelector(".reader") && turnTo(location.href, false));
if (document.querySelector(".reader[data-waiting]")) setTimeout(waitForPages, LOOK_AGAIN_MS);
