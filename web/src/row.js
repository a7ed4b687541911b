// One line of the list of files.

import { bytes, left } from "./show.js";

export class Row {
  #words;
  #transfer;

  constructor(words, transfer, acts) {
    this.#words = words;
    this.#transfer = transfer;
    this.element = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
    const { path, size } = transfer.entry;
    const name = path.slice(path.lastIndexOf("/") + 1);
    this.#part("folder").textContent = path.slice(0, path.length - name.length);
    this.#part("name").textContent = name;
    this.#part("size").textContent = bytes(size);
    this.#part("bar").setAttribute("aria-label", name);
    this.#part("pause").addEventListener("click", acts.toggle);
    this.#part("remove").addEventListener("click", acts.remove);
    this.#part("remove").setAttribute("aria-label", `${this.#part("remove").textContent} ${name}`);
  }

  show() {
    const { state, reason, entry } = this.#transfer;
    this.element.className = `upload-row is-${state}`;
    this.#part("state").textContent = reason || this.#words[state];
    this.#part("pace").textContent = state === "sending" ? this.#pace() : "";
    this.#showHeld();
    this.#part("bar").value = entry.size ? this.#transfer.sent() / entry.size : Number(state === "done");
    const toggle = this.#part("pause");
    toggle.hidden = state === "done" || state === "lost";
    toggle.textContent = { paused: this.#words.resume, failed: this.#words.retry }[state] || this.#words.pause;
  }

  #pace() {
    const { speed, entry } = this.#transfer;
    if (!speed) return "";
    const facts = { speed: bytes(speed), left: left((entry.size - this.#transfer.sent()) / speed, this.#words) };
    return this.#words.pace.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  }

  /** Says that the library has this file already, where the list of resources to be does not say so. */
  #showHeld() {
    const [first] = this.#transfer.held ?? [];
    const box = this.#part("held");
    box.hidden = !first;
    if (!first) return;
    const link = Object.assign(document.createElement("a"), { href: first.url, textContent: first.title, target: "_blank" });
    box.replaceChildren(this.#words.held, link);
  }

  #part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }
}
