// The list of files: which are sent now, how far all of them are, what comes next.

import { Row } from "./row.js";
import { Transfer } from "./transfer.js";
import { bytes, left } from "./show.js";
import { Speed } from "./speed.js";

/** More at once only makes each of them slower on a school's uplink. */
const AT_ONCE = 3;

export class Queue extends EventTarget {
  #form;
  #words;
  #draft;
  #transfers = [];
  #isPaused = false;
  #pace = new Speed();

  constructor(form, words, draft) {
    super();
    this.#form = form;
    this.#words = words;
    this.#draft = draft;
    form.querySelector("[data-pause-all]").addEventListener("click", () => (this.#isPaused ? this.resume() : this.pause()));
  }

  /** Takes a file in; one that was begun earlier goes on where it stopped. */
  add(file, path) {
    if (!this.takeAgain(file, path)) this.#push({ path, size: file.size, modified: file.lastModified }, file);
  }

  /** Goes on with a file that was begun earlier; false when it is none of those, or is another by now. */
  takeAgain(file, path) {
    const known = this.#transfers.find((transfer) => transfer.isOf(file, path));
    known?.take(file);
    return Boolean(known);
  }

  /** Whether files of an earlier visit wait to be opened again. */
  hasLost() {
    return this.#transfers.some((transfer) => transfer.state === "lost");
  }

  /** Goes on after files were added. */
  go() {
    this.#next();
  }

  /** Shows the files of an earlier visit; unfinished ones wait until they are chosen again. */
  restore(entries) {
    entries.forEach((entry) => this.#push(entry));
    this.#show();
  }

  resume() {
    this.#isPaused = false;
    this.#transfers.forEach((transfer) => transfer.wake());
    this.#next();
  }

  pause() {
    this.#isPaused = true;
    this.#transfers.forEach((transfer) => transfer.pause());
    this.#show();
  }

  clear() {
    [...this.#transfers].forEach((transfer) => this.remove(transfer));
  }

  /** Takes a file out; the server forgets what it has of it. */
  remove(transfer) {
    transfer.drop();
    this.release([transfer]);
  }

  /** Takes files off the list whose uploads belong to a resource now. */
  release(transfers) {
    for (const transfer of transfers) transfer.row.element.remove();
    this.#transfers = this.#transfers.filter((other) => !transfers.includes(other));
    this.#next();
  }

  /** The paths of all files, in the order of the list. */
  paths() {
    return this.#transfers.map((transfer) => transfer.entry.path);
  }

  /** The paths as they are asked about: with the upload of each file that is there, so that it can be looked into. */
  seen() {
    return this.#transfers.map(({ entry }, at) => (entry.done ? { path: entry.path, upload: this.#transfers[at].id() } : { path: entry.path }));
  }

  /** How many files are there. */
  arrived() {
    return this.#transfers.filter(({ entry }) => entry.done).length;
  }

  /** Those whose path is among these. */
  transfersOf(paths) {
    return this.#transfers.filter((transfer) => paths.has(transfer.entry.path));
  }

  /** Those of which it is not known yet whether the library has them. */
  unrecognised() {
    return this.#transfers.filter((transfer) => !transfer.held);
  }

  /** The ids of the finished uploads, in the order of the list. */
  uploads() {
    return this.#transfers.map((transfer) => transfer.id());
  }

  isEmpty() {
    return this.#transfers.length === 0;
  }

  isDone() {
    return !this.isEmpty() && this.#transfers.every((transfer) => transfer.state === "done");
  }

  isBusy() {
    return this.#transfers.some((transfer) => transfer.state === "sending");
  }

  #push(entry, file) {
    const token = this.#form.elements.csrf.value;
    const transfer = new Transfer(entry, file, token, () => this.#changed(transfer));
    transfer.row = new Row(this.#words, transfer, {
      toggle: () => this.#toggle(transfer),
      remove: () => this.remove(transfer),
    });
    this.#transfers.push(transfer);
    this.#form.querySelector("[data-rows]").append(transfer.row.element);
    transfer.row.show();
  }

  #toggle(transfer) {
    if (transfer.state === "sending" || transfer.state === "waiting") transfer.pause();
    else transfer.wake();
    this.#next();
  }

  #changed(transfer) {
    transfer.row.show();
    if (transfer.state === "sending") this.#show();
    else this.#next();
  }

  /** Starts as many as may run at once. */
  #next() {
    let running = this.#transfers.filter((transfer) => transfer.state === "sending").length;
    for (const transfer of this.#transfers) {
      if (running >= AT_ONCE || this.#isPaused) break;
      if (transfer.state !== "waiting") continue;
      transfer.start();
      running += 1;
    }
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    this.#form.querySelector("[data-queue]").hidden = this.isEmpty();
    const total = this.#transfers.reduce((sum, transfer) => sum + transfer.entry.size, 0);
    const sent = this.#transfers.reduce((sum, transfer) => sum + transfer.sent(), 0);
    this.#form.querySelector("[data-all]").value = this.isDone() ? 1 : sent / (total || 1);
    this.#form.querySelector("[data-progress]").textContent = this.#progress(sent, total);
    const all = this.#form.querySelector("[data-pause-all]");
    all.textContent = this.#isPaused ? this.#words.resumeAll : this.#words.pauseAll;
    all.hidden = this.isDone();
    this.#draft.files = this.#transfers.map((transfer) => transfer.entry);
    this.#draft.save();
  }

  #progress(sent, total) {
    const speed = this.#speed(sent);
    if (this.isDone() || !speed) return `${bytes(sent)} / ${bytes(total)}`;
    const facts = {
      done: bytes(sent),
      total: bytes(total),
      percent: Math.floor((sent / total) * 100),
      speed: bytes(speed),
      left: left((total - sent) / speed, this.#words),
    };
    return this.#words.progress.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  }

  #speed(sent) {
    const speed = this.#pace.at(sent);
    return this.isBusy() ? speed : 0;
  }
}
