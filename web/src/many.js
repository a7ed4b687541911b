// Several resources out of many files: a list of proposals, each its own, saved one after the other.

import { advice, soon } from "./advice.js";
import { groups } from "./groups.js";
import { Proposal } from "./proposal.js";
import { send } from "./send.js";

export class Many extends EventTarget {
  #form;
  #words;
  #queue;
  #draft;
  #list;
  #proposals = new Map();
  /** Title and address of what is saved; the draft forgets it once nothing waits, the screen does not. */
  saved = [];
  #isSending = false;
  #isAsked = false;
  #askSoon = soon(() => this.#ask());

  constructor(form, words, queue, draft) {
    super();
    this.#form = form;
    this.#words = words;
    this.#queue = queue;
    this.#draft = draft;
    this.#list = form.querySelector("[data-proposals]");
  }

  /** How the files are saved; `one` is the form's own matter. */
  way() {
    return this.#form.elements.way?.value ?? "one";
  }

  isOpen() {
    return this.way() !== "one" && (!this.#queue.isEmpty() || this.saved.length > 0);
  }

  /** Makes the list what the files and the way say. What was typed for a proposal comes back with it. */
  arrange() {
    const wanted = this.isOpen() ? groups(this.#queue.paths(), this.way()) : [];
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, proposal] of this.#proposals) {
      if (keys.has(key)) continue;
      proposal.element.remove();
      this.#proposals.delete(key);
    }
    const isNew = wanted.filter(({ key, paths }) => this.#put(key, new Set(paths))).length > 0;
    this.show();
    if (isNew) this.#askSoon();
  }

  #put(key, paths) {
    const known = this.#proposals.get(key);
    const proposal = known ?? this.#make(key);
    const before = proposal.transfers.length;
    proposal.transfers = this.#queue.transfersOf(paths);
    return !known || before !== proposal.transfers.length;
  }

  #make(key) {
    const kept = (this.#draft.proposals[key] ??= { key: randomKey(), refusals: 0, typed: {} });
    const proposal = new Proposal(key, kept, this.#words, {
      leave: ({ transfers }) => transfers.forEach((transfer) => this.#queue.remove(transfer)),
      changed: () => this.#draft.save(),
    });
    this.#proposals.set(key, proposal);
    this.#list.append(proposal.element);
    return proposal;
  }

  /** More files are there and can be looked into. */
  lookAgain() {
    if (this.isOpen()) this.#askSoon();
  }

  /** The whole list is named, so that folders are known by what is in them. */
  async #ask() {
    const folders = [...this.#proposals.keys()].filter((key) => key.endsWith("/"));
    const token = this.#form.elements.csrf.value;
    const items = await advice(token, [...folders.map((path) => ({ path })), ...this.#queue.seen()]);
    for (const item of items) this.#proposals.get(item.path)?.suggest(item);
  }

  show() {
    for (const proposal of this.#proposals.values()) proposal.show();
    this.#form.querySelector("[data-saved]")?.replaceChildren(...this.saved.map((one) => this.#savedRow(one)));
  }

  count() {
    return this.#proposals.size;
  }

  #savedRow({ title, url }) {
    const row = document.createElement("li");
    row.append(`${this.#words.saved} `, Object.assign(document.createElement("a"), { href: url, textContent: title }));
    return row;
  }

  /** Saves each as soon as its files are there, and has the title that was to be suggested for it. */
  async save() {
    if ([...this.#proposals.values()].some((proposal) => !proposal.isSuggested)) await this.#ask();
    this.#isAsked = true;
    for (const proposal of this.#proposals.values()) {
      proposal.clear();
      proposal.isRefused = false;
    }
    this.next();
  }

  /** Sends what is ready, one after the other. */
  async next() {
    if (!this.#isAsked || this.#isSending) return;
    this.#isSending = true;
    for (let one = this.#nextReady(); one; one = this.#nextReady()) await this.#send(one);
    this.#isSending = false;
    const left = [...this.#proposals.values()];
    if (left.length && left.every((proposal) => proposal.isRefused)) this.#isAsked = false;
    left.filter((one) => !one.isRefused).forEach((one) => one.say(this.#words.saveWhenDone));
    this.dispatchEvent(new Event("change"));
  }

  #nextReady() {
    return [...this.#proposals.values()].find((proposal) => proposal.isReady() && !proposal.isRefused);
  }

  async #send(proposal) {
    proposal.say(this.#words.saving);
    const uploads = proposal.transfers.map((transfer) => transfer.id());
    try {
      const resource = await send(this.#form, proposal.own(), uploads, proposal.idempotencyKey());
      this.#keep(proposal, resource);
    } catch (refusal) {
      proposal.refuse(refusal);
      this.#draft.save();
    }
  }

  /** Its uploads are files of a resource now: the draft lets go of them. */
  #keep(proposal, { title, url }) {
    this.saved.push({ title, url });
    this.#draft.saved = this.saved;
    delete this.#draft.proposals[proposal.key];
    this.#proposals.delete(proposal.key);
    proposal.element.remove();
    this.#queue.release(proposal.transfers);
    this.show();
  }
}

/** Works without https too, where `crypto.randomUUID` does not. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
