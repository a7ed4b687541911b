// One resource to be: what is suggested for it, what was typed instead, its faults, and how far its files are.

import { placeOf } from "./advice.js";
import { clearFaults, fieldOf, markFault, sentenceOf } from "./faults.js";

const FIELDS = ["title", "type", "place"];

export class Proposal {
  #words;
  #kept;
  /** Whether the service refused it; it is sent again when the button is pressed. */
  isRefused = false;
  /** Whether what was suggested for it is here: who is quick presses the button before. */
  isSuggested = false;
  transfers = [];

  /** `kept` outlives the page: what was typed, and the key under which it is sent. */
  constructor(key, kept, words, acts) {
    this.key = key;
    this.#kept = kept;
    this.#words = words;
    this.element = document.getElementById("proposal").content.firstElementChild.cloneNode(true);
    for (const name of ["type", "place"]) {
      this.#part(name).innerHTML = document.getElementById(name).innerHTML;
      this.#part(name).value = "";
    }
    this.#part("source").textContent = key.replace(/\/$/, "");
    const leave = this.#part("leave");
    leave.setAttribute("aria-label", `${leave.textContent} ${key}`);
    leave.addEventListener("click", () => acts.leave(this));
    for (const name of FIELDS) {
      this.#part(name).addEventListener("input", () => this.#typed(name, acts));
      if (name in kept.typed) this.#part(name).value = kept.typed[name];
    }
  }

  #part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  #typed(name, acts) {
    this.#kept.typed[name] = this.#part(name).value;
    acts.changed();
  }

  /** Fills what nobody has typed. */
  suggest(suggestion) {
    this.isSuggested = true;
    const values = { title: suggestion.title, type: suggestion.type ?? "", place: placeOf(suggestion) };
    for (const name of FIELDS) if (!(name in this.#kept.typed)) this.#part(name).value = values[name];
    const say = (template, reason) => reason && template.replace("{reason}", reason);
    const reasons = [
      say(this.#words.typeReason, suggestion.type_reason),
      say(this.#words.placeReason, suggestion.place_reason),
    ];
    this.#part("reason").textContent = reasons.filter(Boolean).join(" · ");
  }

  own() {
    return Object.fromEntries(FIELDS.map((name) => [name, this.#part(name).value]));
  }

  /** A refused attempt and its mended successor are two requests, so each has a key of its own. */
  idempotencyKey() {
    return `${this.#kept.key}-${this.#kept.refusals}`;
  }

  isReady() {
    return this.transfers.length > 0 && this.transfers.every((transfer) => transfer.state === "done");
  }

  show() {
    const count = this.transfers.length;
    this.#part("count").textContent = count > 1 || this.key.endsWith("/") ? this.#words.files.replace("{n}", count) : "";
    const held = this.transfers.filter((transfer) => transfer.held?.length);
    const box = this.#part("held");
    box.hidden = !held.length;
    if (!held.length) return;
    const [{ title, url }] = held[0].held;
    const link = Object.assign(document.createElement("a"), { href: url, textContent: title, target: "_blank" });
    const some = count > 1 ? ` ${this.#words.heldSome.replace("{n}", held.length)}` : "";
    box.replaceChildren(this.#words.held, link, some);
  }

  say(sentence) {
    this.#part("state").textContent = sentence;
  }

  clear() {
    clearFaults(this.element);
    this.#part("fault").hidden = true;
  }

  /** Puts faults on their fields, and what belongs to none above them. */
  refuse(refusal) {
    this.say("");
    this.isRefused = true;
    if (!refusal.isOffline) this.#kept.refusals += 1;
    const errors = (refusal.errors || []).map(({ pointer, detail }) => [this.#fieldAt(pointer), detail]);
    errors.filter(([field]) => field).forEach(([field, detail]) => markFault(field, detail));
    const others = errors.filter(([field]) => !field).map(([, detail]) => detail);
    if (errors.length && !others.length) return;
    const fault = this.#part("fault");
    fault.textContent = [sentenceOf(refusal), ...others].join(" ");
    fault.hidden = false;
  }

  #fieldAt(pointer) {
    const name = fieldOf(pointer);
    return FIELDS.includes(name) ? this.#part(name) : undefined;
  }
}
