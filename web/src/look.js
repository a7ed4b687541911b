// On a resource's page: pages turn without the rest being loaded anew, and pictures that are being made appear by themselves.

import { copyOnClick } from "./copy.js";

const LOOK_AGAIN_MS = 2000;

/** A part of the page at an address; none when there is none there. */
async function partAt(url, part) {
  const answer = await fetch(url);
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(part);
}

function replace(part, fresh) {
  document.querySelector(part)?.replaceWith(fresh);
  fresh.querySelectorAll("[data-copy]").forEach(copyOnClick);
}

async function turnTo(url, isKept) {
  try {
    const fresh = await partAt(url, ".reader");
    if (!fresh) throw new Error("no reader");
    replace(".reader", fresh);
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

/** What is being made appears when it is there. */
async function waitFor(part) {
  const fresh = await partAt(location.href, part).catch(() => null);
  if (fresh && !("waiting" in fresh.dataset)) return replace(part, fresh);
  setTimeout(waitFor, LOOK_AGAIN_MS, part);
}

document.addEventListener("click", turnOnClick);
document.addEventListener("click", seekOnClick);
document.addEventListener("submit", jumpOnSubmit);
addEventListener("popstate", () => document.querySelector(".reader") && turnTo(location.href, false));
for (const part of [".reader", ".player"]) {
  if (document.querySelector(`${part}[data-waiting]`)) setTimeout(waitFor, LOOK_AGAIN_MS, part);
}
